#!/usr/bin/env python3
"""mzseek beside numpy, scikit-learn and kmedoids on what is done to whole matrices: time and peak memory.

usage: benches/compare/matrices.py --peers ENV [--work DIR] [--rows N] [--pca-rows N] [--only JOB,...] [--threads N] [--out FILE.md]

ENV is a Python environment with numpy, h5py, scikit-learn and kmedoids. Jobs:
  similarity  the cosines of 20,000 x 400 vectors, all with all, written as one matrix
  medoids     512 medoids of that matrix of 20,000 x 20,000 similarities (FasterPAM in either)
  pca         64 components of 1,000,000 x 512 vectors, fitted
Each program reads its input from a file that was just read, and writes its result to one, in a process of its
own, in turn. Peak memory contains files that are mapped.
DIR needs room for 6 GB. Needs the release program (cargo build --release).
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("MZSEEK_PROGRAM", os.path.join(os.path.dirname(os.path.dirname(HERE)), "target", "release", "mzseek"))
N_MEDOIDS = 512
N_COMPONENTS = 64


def make(path, n_rows, dim):
    """Rows around 1,000 middles, in blocks, so that the set may be larger than memory."""
    import numpy as np
    rng = np.random.default_rng(20261121)
    middles = rng.normal(size=(1000, dim)).astype(np.float32) * np.linspace(2, 0.1, dim, dtype=np.float32)
    out = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, dim))
    for start in range(0, n_rows, 50_000):
        size = min(50_000, n_rows - start)
        out[start:start + size] = middles[rng.integers(0, 1000, size)] + 0.7 * rng.standard_normal((size, dim), np.float32)
    out.flush()


def peer(job, source, target):
    """The same job with the packages that people use."""
    import numpy as np
    if job == "similarity":
        rows = np.load(source)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        np.save(target, rows @ rows.T)
    elif job == "medoids":
        import kmedoids
        distances = np.load(source)
        np.subtract(1, distances, out=distances)
        np.fill_diagonal(distances, 0)
        threads = int(os.environ["OMP_NUM_THREADS"])
        found = kmedoids.fasterpam(distances, N_MEDOIDS, init="random", random_state=1, n_cpu=threads)
        np.save(target, found.medoids.astype(np.int64))
    else:
        from sklearn.decomposition import PCA
        model = PCA(N_COMPONENTS, svd_solver="covariance_eigh").fit(np.load(source))
        np.save(target, model.components_)


def quality(job, source, target):
    """What a result is worth, computed alike for both: printed for a person to compare."""
    import numpy as np
    if job == "similarity":
        found = np.load(target, mmap_mode="r")
        print(f"mean cosine {float(np.mean(found[:200], dtype=np.float64)):.6f}")
        return
    if target.endswith(".h5"):
        import h5py
        with h5py.File(target) as h5:
            found = h5["medoids" if job == "medoids" else "components"][:]
    else:
        found = np.load(target)
    rows = np.load(source, mmap_mode="r")
    if job == "medoids":
        best = np.full(rows.shape[1], -np.inf, np.float32)
        for medoid in found:
            best = np.maximum(best, rows[int(medoid)])
        print(f"mean similarity to the medoid {best.mean(dtype=np.float64):.5f}")
    else:
        sample = np.asarray(rows[:50_000], np.float64)
        sample -= sample.mean(0)
        kept = sample @ found.reshape(-1, rows.shape[1])[:N_COMPONENTS].T.astype(np.float64)
        print(f"variance kept {(kept ** 2).sum() / (sample ** 2).sum():.4f}")


def own(job, source, target, threads):
    words = [PROGRAM, "vectors"]
    if job == "similarity":
        words += ["similarity", source, "-o", target]
    elif job == "medoids":
        vectors = os.path.join(os.path.dirname(source), "vectors.npy")
        words += ["cluster", vectors, "--method", "kmedoids", "--similarity", source, "--k", str(N_MEDOIDS), "-o", target]
    else:
        words += ["pca", source, "--components", str(N_COMPONENTS), "-o", target]
    return [*words, "--threads", threads, "--quiet"]


def timed(words, threads):
    """Wall seconds, processor seconds and peak MB of a program."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    child = subprocess.Popen(words, env=dict(os.environ, **dict.fromkeys(names, threads)), stdout=subprocess.DEVNULL)
    started = time.perf_counter()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"failed: {' '.join(words)}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def warm(path):
    """Reads a file, so that whoever comes first does not pay for the disk."""
    with open(path, "rb") as source:
        while source.read(1 << 24):
            pass


def processor():
    with open("/proc/cpuinfo") as info:
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")


def compare(asked, work):
    python = os.path.join(asked.peers, "bin", "python")
    again = [python, os.path.abspath(__file__)]
    vectors, many = os.path.join(work, "vectors.npy"), os.path.join(work, "many.npy")
    similarities = os.path.join(work, "similarity.mzseek.npy")
    subprocess.run([*again, "--make", vectors, str(asked.rows), "400"], check=True)
    jobs = {"similarity": (vectors, ".npy"), "medoids": (similarities, ".h5"), "pca": (many, ".h5")}
    lines = ["| job | program | wall s | processor s | peak MB | result |", "|---|---|---|---|---|---|"]
    for job in asked.only.split(","):
        source, ending = jobs[job]
        if job == "pca":
            subprocess.run([*again, "--make", many, str(asked.pca_rows), "512"], check=True)
        if job == "medoids" and not os.path.exists(similarities):
            timed(own("similarity", vectors, similarities, asked.threads), asked.threads)
        for name in ("mzseek", {"similarity": "numpy", "medoids": "kmedoids", "pca": "scikit-learn"}[job]):
            target = os.path.join(work, f"{job}.{name}" + (ending if name == "mzseek" else ".npy"))
            words = own(job, source, target, asked.threads) if name == "mzseek" else [*again, "--peer", job, source, target]
            warm(source)
            wall, cpu, peak = timed(words, asked.threads)
            said = subprocess.run([*again, "--quality", job, source, target], check=True, capture_output=True, text=True)
            lines.append(f"| {job} | {name} | {wall:.1f} | {cpu:.1f} | {peak:,} | {said.stdout.strip()} |")
            print(lines[-1], file=sys.stderr)
            if target != similarities:
                os.remove(target)
    return "\n".join(lines) + "\n"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--peers", help="a Python environment with numpy, h5py, scikit-learn and kmedoids")
    options.add_argument("--work", help="where matrices are kept meanwhile")
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--pca-rows", type=int, default=1_000_000)
    options.add_argument("--only", default="similarity,medoids,pca")
    options.add_argument("--threads", default="1")
    options.add_argument("--out")
    for hidden, n in (("--make", 3), ("--peer", 3), ("--quality", 3)):
        options.add_argument(hidden, nargs=n, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.make:
        make(asked.make[0], int(asked.make[1]), int(asked.make[2]))
    elif asked.peer:
        peer(*asked.peer)
    elif asked.quality:
        quality(*asked.quality)
    else:
        if not asked.peers:
            sys.exit("--peers ENV is needed: a Python environment with numpy, h5py, scikit-learn and kmedoids")
        with tempfile.TemporaryDirectory(dir=asked.work) as work:
            text = f"{processor()}, {asked.threads} thread(s), load {os.getloadavg()[0]:.1f} at the start\n\n" + compare(asked, work)
        if asked.out:
            with open(asked.out, "w") as out:
                out.write(text)
        print(text)


if __name__ == "__main__":
    main()

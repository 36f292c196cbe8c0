"""The half of vectors.py that needs numpy, h5py and faiss: makes sets, and measures faiss on them.

usage: faiss_worker.py make NAME FOLDER PROGRAM
       faiss_worker.py build FOLDER FACTORY INDEX --metric ip|l2
       faiss_worker.py bench FOLDER FACTORY[+Flat] INDEX --metric ip|l2 --n-probe 1,4 [--k-factor 4,10] [--threads N]
`bench` prints CSV with the columns of `mzseek vectors bench`.
"""
import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

SEED = 20261121
N_QUERIES = 1000
K = 10
COLUMNS = ("engine index n dim threads nprobe k_factor recall1_at_1 recall1_at_10 recall10_at_10 qps_batch_cpu "
           "qps_batch_wall latency_p50_ms bytes_per_vector train_s add_s peak_mb").split()


def vectors_of(program, spectra, folder):
    """Unit vectors of a file of spectra, as mzseek makes them: those of a flat library."""
    import h5py
    library = os.path.join(folder, "flat.h5")
    subprocess.run([program, "build", spectra, "-o", library, "--index", "flat", "--clusters", "none", "--dim", "512", "--quiet"], check=False)
    with h5py.File(library) as h5:
        vectors = h5["index/vectors"][:].reshape(-1, 512)
    os.remove(library)
    return vectors


def exact(base, query, metric, k=100):
    """The k nearest rows of each query, block by block."""
    norms = (base.astype(np.float32) ** 2).sum(1)
    rows = []
    for start in range(0, len(query), 50):
        scores = query[start:start + 50] @ base.T
        if metric == "l2":
            scores = 2 * scores - norms
        best = np.argpartition(-scores, k, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(scores, best, 1), axis=1, kind="stable")
        rows.append(np.take_along_axis(best, order, 1))
    return np.concatenate(rows).astype(np.int64)


def mixture(n, dim, rng):
    """Points around 2,000 centres, bent by a smooth map so that no rotation makes it round."""
    centres = rng.normal(size=(2000, 24))
    bend = rng.normal(size=(24, dim)) / 5
    points = np.empty((n, dim), np.float32)
    for start in range(0, n, 100_000):
        size = min(100_000, n - start)
        inner = centres[rng.integers(0, 2000, size)] + 0.35 * rng.normal(size=(size, 24))
        points[start:start + size] = np.tanh(inner @ bend) + 0.08 * rng.normal(size=(size, dim))
    return points


def make(name, folder, program):
    os.makedirs(folder, exist_ok=True)
    rng = np.random.default_rng(SEED)
    if name == "spectra28k":
        here = os.path.dirname(os.path.abspath(__file__))
        data = os.environ.get("MZSEEK_DATA", os.path.join(here, "..", "..", "..", "shared", "data"))
        massbank = os.path.join(data, "massbank")
        if not os.path.isdir(massbank):
            sys.exit(f"there is no MassBank development set at {massbank} (set MZSEEK_DATA)")
        with tempfile.TemporaryDirectory() as temporary:
            base = vectors_of(program, os.path.join(massbank, "library.msp.gz"), temporary)
            query = vectors_of(program, os.path.join(massbank, "queries.mgf.gz"), temporary)
        query, metric = query[rng.permutation(len(query))[:N_QUERIES]], "ip"
    elif name == "mixture1m":
        points = mixture(1_000_000 + N_QUERIES, 128, rng)
        base, query, metric = points[N_QUERIES:], points[:N_QUERIES], "l2"
    else:
        sys.exit(f"there is no set {name}")
    np.save(os.path.join(folder, "base.npy"), base)
    np.save(os.path.join(folder, "query.npy"), query)
    np.save(os.path.join(folder, "truth.npy"), exact(base, query, metric))


def open_base(folder):
    return np.load(os.path.join(folder, "base.npy"), mmap_mode="r")


def metric_of(faiss, asked):
    return faiss.METRIC_INNER_PRODUCT if asked.metric == "ip" else faiss.METRIC_L2


def build(asked):
    import faiss
    base = open_base(asked.folder)
    n, dim = base.shape
    index = faiss.index_factory(dim, asked.factory, metric_of(faiss, asked))
    index.train(np.ascontiguousarray(base[:min(n, 262_144)]))
    for start in range(0, n, 131_072):
        index.add(np.ascontiguousarray(base[start:start + 131_072]))
    faiss.write_index(index, asked.index)


def bench(asked):
    import faiss
    base = open_base(asked.folder)
    query = np.ascontiguousarray(np.load(os.path.join(asked.folder, "query.npy"))[:N_QUERIES])
    truth = np.load(os.path.join(asked.folder, "truth.npy"))[:N_QUERIES, :K]
    (n, dim), is_ip = base.shape, asked.metric == "ip"
    faiss.omp_set_num_threads(asked.threads)
    _, _, refine = asked.factory.partition("+")
    index, size = faiss.read_index(asked.index), os.path.getsize(asked.index)
    search = index
    if refine:
        rows = faiss.IndexFlat(dim, metric_of(faiss, asked))
        for start in range(0, n, 131_072):
            rows.add(np.ascontiguousarray(base[start:start + 131_072]))
        search, size = faiss.IndexRefine(index, rows), size + 4 * n * dim

    def score(rows):
        found = rows >= 0
        values = np.full(rows.shape, -np.inf, np.float32)
        for q in range(len(rows)):
            near = np.asarray(base[rows[q][found[q]]])
            values[q, found[q]] = near @ query[q] if is_ip else -((near - query[q]) ** 2).sum(1)
        return values

    right = score(truth)
    slack = 1e-5 * (1 + np.abs(right[:, :1]))
    out = csv.writer(sys.stdout)
    out.writerow(COLUMNS)
    try:
        lists = faiss.extract_index_ivf(index)
    except RuntimeError:
        lists = None
    for k_factor in asked.k_factor:
        for n_probe in asked.n_probe if lists else [1]:
            if refine:
                search.k_factor = k_factor
            if lists:
                lists.nprobe = n_probe
            single = []
            cpus, walls = [], []
            for _ in range(asked.passes):
                started, used = time.perf_counter(), time.process_time()
                _, found = search.search(query, K)
                cpus.append(time.process_time() - used)
                walls.append(time.perf_counter() - started)
            cpu, wall = statistics.median(cpus), statistics.median(walls)
            for q in range(200):
                started = time.perf_counter()
                search.search(query[q:q + 1], K)
                single.append(time.perf_counter() - started)
            got = score(found)
            recalls = [(got[:, :1] >= right[:, :1] - slack).mean(),
                       (got.max(1, keepdims=True) >= right[:, :1] - slack).mean(),
                       (got >= right[:, K - 1:] - slack).mean()]
            out.writerow([f"faiss-{faiss.__version__}", asked.factory, n, dim, asked.threads, n_probe, k_factor,
                          *(f"{r:.4f}" for r in recalls), f"{len(query) / cpu:.0f}", f"{len(query) / wall:.0f}", f"{1e3 * statistics.median(single):.4f}",
                          f"{size / n:.1f}", "", "",
                          resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024])
            sys.stdout.flush()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = options.add_subparsers(dest="action", required=True)
    maker = actions.add_parser("make")
    for word in ("name", "folder", "program"):
        maker.add_argument(word)
    for action in ("build", "bench"):
        runner = actions.add_parser(action)
        for word in ("folder", "factory", "index"):
            runner.add_argument(word)
        runner.add_argument("--metric", choices=["ip", "l2"], required=True)
        runner.add_argument("--n-probe", type=lambda t: [int(x) for x in t.split(",")], default=[1])
        runner.add_argument("--k-factor", type=lambda t: [float(x) for x in t.split(",")], default=[1.0])
        runner.add_argument("--threads", type=int, default=1)
        runner.add_argument("--passes", type=int, default=1)
    asked = options.parse_args()
    if asked.action == "make":
        make(asked.name, asked.folder, asked.program)
    elif asked.action == "build":
        build(asked)
    else:
        bench(asked)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How much the service bears: batches beside the command line, single spectra at half the rate that
saturates it, and what it does at four times that rate.

    benches/serve_load.py [--seconds 10] [--rounds 9] [--write docs/service.md]

Batches and half the rate are tried in rounds, whose median is told.

Builds the program and its client (benches/load/client.rs) as released. Needs the MassBank development
set (MZSEEK_DATA). Client, service and command line share the machine, so that the client's own work is
part of every time; CPU seconds are the service's alone. Every answer is compared with that of a quiet
service, to the byte; one that is another, or cut, or neither an answer nor 429, fails the bench.
Prints the tables of docs/service.md; --write puts them there. Exits 1 where a figure is not what is
asked for.
"""

import argparse
import gzip
import http.client
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("MZSEEK_DATA", ROOT / "../shared/data")) / "massbank"
TICKS = os.sysconf("SC_CLK_TCK")
BEGIN, END = "<!-- benches/serve_load.py -->", "<!-- end -->"
# Different single spectra; and how often the query set goes into a batch.
SINGLE, TIMES = 200, 5
KINDS = {"precursor within 10 ppm": {}, "any precursor": {"precursor_tol": "open"}}


def spectra(path, n):
    """The first spectra of an MGF file, as the service takes them."""
    found = []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            line = line.strip()
            if line == "BEGIN IONS":
                found.append({"id": "", "peaks": []})
            elif line[:1].isdigit():
                found[-1]["peaks"].append([float(v) for v in line.split()[:2]])
            elif line.startswith("PEPMASS="):
                found[-1]["precursor_mz"] = float(line[8:].split()[0])
            elif line.startswith("CHARGE="):
                sign = -1 if line.endswith("-") else 1
                found[-1]["charge"] = sign * int(line[7:].strip("+-"))
            elif line.startswith("TITLE="):
                found[-1]["id"] = line[6:]
            elif line == "END IONS" and len(found) == n:
                break
    return found


class Service:
    def __init__(self, mzseek, libraries, *more):
        command = [mzseek, "serve", "-q", "--libraries", libraries, "--listen", "127.0.0.1:0", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip().removeprefix("http://")

    def ask(self, path, body, **headers):
        connection = http.client.HTTPConnection(self.address, timeout=120)
        connection.request("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, what):
        """VmRSS: now. VmHWM: at its highest."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", status)[1]) / 1000

    def end(self):
        self.process.terminate()
        return self.process.wait(60)


def batches(service, mzseek, folder, rounds):
    """Seconds and CPU seconds of a batch, by the command line and by the service; and its size."""
    batch = folder / "batch.mgf.gz"
    batch.write_bytes((DATA / "queries.mgf.gz").read_bytes() * TIMES)
    line, csv, lines = [], [], []
    for _ in range(rounds):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        run = subprocess.run([mzseek, "search", folder / "libraries/library.h5", batch],
                             check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        line.append((seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
        for accept, times in [("text/csv", csv), ("application/x-ndjson", lines)]:
            before, started = service.cpu(), time.monotonic()
            status, body = service.ask(f"/api/v1/search?library=library&file={batch}", batch.read_bytes(),
                                       Content_Type="application/octet-stream", Accept=accept)
            times.append((time.monotonic() - started, service.cpu() - before))
            assert status == 200, body
            if accept == "text/csv":
                assert body == run.stdout, "the served report is another"
            else:
                last = json.loads(body.splitlines()[-1])
                n = last["summary"]["queries"]
                assert body.count(b"\n") == n + 1, "lines are missing"
    middle = lambda rows: [statistics.median(column) for column in zip(*rows)]
    return n, middle(line), middle(csv), middle(lines)


def requests(service, settings, path):
    """Writes single spectra as requests, each with its right answer, for the client."""
    with open(path, "wb") as out:
        for spectrum in spectra(DATA / "queries.mgf.gz", SINGLE):
            body = json.dumps({"library": "library", "settings": settings, "spectra": [spectrum]}).encode()
            status, answer = service.ask("/api/v1/search", body, Content_Type="application/json")
            assert status == 200, answer
            head = (f"POST /api/v1/search HTTP/1.1\r\nHost: {service.address}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
            for part in (head.encode() + body, answer):
                out.write(b"%d\n%s" % (len(part), part))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", default=10.0, type=float, help="of each load")
    parser.add_argument("--rounds", default=7, type=int, help="of batches; the median counts")
    parser.add_argument("--write", type=pathlib.Path, help="the page whose tables are replaced")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--release", "--bins", "--example", "load-client"],
                   check=True, cwd=ROOT)
    mzseek, client = ROOT / "target/release/mzseek", ROOT / "target/release/examples/load-client"
    page, verdicts = [], []

    def say(line):
        page.append(line)
        print(line, flush=True)

    def verdict(what, found, holds):
        verdicts.append((what, found, holds))

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "libraries").mkdir()
        library = folder / "libraries/library.h5"
        subprocess.run([mzseek, "build", "-q", DATA / "library.msp.gz", "-o", library], check=True)
        service = Service(mzseek, folder / "libraries")
        n, line, csv, lines = batches(service, mzseek, folder, options.rounds)
        say(f"| batch of {n:,} spectra | seconds | spectra per second | CPU seconds |\n|---|---|---|---|")
        for what, (seconds, cpu) in [("command line, CSV", line), ("service, CSV", csv), ("service, JSON lines", lines)]:
            say(f"| {what} | {seconds:.2f} | {n / seconds:,.0f} | {cpu:.2f} |")
        share = line[0] / csv[0]
        verdict("batches: throughput of the command line's, at least 80 %", f"{share:.0%}", share >= 0.8)

        say("\n| single spectra | per second | answered | 429 | median ms | p99 ms | 429: median ms | p99 ms "
            "| client late: p99 ms | CPU ms per request |\n|---|---|---|---|---|---|---|---|---|---|")
        for kind, settings in KINDS.items():
            path = folder / "requests"
            requests(service, settings, path)

            def load(what, connections, rate=None, rounds=1):
                """One run, or of several short ones that with the median p99: virtual machines pause now and
                then for tens of milliseconds, which a run of some seconds mostly has no part in."""
                seconds = options.seconds / (1 if rounds == 1 else 4)
                runs = sorted((once(what, connections, rate, seconds) for _ in range(rounds)), key=lambda run: run[0])
                _, told, line = runs[len(runs) // 2]
                say(line)
                return told

            def once(what, connections, rate, seconds):
                before = service.cpu()
                words = [client, service.address, path, str(seconds), str(connections)]
                run = subprocess.run(words + ([str(rate)] if rate else []), stdout=subprocess.PIPE, check=True)
                told = json.loads(run.stdout)
                good, busy = told["answered"], told["refused"]
                # Beyond what the service can do, times count from when the client came to send.
                own = good["since_due"] if what == "half of that" else good["since_sent"]
                ms = lambda value: "" if value is None else f"{value:.1f}"
                total = good["n"] + busy["n"]
                line = (f"| {kind}, {what} | {total / told['seconds']:,.0f} | {good['n']:,} | {busy['n']:,} | {ms(own[0])} "
                        f"| {ms(own[1])} | {ms(busy['since_sent'][0])} | {ms(busy['since_sent'][1])} "
                        f"| {ms(told['late'][1])} | {1000 * (service.cpu() - before) / total:.2f} |")
                return own[1] or 0, told, line

            told = load("saturated", 16)
            rate = told["answered"]["n"] / told["seconds"]
            median, p99 = load("half of that", 64, rate / 2, options.rounds)["answered"]["since_due"]
            verdict(f"{kind}, at half the rate: median under 5 ms", f"{median:.1f} ms", median < 5)
            verdict(f"{kind}, at half the rate: p99 under 25 ms", f"{p99:.1f} ms", p99 < 25)
            before = service.memory_mb("VmHWM")
            told = load("four times that", 320, rate * 4)
            sent = (told["answered"]["n"] + told["refused"]["n"]) / told["seconds"] / rate
            p99 = (told["refused"]["since_sent"][1] or float("inf"))
            verdict(f"{kind}, at {sent:.1f} times the rate: the surplus has its 429 (p99) within 50 ms",
                    f"{p99:.1f} ms", p99 < 50)
            after = service.memory_mb("VmHWM")
            verdict(f"{kind}, at {sent:.1f} times the rate: memory at its highest grows by less than 100 MB",
                    f"{before:.0f} to {after:.0f} MB", after - before < 100)
        verdict("no wrong and no cut answer", "each compared", True)
        assert service.end() == 0
        say("\n| asked for | found | |\n|---|---|---|")
        for what, found, holds in verdicts:
            say(f"| {what} | {found} | {'yes' if holds else '**no**'} |")
        load_average = ", ".join(f"{x:.1f}" for x in os.getloadavg())
        print(f"\nload average: {load_average} on {os.cpu_count()} cores")
    if options.write:
        text = options.write.read_text()
        head, rest = text.split(BEGIN)
        _, tail = rest.split(END)
        options.write.write_text(f"{head}{BEGIN}\n" + "\n".join(page) + f"\n{END}{tail}")
    return 0 if all(holds for _, _, holds in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())

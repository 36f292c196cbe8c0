#!/usr/bin/env python3
"""How much the service bears: batches beside the command line, single spectra at half the rate that
saturates it, and what it does at four times that rate.

    benches/serve_load.py [--mzseek target/release/mzseek] [--seconds 5] [--rounds 5]

Needs the MassBank development set (MZSEEK_DATA). Client, service and command line share the machine,
so that the client's own work is part of every time; CPU seconds are the service's alone. Prints the
table of docs/service.md. Fails where an answer is not what a quiet service answers, or where it is
neither an answer nor 429.
"""

import argparse
import asyncio
import collections
import gzip
import http.client
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = pathlib.Path(os.environ.get("MZSEEK_DATA", ROOT / "../shared/data")) / "massbank"
TICKS = os.sysconf("SC_CLK_TCK")
SINGLE = 200


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
    def __init__(self, mzseek, libraries):
        command = [mzseek, "serve", "-q", "--libraries", libraries, "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        host = self.process.stdout.readline().strip().removeprefix("http://")
        self.host, self.port = host.rsplit(":", 1)

    def ask(self, path, body, **headers):
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=120)
        connection.request("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1000

    def end(self):
        self.process.terminate()
        return self.process.wait(60)


def batches(service, mzseek, library, rounds):
    """Seconds and CPU seconds of the whole query set, by the command line and by the service."""
    queries = (DATA / "queries.mgf.gz").read_bytes()
    line, served = [], []
    for _ in range(rounds):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        run = subprocess.run(
            [mzseek, "search", library, DATA / "queries.mgf.gz"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        opening = float(re.search(r"opening ([\d.]+) s", run.stderr.decode())[1])
        line.append((seconds, seconds - opening, cpu))
        before, started = service.cpu(), time.monotonic()
        status, body = service.ask(
            f"/api/v1/search?library=library&file={DATA / 'queries.mgf.gz'}", queries,
            Content_Type="application/octet-stream", Accept="text/csv")
        served.append((time.monotonic() - started, service.cpu() - before))
        assert status == 200 and body == run.stdout, "the served report is another"
    middle = lambda rows: [statistics.median(column) for column in zip(*rows)]
    return middle(line), middle(served)


async def load(service, bodies, expected, rate, seconds, connections):
    """Sends single spectra: at `rate` a second, or as fast as answers come where there is none. Gives
    the statuses, and by status the seconds from when a request was due to the end of its answer."""
    loop = asyncio.get_running_loop()
    due = asyncio.Queue()
    times = collections.defaultdict(list)
    start = loop.time()
    n_sent = 0

    async def client():
        nonlocal n_sent
        reader, writer = await asyncio.open_connection(service.host, int(service.port))
        while True:
            if rate is None:
                if loop.time() - start >= seconds:
                    break
                at, index = loop.time(), n_sent % len(bodies)
                n_sent += 1
            else:
                item = await due.get()
                if item is None:
                    break
                at, index = item
            writer.write(bodies[index])
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            length = re.search(rb"content-length: (\d+)", head, re.I)
            if length:
                body = await reader.readexactly(int(length[1]))
            else:
                body = b""
                while size := int(await reader.readline(), 16):
                    body += await reader.readexactly(size)
                    await reader.readexactly(2)
                await reader.readexactly(2)
            times[status].append(loop.time() - at)
            assert status in (200, 429), (status, body)
            assert status == 429 or body == expected[index], f"another answer: {body[:300]}"
        writer.close()

    clients = [asyncio.create_task(client()) for _ in range(connections)]
    if rate is not None:
        for i in range(int(rate * seconds)):
            at = start + i / rate
            await asyncio.sleep(max(0.0, at - loop.time()))
            due.put_nowait((at, i % len(bodies)))
        for _ in clients:
            due.put_nowait(None)
    await asyncio.gather(*clients)
    return times, loop.time() - start


def ms(seconds, share):
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mzseek", default=ROOT / "target/release/mzseek", type=pathlib.Path)
    parser.add_argument("--seconds", default=5.0, type=float)
    parser.add_argument("--rounds", default=5, type=int)
    options = parser.parse_args()
    mzseek = options.mzseek.resolve()
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "library.h5"
        subprocess.run([mzseek, "build", "-q", DATA / "library.msp.gz", "-o", library], check=True)
        service = Service(mzseek, folder)
        line, served = batches(service, mzseek, library, options.rounds)
        n = 2000
        print("| batch of 2,000 spectra | seconds | spectra per second | CPU seconds |\n|---|---|---|---|")
        print(f"| command line, whole | {line[0]:.2f} | {n / line[0]:.0f} | {line[2]:.2f} |")
        print(f"| command line, without opening | {line[1]:.2f} | {n / line[1]:.0f} | |")
        print(f"| service | {served[0]:.2f} | {n / served[0]:.0f} | {served[1]:.2f} |")
        print(f"\nservice: {line[1] / served[0]:.0%} of the command line's throughput without opening, "
              f"{line[0] / served[0]:.0%} with it\n")

        heads, expected = [], []
        for spectrum in spectra(DATA / "queries.mgf.gz", SINGLE):
            body = json.dumps({"library": "library", "spectra": [spectrum]}).encode()
            status, answer = service.ask("/api/v1/search", body, Content_Type="application/json")
            assert status == 200, answer
            expected.append(answer)
            heads.append(b"POST /api/v1/search HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n%s"
                         % (service.host.encode(), service.port.encode(), len(body), body))
        run = lambda rate, connections: asyncio.run(
            load(service, heads, expected, rate, options.seconds, connections))
        print("| single spectra | sent per second | answered | 429 | median ms | p99 ms | median ms of 429 | p99 "
              "| CPU ms per answer |\n|---|---|---|---|---|---|---|---|---|")

        def row(name, rate, connections):
            before = service.cpu()
            times, took = run(rate, connections)
            good, busy = times[200], times[429]
            cpu = 1000 * (service.cpu() - before) / max(len(good), 1)
            print(f"| {name} | {(len(good) + len(busy)) / took:.0f} | {len(good)} | {len(busy)} | {ms(good, .5):.1f} "
                  f"| {ms(good, .99):.1f} | {ms(busy, .5):.1f} | {ms(busy, .99):.1f} | {cpu:.2f} |", flush=True)
            return len(good) / took

        rate = row("saturated, 8 connections", None, 8)
        row("half of that rate", rate / 2, 64)
        before = service.peak_mb()
        row("four times that rate", rate * 4, 256)
        print(f"\nmemory at its highest: {before:.0f} MB before the last row, {service.peak_mb():.0f} MB after it")
        assert service.end() == 0
        print(f"load average: {', '.join(f'{x:.1f}' for x in os.getloadavg())} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The service for a long time: good requests and bad ones, clients that leave, jobs, libraries that change.

    benches/soak.py [--minutes 30] [--clients 6] [--program target/release/mzseek]

Clients do one thing after another, at random (seeded): they ask for single spectra and for batches, as
JSON, JSON lines and CSV, for entries and pages; send what is cut, malformed or too deep, with all kinds of
damage; leave before they have sent or read all; run jobs. Meanwhile the library is replaced again and
again by one of two, and the service told to look. Each answer is compared, to the byte, with that of a
quiet service with the version it names; each refusal must be a refusal and no fault of the service.

Prints a table of what was asked and answered, and of memory, open files and threads over time. Exits 1 at
a wrong answer, a status of 500 or above (but 503), a service that ended or would not end, or where the median
of memory in the last fifth of the time is above that in the second by more than a tenth and 20 MB, or files
stay open.
Needs the release program and the MassBank development set (MZSEEK_DATA).
"""

import argparse
import functools
import gzip
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter

from serve_load import DATA, ROOT, Service, spectra

SINGLE, BATCH = 60, 150
SETTINGS = [{}, {"precursor_tol": "open"}, {"top_k": 3, "precursor_tol": "20ppm"}]
JSON = {"Content-Type": "application/json"}


class Soak:
    def __init__(self, service, folder, versions, options):
        self.service, self.folder, self.options = service, folder, options
        self.address = service.address
        self.versions = versions  # files of the two libraries
        self.asked, self.wrong, self.samples = Counter(), [], []
        self.right = {}  # (version, question): bytes
        self.until = time.monotonic() + 60 * options.minutes
        self.lock = threading.Lock()

    def count(self, what, status):
        with self.lock:
            self.asked[what, status] += 1

    def fault(self, what, told):
        with self.lock:
            self.wrong.append(f"{what}: {told!r:.300}")

    def ask(self, method, path, body=None, headers={}):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("mzseek-library-version")
        finally:
            connection.close()

    def good(self, what, method, path, body=None, headers={}):
        """Asks; the answer is that of a quiet service, or that the queue is full."""
        status, answer, version = self.ask(method, path, body, headers)
        self.count(what, status)
        if status == 200:
            expected = self.right.get((version, method, path, body, headers.get("Accept")))
            if expected != answer:
                self.fault(f"{what}: another answer", (version, answer))
        elif status != 429:
            self.fault(what, (status, answer))

    def questions(self):
        """All questions whose answers are known, as `good` takes them."""
        found = spectra(DATA / "queries.mgf.gz", SINGLE)
        asked = []
        for at, spectrum in enumerate(found):
            body = json.dumps({"library": "library", "settings": SETTINGS[at % 3], "spectra": [spectrum]}).encode()
            asked.append(("a spectrum, JSON", "POST", "/api/v1/search", body, JSON))
        whole = json.dumps({"library": "library", "spectra": found}).encode()
        lines = {**JSON, "Accept": "application/x-ndjson"}
        asked.append(("a batch, JSON lines", "POST", "/api/v1/search", whole, lines))
        path = "/api/v1/search?library=library&file=batch.mgf"
        for kind in ("", "&precursor_tol=open&top_k=3"):
            words = {"Content-Type": "application/octet-stream", "Accept": "text/csv"}
            asked.append(("a file, CSV", "POST", path + kind, self.batch, words))
        for entry in (0, 17, 4999):
            asked.append(("an entry", "GET", f"/api/v1/libraries/library/entries/{entry}", None, {}))
        return asked

    def learn(self, version):
        """Answers of a quiet service with this library."""
        folder = self.folder / f"quiet{version}"
        folder.mkdir()
        shutil.copy(self.versions[version], folder / "library.h5")
        quiet = Service(self.options.program, folder)
        busy, self.address = self.address, quiet.address
        for what, method, path, body, headers in self.questions():
            status, answer, named = self.ask(method, path, body, headers)
            if status != 200:
                sys.exit(f"{what}: {status} {answer!r:.300}")
            self.right[named, method, path, body, headers.get("Accept")] = answer
        self.address = busy
        quiet.end()

    def bad(self, dice):
        """A request that ought to be refused, and is no fault of the service."""
        body = dice.choice([body for _, _, _, body, _ in self.known if body])
        damage = dice.randrange(6)
        if damage == 0:
            body = body[: dice.randrange(len(body))]
        elif damage == 1:
            body = bytearray(body)
            for _ in range(dice.randrange(1, 9)):
                body[dice.randrange(len(body))] = dice.randrange(256)
            body = bytes(body)
        elif damage == 2:
            body = b"[" * dice.randrange(1, 200_000)
        elif damage == 3:
            body = dice.randbytes(dice.randrange(100_000))
        elif damage == 4:
            body = gzip.compress(bytes(dice.randrange(1, 30_000_000)))
        else:
            body = body.replace(b"1", b"1e999").replace(b"mz", b"\xff\xfe")
        kind = dice.choice(["application/json", "application/octet-stream", "multipart/form-data; boundary=x", "text/html"])
        path = dice.choice(["/api/v1/search", "/api/v1/search?library=library&file=x", "/api/v1/search?library=none",
                            "/api/v1/libraries/library/entries/1/mirror", "/api/v1/libraries/library/entries/99999999",
                            "/api/v1/search?library=library&file=x&top_k=-1", "/api/v1/jobs/00/result", "/%00"])
        status, answer, _ = self.ask("POST", path, body, {"Content-Type": kind})
        self.count("damaged, malformed, or of the wrong kind", status)
        # A damaged file may still hold spectra, and is then answered.
        if status >= 500 and status != 503:
            self.fault("bad request", (path, kind, status, answer))

    def leave(self, dice):
        """A client that goes before it has sent or read all."""
        _, method, path, body, headers = dice.choice(self.known)
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=60) as wire:
            body = body or b""
            head = f"{method} {path} HTTP/1.1\r\nHost: {self.address}\r\nContent-Length: {len(body)}\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
            text = head.encode() + body
            wire.sendall(text[: dice.choice([0, dice.randrange(len(text)), len(text)])])
            if dice.random() < 0.5:
                wire.shutdown(socket.SHUT_WR)
                wire.recv(dice.randrange(1, 500))
            if dice.random() < 0.5:
                # Ends by a reset and not in order.
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.count("left before the end", "")

    def job(self, dice):
        path = "/api/v1/jobs?library=library&file=batch.mgf"
        status, answer, _ = self.ask("POST", path, self.batch, {"Content-Type": "application/octet-stream", "Accept": "text/csv"})
        self.count("a job", status)
        if status == 429:
            return
        name = json.loads(answer).get("id")
        if status not in (200, 201, 202) or not name:
            return self.fault("job", (status, answer))
        if dice.random() < 0.7:
            for _ in range(600):
                told = json.loads(self.ask("GET", f"/api/v1/jobs/{name}")[1])
                if told["state"] not in ("queued", "running"):
                    break
                time.sleep(0.1)
            status, answer, version = self.ask("GET", f"/api/v1/jobs/{name}/result")
            self.count("the result of a job", status)
            asked = (version, "POST", "/api/v1/search?library=library&file=batch.mgf", self.batch, "text/csv")
            if status != 200 or self.right.get(asked, answer) != answer:
                self.fault("result of a job", (told, status, answer))
        status, answer, _ = self.ask("DELETE", f"/api/v1/jobs/{name}")
        self.count("a job is deleted", status)
        if status >= 400:
            self.fault("deleting a job", (status, answer))

    def other(self, dice):
        path = dice.choice(["/", "/api", "/openapi.json", "/metrics", "/health/live", "/health/ready", "/api/v1/libraries", "/api/v1/jobs", "/nothing"])
        status, answer, _ = self.ask("GET", path)
        self.count("pages, metrics, health", status)
        if status not in (200, 404, 503):
            self.fault(path, (status, answer))

    def client(self, number):
        dice = random.Random(number)
        while time.monotonic() < self.until:
            try:
                self.step(dice)
            except (ConnectionError, http.client.HTTPException) as error:
                # The service ends a connection whose request it will not read to its end.
                self.count("the service ended the connection", type(error).__name__)
                if self.service.process.poll() is not None:
                    return self.fault("the service ended", self.service.process.returncode)
            except Exception as error:
                return self.fault("client", repr(error))

    def step(self, dice):
        what = dice.random()
        if what < 0.70:
            self.good(*dice.choice(self.known))
        elif what < 0.85:
            self.bad(dice)
        elif what < 0.94:
            self.leave(dice)
        elif what < 0.95:
            self.job(dice)
        else:
            self.other(dice)

    def replace(self):
        """The library changes every few seconds, whole, by a rename."""
        at, target = 0, self.folder / "libraries/library.h5"
        while time.monotonic() < self.until:
            at = 1 - at
            shutil.copy(self.versions[at], self.folder / "next.h5")
            os.replace(self.folder / "next.h5", target)
            self.service.process.send_signal(signal.SIGHUP)
            self.count("the library is replaced", "")
            time.sleep(7)

    def watch(self):
        process = pathlib.Path(f"/proc/{self.service.process.pid}")
        while time.monotonic() < self.until and self.service.process.poll() is None:
            threads = int((process / "status").read_text().split("Threads:")[1].split()[0])
            n_open = len(list((process / "fd").iterdir()))
            self.samples.append((self.service.memory_mb("RssAnon"), n_open, threads))
            time.sleep(1)

    def run(self):
        self.known = self.questions()
        for version in (0, 1):
            self.learn(version)
        work = [threading.Thread(target=self.client, args=(number,)) for number in range(self.options.clients)]
        work += [threading.Thread(target=self.replace), threading.Thread(target=self.watch)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()

    @functools.cached_property
    def batch(self):
        text = gzip.open(DATA / "queries.mgf.gz", "rt").read().split("END IONS\n")[:BATCH]
        return "END IONS\n".join([*text, ""]).encode()


def libraries(folder, program):
    """Two libraries of one name: all entries, and all but those of charge -1."""
    first, second = folder / "first.h5", folder / "second.h5"
    subprocess.run([program, "build", "-q", DATA / "library.msp.gz", "-o", first], check=True)
    shutil.copy(first, second)
    subprocess.run([program, "remove", "-q", second, "--where", "charge = -1"], check=True)
    return first, second


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", default=30.0, type=float)
    parser.add_argument("--clients", default=6, type=int)
    parser.add_argument("--program", default=ROOT / "target/release/mzseek", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "libraries").mkdir()
        versions = libraries(folder, options.program)
        shutil.copy(versions[0], folder / "libraries/library.h5")
        service = Service(options.program, folder / "libraries", "--jobs", folder / "jobs")
        soak = Soak(service, folder, versions, options)
        soak.run()
        time.sleep(3)
        left_open = len(os.listdir(f"/proc/{service.process.pid}/fd")) if service.process.poll() is None else -1
        ended = service.end() if service.process.poll() is None else service.process.returncode

    print("| asked | answers |\n|---|---|")
    for what in sorted({what for what, _ in soak.asked}):
        answers = {str(status): n for (asked, status), n in soak.asked.items() if asked == what}
        print(f"| {what} | {', '.join(f'{status}: {n:,}' if status else f'{n:,}' for status, n in sorted(answers.items()))} |")
    print("\n| part of the time | own memory, MB, median | highest | open files, most | threads, most |\n|---|---|---|---|---|")
    fifths = [soak.samples[len(soak.samples) * at // 5: len(soak.samples) * (at + 1) // 5] for at in range(5)]
    highest = [[max(column) for column in zip(*fifth)] for fifth in fifths]
    middle = [statistics.median(memory for memory, _, _ in fifth) for fifth in fifths]
    for at, (memory, n_open, threads) in enumerate(highest):
        print(f"| {at * 20} to {at * 20 + 20} % | {middle[at]:.0f} | {memory:.0f} | {n_open} | {threads} |")
    first_open = soak.samples[0][1]
    print(f"\nopen files in the end: {left_open}, at first {first_open}; exit code {ended}; {len(soak.wrong)} faults")
    grown = middle[4] > max(1.1 * middle[1], middle[1] + 20)
    for fault in soak.wrong[:20]:
        print(fault)
    return 1 if soak.wrong or ended != 0 or grown or left_open > first_open + 8 else 0


if __name__ == "__main__":
    sys.exit(main())

"""Asks a mzseek service what spectra are: ask.py http://127.0.0.1:8080 lipids run.mgf"""

import json
import sys
import time
from typing import Iterator, NamedTuple
from urllib import error, parse, request


class Match(NamedTuple):
    query: str
    name: str
    similarity: float
    q_value: float | None


def ask(service: str, library: str, path: str, token: str = "", **settings: str) -> Iterator[Match]:
    """First matches of the spectra of a file, as they come; settings are those of `mzseek search`."""
    words = parse.urlencode({"library": library, "file": path, **settings})
    headers = {"Content-Type": "application/octet-stream", "Accept": "application/x-ndjson",
               "Authorization": f"Bearer {token}"}
    with open(path, "rb") as file:
        question = request.Request(f"{service}/api/v1/search?{words}", file.read(), headers)
    try:
        for line in map(json.loads, request.urlopen(question)):
            if "error" in line:
                raise SystemExit(line["error"]["message"])
            for found in line.get("matches", [])[:1]:
                yield Match(line["query_id"], found.get("name", found["entry_id"]), found["similarity"], found.get("q_value"))
    except error.HTTPError as refused:
        if refused.code != 429:
            raise SystemExit(json.load(refused)["message"]) from None
        time.sleep(float(refused.headers["Retry-After"]))
        yield from ask(service, library, path, token, **settings)


if __name__ == "__main__":
    for match in ask(*sys.argv[1:4]):
        print(*match, sep="\t")

#!/usr/bin/env python3
"""Fifty clerks at once: what a search, a tile and a cut-out take while they all work.

    python3 tests/load/clerks.py URL load.tsv [--clerks 50] [--seconds 120] [--pause 10] [--password P] [--sessions FILE] [--json FILE]

URL is that of a `sohoa serve` on loopback. Each line of load.tsv is a query, a record, a scan, and the size of its first page. A
clerk types a query, looks at the list with the cut-outs that a browser would load, opens the page of a hit every other time and looks at
eight of its tiles, and waits: PAUSE seconds between two searches in the mean. With PASSWORD each clerk has an account of their own
(`clerk00` …). Bounded: it ends after SECONDS, and asks nothing but loopback.
"""
import argparse
import http.client
import json
import os
import random
import re
import threading
import time
import urllib.parse

# Pieces of paper beside the hits that a screen shows without scrolling.
PIECES = 5
# Tiles that zooming into a page asks for.
TILES = 8
SIDE = 512


class Clerk(threading.Thread):
    """One clerk with a browser that keeps its connection."""

    def __init__(self, number, given, lines, begin):
        super().__init__(daemon=True)
        self.given, self.lines, self.begin = given, lines, begin
        self.name_of = "clerk%02d" % number
        self.dice = random.Random(number)
        self.times = {"search": [], "piece": [], "page": [], "tile": []}
        self.wrong = []
        self.line = None
        self.cookie = ""

    def ask(self, what, path, body=None, headers=None):
        """Asks, and notes how long the whole answer took."""
        if self.line is None:
            host = urllib.parse.urlsplit(self.given.url)
            self.line = http.client.HTTPConnection(host.hostname, host.port, timeout=300)
        heads = dict(headers or {}, Cookie=self.cookie)
        start = time.perf_counter()
        try:
            self.line.request("POST" if body is not None else "GET", path, body, heads)
            answer = self.line.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.line.close()
            self.line = None
            self.wrong.append("%s: %s" % (what, error))
            return None, b""
        took = (time.perf_counter() - start) * 1000
        if what in self.times:
            if answer.status == 200:
                self.times[what].append(took)
            else:
                self.wrong.append("%s: %d" % (what, answer.status))
        return answer, text

    def log_in(self):
        """Comes in, and names a purpose, which is asked for once an hour."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        form = urllib.parse.urlencode({"name": self.name_of, "password": self.given.password})
        answer, _ = self.ask("log-in", "/login", form, kind)
        assert answer is not None and answer.headers["set-cookie"], "%s does not come in: %s" % (self.name_of, self.wrong)
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        _, page = self.ask("key", "/case")
        key = re.search(rb'name="key" value="([^"]*)"', page).group(1).decode()
        form = urllib.parse.urlencode({"key": key, "purpose": "copy", "number": "H1"})
        self.ask("purpose", "/case", form, kind)

    def run(self):
        self.begin.wait()
        end = time.time() + self.given.seconds
        # Clerks do not begin in the same moment.
        time.sleep(self.dice.uniform(0, self.given.pause))
        while time.time() < end:
            began = time.time()
            self.work()
            pause = self.dice.expovariate(1 / self.given.pause) - (time.time() - began)
            time.sleep(max(0, min(pause, end - time.time())))

    def work(self):
        query, _, scan, width, height = self.dice.choice(self.lines)
        _, text = self.ask("search", "/?q=" + urllib.parse.quote(query))
        pieces = re.findall(rb'src="(/image/[^"]*)"', text)[:PIECES]
        for piece in pieces:
            self.ask("piece", piece.decode().replace("&#38;", "&").replace("&amp;", "&"))
        if self.dice.random() < 0.5:
            return
        self.ask("page", "/page/%s/1" % scan)
        across, down = max(1, int(width) // SIDE), max(1, int(height) // SIDE)
        for _ in range(TILES):
            x, y = self.dice.randrange(across) * SIDE, self.dice.randrange(down) * SIDE
            w, h = min(SIDE, int(width) - x), min(SIDE, int(height) - y)
            self.ask("tile", "/iiif/3/%s-1/%d,%d,%d,%d/%d,%d/0/default.jpg" % (scan, x, y, w, h, w, h))


def part(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("load")
    parser.add_argument("--clerks", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=10)
    parser.add_argument("--scans", type=int, default=0, help="open pages of so many scans only; 0: of all")
    parser.add_argument("--password", default="")
    parser.add_argument("--sessions", default="", help="file that keeps the log-ins: so many from one machine are let in once")
    parser.add_argument("--json", default="")
    given = parser.parse_args()
    assert urllib.parse.urlsplit(given.url).hostname in ("127.0.0.1", "localhost"), "loopback only"
    assert given.clerks <= 200 and given.seconds <= 1800, "bounded"
    with open(given.load, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    if given.scans:
        few = sorted({line[2] for line in lines})[:given.scans]
        where = [line[2:] for line in lines if line[2] in few]
        lines = [line[:2] + where[at % len(where)] for at, line in enumerate(lines)]
    known = {}
    if given.sessions and os.path.exists(given.sessions):
        with open(given.sessions, encoding="utf-8") as file:
            known = json.load(file)
    begin = threading.Event()
    clerks = [Clerk(number, given, lines, begin) for number in range(given.clerks)]
    # A password takes a core for a while on purpose: one after the other, before the clock runs.
    for clerk in clerks:
        clerk.cookie = known.get(clerk.name_of, "")
        if given.password and not clerk.cookie:
            clerk.log_in()
        clerk.start()
    if given.sessions:
        with open(given.sessions, "w", encoding="utf-8") as file:
            json.dump({clerk.name_of: clerk.cookie for clerk in clerks}, file)
    begin.set()
    for clerk in clerks:
        clerk.join()
    told = {}
    for what in ("search", "piece", "page", "tile"):
        times = [one for clerk in clerks for one in clerk.times[what]]
        told[what] = {"count": len(times), "p50_ms": round(part(times, 0.5), 1), "p95_ms": round(part(times, 0.95), 1),
                      "p99_ms": round(part(times, 0.99), 1), "most_ms": round(max(times, default=0.0), 1)}
        print("%-7s %6d  p50 %7.1f  p95 %7.1f  p99 %7.1f  most %7.1f ms" % (what, *told[what].values()))
    wrong = [one for clerk in clerks for one in clerk.wrong]
    print("%d clerks, %.0f s, a search every %.0f s each; %d went wrong %s" % (
        given.clerks, given.seconds, given.pause, len(wrong), sorted(set(wrong))[:5]))
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(told, file)


if __name__ == "__main__":
    main()

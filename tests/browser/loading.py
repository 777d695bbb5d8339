#!/usr/bin/env python3
"""Loads two files through the desk in Chromium: one that is read, and one that is broken.

    python3 tests/browser/loading.py URL SCAN.pdf [--shots FOLDER]

URL is that of a running `sohoa serve` without accounts. SCAN.pdf is given a new end, so that its bytes are in no archive yet.
"""
import os
import tempfile

from stage import arguments, end, screens

# Reading a page on a slow machine, and the minute that a start of the engine may take.
PATIENCE = 240


def load(browser, url, files, shot):
    """Choose, begin, wait, and read what became of each."""
    browser.open(url + "/loading")
    browser.attach("#files", files)
    browser.wait("all files have arrived", lambda: not browser.run("return document.getElementById('begin').disabled"))
    assert "2 / 2" in browser.texts("#sending")[0], browser.texts("#sending")
    shot("loading")
    browser.press("Enter")
    browser.wait("the run is shown", lambda: browser.run("return !!document.getElementById('running')") or browser.texts(".note"))
    shot("loading-runs")
    browser.wait("the run has ended", lambda: browser.run("return !document.getElementById('running')"), PATIENCE)
    rows = browser.texts("main section:first-of-type tbody tr")
    assert rows[0].split() == [".", "2", "1", "0", "1", "0"], rows
    assert any("hỏng.pdf" in row and "tệp hỏng" in row for row in rows), rows
    tables = browser.run("return Array.from(document.querySelectorAll('table')).map(function (t) { return getComputedStyle(t).display; })")
    assert tables and set(tables) == {"table"}, "a table that is none: %s" % tables
    shot("loading-ended")


def main():
    (url, scan), folder = arguments(__doc__, 2, 2)
    with open(scan, "rb") as file:
        whole = file.read()
    for browser, shot, width, height in screens(folder):
        with tempfile.TemporaryDirectory() as place:
            files = [os.path.join(place, name) for name in ("mới %d.pdf" % width, "hỏng.pdf")]
            for path, content in zip(files, (whole + b"%% %d\n" % width, whole[:1000 + width])):
                with open(path, "wb") as file:
                    file.write(content)
            load(browser, url, files, shot)
        print("browser test of loading at %d x %d: passed" % (width, height))


if __name__ == "__main__":
    end(main)

#!/usr/bin/env python3
"""Opens scans in the viewers of other houses, OpenSeadragon and Mirador, from a page of another server: the archive is like any other.

    python3 tests/browser/viewers.py URL OPENSEADRAGON.js MIRADOR.js [--shots FOLDER]

URL is that of a running `sohoa serve` without accounts, whose archive holds a file of at least two pages; the programs are what
`fetch.sh` has fetched.
"""
import functools
import http.server
import json
import os
import shutil
import tempfile
import threading
import urllib.parse
import urllib.request

from papers import file_of_pages
from stage import arguments, end
from webdriver import Browser

OPENSEADRAGON = """<!DOCTYPE html><meta charset="utf-8"><title>OpenSeadragon</title><body style="margin:0"><div id="view" style="width:100vw;height:100vh"></div>
<script src="openseadragon.js"></script><script>
window.failures = [];
window.viewer = OpenSeadragon({ id: 'view', prefixUrl: '', showNavigationControl: false, crossOriginPolicy: 'Anonymous',
  drawer: 'canvas', tileSources: [%s] });
['open-failed', 'tile-load-failed', 'add-item-failed'].forEach(function (name) {
  viewer.addHandler(name, function (event) { failures.push(name + ' ' + (event.message || '')); });
});
</script>"""
MIRADOR = """<!DOCTYPE html><meta charset="utf-8"><title>Mirador</title><body><div id="view"></div><script src="mirador.js"></script><script>
window.viewer = Mirador.viewer({ id: 'view', window: { sideBarOpen: true, defaultSideBarPanel: 'search' },
  windows: [{ manifestId: %s }] });
</script>"""
# Levels of grey in the middle of what OpenSeadragon has drawn: of a page with writing there are many.
GREYS = """
var canvas = viewer.drawer.canvas, seen = {};
var pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
for (var at = 0; at < pixels.length; at += 4 * 97) { if (pixels[at + 3]) { seen[pixels[at]] = 1; } }
return Object.keys(seen).length;
"""


def get(address):
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_):
        pass


def other_house(folder):
    """A server of a folder at another port, which makes it another origin to a browser; its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:%d" % server.server_address[1]


def open_seadragon(browser, house, shot):
    """One page by its info.json, from far and then near: tiles come, and there is writing on them."""
    browser.open(house + "/openseadragon.html")
    ready = "var item = viewer.world.getItemAt(0); return !!item && item.getFullyLoaded()"
    browser.wait("OpenSeadragon has the page", lambda: browser.run(ready))
    assert browser.run(GREYS) > 20, "OpenSeadragon shows an empty page"
    loaded = "return performance.getEntriesByType('resource').filter(function (one) { return one.name.includes('/iiif/3/'); }).length"
    before = browser.run(loaded)
    browser.run("viewer.viewport.zoomTo(viewer.viewport.getMaxZoom(), viewer.viewport.getCenter(), true)")
    browser.wait("nearer tiles have come", lambda: browser.run(loaded) > before and browser.run(ready))
    assert browser.run("return failures") == []
    shot("openseadragon")


def mirador(browser, house, pages, word, hits, shot):
    """A whole scan by its manifest: so many pages, a picture, and a word that is found so often in its text."""
    browser.open(house + "/mirador.html")
    text = "return document.body.innerText"
    browser.wait("Mirador has opened the scan", lambda: "1 of %d" % pages in browser.run(text), 120)
    browser.wait("Mirador shows the page", lambda: browser.run("return document.querySelectorAll('.openseadragon-canvas canvas').length") > 0)
    browser.run("document.querySelector('input[id^=search-]').focus()")
    browser.press(word, "Enter")
    browser.wait("Mirador shows the hits", lambda: "1 of %d" % hits in browser.run("return document.querySelector('aside').innerText"))
    shown = browser.run(text).lower()
    assert word in shown, "the hits show the word in its line"
    assert "error" not in shown, shown
    shot("mirador")


def main():
    (url, osd_js, mirador_js), shots = arguments(__doc__, 3, 3)
    with Browser(1366, 768) as browser:
        def shot(name):
            if shots:
                browser.screenshot("%s/%s.png" % (shots, name))

        scan = file_of_pages(browser, url).rsplit("/", 1)[-1]
        manifest_at = "%s/iiif/presentation/3/%s/manifest.json" % (url, scan)
        manifest = get(manifest_at)
        service = manifest["items"][0]["items"][0]["items"][0]["body"]["service"][0]["id"]
        search = manifest["service"][0]["id"]
        word = "sinh"
        found = get(search + "?q=" + urllib.parse.quote(word))["items"]
        assert found, "no %s in %s" % (word, scan)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(osd_js, os.path.join(folder, "openseadragon.js"))
            shutil.copy(mirador_js, os.path.join(folder, "mirador.js"))
            for name, text in [
                ("openseadragon", OPENSEADRAGON % json.dumps(service + "/info.json")),
                ("mirador", MIRADOR % json.dumps(manifest_at)),
            ]:
                with open(os.path.join(folder, name + ".html"), "w", encoding="utf-8") as file:
                    file.write(text)
            house = other_house(folder)
            open_seadragon(browser, house, shot)
            mirador(browser, house, len(manifest["items"]), word, len(found), shot)
    print("other houses' viewers: OpenSeadragon and Mirador show the scan; %d places of a word" % len(found))


if __name__ == "__main__":
    end(main)

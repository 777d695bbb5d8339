#!/usr/bin/env python3
"""Drives the desk in Chromium by keyboard alone, at the sizes of a small screen and of a phone.

    python3 tests/browser/desk.py URL [QUERY] [--shots FOLDER]

URL is that of a running `sohoa serve`; QUERY has to find at least two records there. Ends with 0 if all
went well or if there is no Chromium to drive (said in one line), and with 1 if something is wrong.
"""
import urllib.parse

from stage import arguments, end, nothing_spills, screens
from webdriver import Browser

# What a page may weigh without its images, in bytes.
MOST_BYTES = 150_000
FOCUS = "return (document.activeElement.textContent || document.activeElement.id || '').trim()"
FOCUS_ID = "return document.activeElement.id"


def searching(browser, url, query, shot):
    """Type, Enter, arrows, the record, the page, and back again; the hand never leaves the keyboard."""
    browser.open(url + "/")
    assert browser.run(FOCUS_ID) == "q", "the box has the focus as soon as the page is there"
    shot("start")
    browser.press(query, "Enter")
    browser.wait("there are hits", lambda: browser.run("return document.querySelectorAll('.hit').length") >= 2)
    shot("hits")
    assert "&kind=" not in browser.url() and "kind=&" not in browser.url(), "empty filters stay out of the address"
    names = browser.texts(".hit h2 a")
    browser.press("/")
    assert browser.run(FOCUS_ID) == "q", "/ leads to the box"
    browser.press("Down")
    assert browser.run(FOCUS) == names[0], "the first arrow leads to the first hit"
    browser.press("Down")
    assert browser.run(FOCUS) == names[1], "the next arrow leads to the next hit"
    browser.press("Up", "Up")
    assert browser.run(FOCUS_ID) == "q", "above the first hit is the box"
    browser.press("Down", "Enter")
    browser.wait("the record is open", lambda: "/record/" in browser.url())
    assert names[0] in browser.texts("main h1")[0], "the record is that of the hit"
    shot("record")
    browser.press("Down")
    is_row = browser.run("return document.activeElement.hasAttribute('data-row')")
    assert is_row, "an arrow leads to the first line of the record"
    browser.press("Enter")
    browser.wait("the page is open", lambda: "/page/" in browser.url())
    browser.wait("a field is outlined", lambda: browser.run("return !!document.querySelector('polygon.on')"))
    shot("page")
    browser.press("Escape")
    browser.wait("the record is back", lambda: "/record/" in browser.url())
    browser.press("v")
    browser.wait("v opens the page", lambda: "/page/" in browser.url())
    browser.press("Escape")
    browser.wait("the record is back", lambda: "/record/" in browser.url())
    browser.press("Escape")
    browser.wait("the list is back", lambda: urllib.parse.urlsplit(browser.url()).path == "/")
    assert browser.texts(".hit h2 a") == names, "the same list as before"


def again_and_as_a_file(browser, url, query):
    """The search is offered again on the first page, and its list can be saved."""
    browser.open(url + "/")
    browser.press("Down")
    assert browser.run(FOCUS) == query, "the first arrow leads to the latest search"
    browser.press("Enter")
    browser.wait("there are hits again", lambda: browser.run("return document.querySelectorAll('.hit').length") >= 2)
    saved = ("var r = new XMLHttpRequest(); r.open('GET', document.querySelector('.files a').href, false); r.send();"
             "return [r.status, r.responseText.split('\\n').length, r.responseText.indexOf('KHÔNG CÓ GIÁ TRỊ PHÁP LÝ')]")
    status, lines, mark = browser.run(saved)
    assert status == 200 and lines > 2 and mark > 0, "the list as a file: %s" % [status, lines, mark]


def viewing(browser):
    """On the page: zoom, turn, fields and their outlines belong together."""
    browser.press("Down", "Enter")
    browser.wait("the record is open", lambda: "/record/" in browser.url())
    browser.press("v")
    browser.wait("the page is open", lambda: "/page/" in browser.url())
    width = "return document.getElementById('paper').getBoundingClientRect().width"
    before = browser.run(width)
    browser.press("+")
    assert browser.run(width) > before * 1.2, "+ makes the page larger"
    browser.press("-", "-")
    assert browser.run(width) < before, "- makes it smaller"
    browser.press("Down", "Down")
    chosen = browser.run("return document.activeElement.getAttribute('data-field')")
    outlined = browser.run("return document.querySelector('polygon.on').getAttribute('data-field')")
    assert chosen and chosen == outlined, "the outline is that of the chosen field"
    picture = ("var i = new Image(); i.src = document.querySelector('#paper image').getAttribute('href');"
               "return i.complete && i.naturalWidth")
    browser.wait("the picture of the page is there", lambda: browser.run(picture) > 100, 30)
    shape = "return document.getElementById('paper').getAttribute('viewBox')"
    upright = browser.run(shape)
    browser.press("r")
    browser.wait("r turns the page", lambda: browser.run(shape) != upright)


def pictures_are_seen(browser, url, query):
    """Each hit shows the paper that it was read from."""
    browser.open(url + "/?q=" + urllib.parse.quote(query))
    seen = "var i = document.querySelector('.hit img'); return i && i.complete && i.naturalWidth"
    browser.wait("the first cut-out is there", lambda: (browser.run(seen) or 0) > 20, 30)


def light_and_quick(browser):
    """What the page itself weighs, and when something is first seen (told, not judged: it depends on the machine)."""
    entries = browser.run(
        "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
        ".filter(function (e) { return e.name.indexOf('/image/') < 0; })"
        ".map(function (e) { return [e.name, e.encodedBodySize]; })")
    weight = sum(size for _, size in entries)
    assert 0 < weight < MOST_BYTES, "the page weighs %d bytes: %s" % (weight, entries)
    foreign = [name for name, _ in entries if not name.startswith("http://127.0.0.1") and not name.startswith("http://localhost")]
    assert not foreign, "something came from elsewhere: %s" % foreign
    paints = browser.run("return performance.getEntriesByType('paint').map(function (e) { return e.startTime; })")
    return weight, paints[0] if paints else None


def without_scripts(url, query):
    """Search, hits and the image of a page need no script."""
    with Browser(1366, 768, scripts=False) as browser:
        browser.open(url + "/?q=" + urllib.parse.quote(query))
        assert len(browser.texts(".hit")) >= 2, "hits without scripts"
        browser.press("Tab")
        assert "/image/" in browser.run("return document.querySelector('.hit img').src")
        browser.open(browser.run("return document.querySelector('.to-page').href"))
        assert browser.run("return document.querySelector('#paper image').getAttribute('href')").startswith("/image/")


def languages(browser, url):
    """English is one click away and stays."""
    browser.open(url + "/")
    assert browser.run("return document.documentElement.lang") == "vi", "Vietnamese comes first"
    browser.run("document.querySelector('.lang').click()")
    browser.wait("English", lambda: browser.run("return document.documentElement.lang") == "en")
    browser.open(url + "/?q=x")
    assert browser.run("return document.documentElement.lang") == "en", "the language stays"
    browser.open(url + "/?lang=vi")


def main():
    (url, *query), folder = arguments(__doc__, 1, 2)
    query = (query + ["nguyen thi"])[0]
    for browser, shot, width, height in screens(folder):
        searching(browser, url, query, shot)
        weight, paint = light_and_quick(browser)
        viewing(browser)
        nothing_spills(browser)
        pictures_are_seen(browser, url, query)
        again_and_as_a_file(browser, url, query)
        languages(browser, url)
        print("browser test at %d x %d: passed; list %d kB without images, first paint %s ms" % (
            width, height, weight / 1000, "?" if paint is None else round(paint)))
    without_scripts(url, query)
    print("browser test without scripts: passed")


if __name__ == "__main__":
    end(main)

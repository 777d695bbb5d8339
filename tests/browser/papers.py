#!/usr/bin/env python3
"""Goes through the pages of a file in Chromium by keyboard: split, join, blank, kind, turn, and everything taken back.

    python3 tests/browser/papers.py URL [--shots FOLDER]

URL is that of a running `sohoa serve` without accounts, whose archive holds a file of at least two pages.
"""
from stage import arguments, end, nothing_spills, screens
from webdriver import Browser

# Reading a page again on a slow machine, and the minute that a start of the engine may take.
PATIENCE = 240


def count(browser, selector):
    return browser.run("return document.querySelectorAll(arguments[0]).length", selector)


def on_page(browser, page):
    """The focus is on the small picture of that page, as after every decision."""
    script = "var on = document.activeElement.closest('.leaf'); return on && on.id"
    browser.wait("the focus is on page %d" % page, lambda: browser.run(script) == "leaf%d" % page)


def decide(browser, what, key, page, seconds=60):
    """Presses the key of a tool on a page and waits until it is written down."""
    before = count(browser, ".list tbody tr")
    browser.run("document.getElementById('p%d').focus()" % page)
    browser.press(key)
    browser.wait(what, lambda: count(browser, ".list tbody tr") == before + 1, seconds)
    on_page(browser, page)


def take_back(browser, page):
    """Takes the last decision back."""
    before = count(browser, ".list tbody tr")
    browser.run("document.querySelector('.list button').focus()")
    browser.press("Enter")
    browser.wait("it is taken back", lambda: count(browser, ".list tbody tr") == before + 1, PATIENCE)
    on_page(browser, page)


def file_of_pages(browser, url):
    """The address of the pages of a file that has several, found as an archivist finds it."""
    browser.open(url + "/loading")
    found = browser.run(
        "var all = Array.from(document.querySelectorAll('.latest li'));"
        "var several = all.filter(function (li) { return parseInt(li.querySelector('span').textContent, 10) > 1; });"
        "return several.map(function (li) { return li.querySelector('a').href; });")
    for address in found:
        browser.open(address)
        if count(browser, "#leaf2 [data-tool=s], #leaf2 [data-tool=j]"):
            return address
    raise AssertionError("no file with something on its second page: %s" % found)


def cut(browser, shot):
    """Split, join, blank and kind: what is shown is what was said, and what follows from it."""
    bundles = count(browser, ".bundle")
    is_first = browser.run("return document.getElementById('leaf2').parentNode.querySelector('.leaf').id === 'leaf2'")
    one, other, more = ("j", "s", -1) if is_first else ("s", "j", 1)
    decide(browser, "page 2 is cut another way", one, 2)
    assert count(browser, ".bundle") == bundles + more, "one paper %d" % more
    assert "(người đặt)" in browser.texts("#leaf2 p")[0], browser.texts("#leaf2 p")
    shot("papers-split")
    decide(browser, "page 2 is cut as before", other, 2)
    assert count(browser, ".bundle") == bundles, "as many papers as before"
    decide(browser, "page 2 is blank", "b", 2)
    assert count(browser, "#leaf2.blank") == 1, "page 2 is shown as blank"
    decide(browser, "page 2 is not blank", "b", 2)
    assert count(browser, "#leaf2.blank") == 0
    browser.run("document.getElementById('p1').focus()")
    browser.press("k")
    kind = browser.run(
        "var s = document.activeElement; s.selectedIndex = 1; return s.tagName + ' ' + s.options[1].textContent")
    assert kind.startswith("SELECT "), "k leads to the kind: %s" % kind
    before = count(browser, ".list tbody tr")
    browser.press("Enter")
    browser.wait("the kind is set", lambda: count(browser, ".list tbody tr") == before + 1)
    assert kind[len("SELECT "):] in browser.texts(".bundle h2")[0], browser.texts(".bundle h2")
    take_back(browser, 1)


def turn(browser, shot):
    """A page is turned, read again, and turned back by taking the decision back."""
    picture = "return document.querySelector('#leaf1 img').getAttribute('src')"
    before = browser.run(picture)
    decide(browser, "page 1 is turned and read again", "u", 1, PATIENCE)
    assert browser.run(picture) != before, "the small picture lies the other way"
    shot("papers-turned")
    take_back(browser, 1)
    assert browser.run(picture) == before


def without_scripts(url, address):
    """Every tool is a button of a form."""
    with Browser(1366, 768, scripts=False) as browser:
        browser.open(address)
        before = count(browser, ".list tbody tr")
        browser.run("document.querySelector('#leaf2 button[value^=\"2:blank:\"]').click()")
        browser.wait("page 2 is blank", lambda: count(browser, ".list tbody tr") == before + 1)
        browser.run("document.querySelector('.list button').click()")
        browser.wait("it is taken back", lambda: count(browser, ".list tbody tr") == before + 2)
        nothing_spills(browser)


def main():
    (url,), folder = arguments(__doc__, 1, 1)
    address = None
    for browser, shot, width, height in screens(folder):
        address = file_of_pages(browser, url)
        browser.open(address)
        pictures = "return Array.from(document.querySelectorAll('.leaf img')).slice(0, 2).every(function (i) { return i.complete && i.naturalWidth > 20; })"
        browser.wait("the small pictures are there", lambda: browser.run(pictures), 60)
        shot("papers")
        cut(browser, shot)
        if width > 1000:
            turn(browser, shot)
        browser.run("document.querySelector('.lang').click()")
        browser.wait("English is one click away", lambda: "Pages of the file" in browser.texts("h1"))
        browser.open(address + "?lang=vi")
        print("browser test of page tools at %d x %d: passed" % (width, height))
    without_scripts(url, address)
    print("browser test of page tools without scripts: passed")


if __name__ == "__main__":
    end(main)

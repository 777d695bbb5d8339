#!/usr/bin/env python3
"""Checks every main page with axe-core, at both sizes: nothing serious or critical may be found.

    python3 tests/browser/axe.py URL AXE.js QUERY [--password PASSWORD] [--table FILE]

AXE.js is what `fetch.sh axe-core` has fetched. Without PASSWORD, URL is that of a `sohoa serve` without accounts; with it, of one
with the accounts that `run.sh` makes. FILE gets a line a page and size, as a table of Markdown.
"""
import sys
import urllib.parse

from stage import SIZES, arguments, end, log_in, log_out
from webdriver import Browser, BrowserError

IMPACTS = ["critical", "serious", "moderate", "minor"]
# WCAG 2.2 at levels A and AA, and what axe calls best practice.
RUN = """
return axe.run(document, { resultTypes: ['violations'] }).then(function (found) {
  return found.violations.map(function (one) {
    return [one.impact, one.id, one.nodes.length, one.nodes.slice(0, 3).map(function (node) {
      return node.target.join(' ') + ': ' + node.any.concat(node.all, node.none).map(function (it) { return it.message; }).join('; ');
    })];
  });
});
"""


# A page on which everybody sees what is wrong.
WRONG = "data:text/html,<html><title>x</title><img src=x><p style='color:%23ccc;background:%23fff'>pale</p></html>"


def option(name):
    """The value of an option, taken out of the arguments; None where it is not given."""
    if name not in sys.argv:
        return None
    at = sys.argv.index(name)
    value = sys.argv[at + 1]
    del sys.argv[at:at + 2]
    return value


def link(browser, selector):
    return browser.run("return document.querySelector(arguments[0]).href", selector)


def open_pages(url, query):
    """Pages that need no account: (name, how to come there)."""
    hits = url + "/?q=" + urllib.parse.quote(query)

    def at(address):
        return lambda browser: browser.open(url + address)

    def follow(selector, start=hits):
        def go(browser):
            browser.open(start)
            browser.open(link(browser, selector))
        return go

    return [
        ("start", at("/")),
        ("hits", lambda browser: browser.open(hits)),
        ("no hits", at("/?q=zzzz%20qqqq")),
        ("record", follow(".hit h2 a")),
        ("page", follow(".hit .to-page")),
        ("loading", at("/loading")),
        ("pages of a file", follow(".latest a", url + "/loading")),
        ("figures", at("/figures")),
        ("first account", at("/setup")),
        ("failure", at("/nowhere")),
    ]


def pages_of_accounts(url, password):
    """Pages behind the log-in."""
    def as_one(name, address):
        def go(browser):
            log_in(browser, url, name, password)
            browser.open(url + address)
        return go

    return [
        ("log-in", lambda browser: browser.open(url + "/login")),
        ("password", as_one("lan", "/password")),
        ("purpose", as_one("lan", "/case")),
        ("queues", as_one("an", "/check")),
        ("a field", as_one("an", "/check/next?step=key")),
        ("error rates", as_one("cuc", "/check/rates")),
        ("lots", as_one("duc", "/check/lots")),
        ("accounts", as_one("ha", "/accounts")),
        ("trail", as_one("ky", "/audit")),
    ]


def main():
    password, table = option("--password"), option("--table")
    (url, axe, query), _ = arguments(__doc__, 3, 3)
    with open(axe, encoding="utf-8") as file:
        source = file.read()
    pages = pages_of_accounts(url, password) if password else open_pages(url, query)
    rows, wrong = [], []
    for width, height in SIZES:
        with Browser(width, height) as browser:
            browser.open(WRONG)
            browser.run(source)
            seen = {one[1] for one in browser.run(RUN)}
            assert {"image-alt", "color-contrast"} <= seen, "axe-core sees nothing: %s" % seen
            for name, go in pages:
                go(browser)
                browser.run(source)
                found = browser.run(RUN)
                counts = [sum(1 for one in found if one[0] == impact) for impact in IMPACTS]
                rules = ", ".join(sorted("%s (%d)" % (one[1], one[2]) for one in found)) or "–"
                rows.append("| %s | %d × %d | %s | %s |" % (name, width, height, " | ".join(map(str, counts)), rules))
                for impact, rule, _, places in found:
                    if impact in IMPACTS[:2]:
                        wrong.append("%s at %d: %s %s: %s" % (name, width, impact, rule, " // ".join(places)))
                    else:
                        print("axe: %s at %d: %s %s: %s" % (name, width, impact, rule, " // ".join(places)), file=sys.stderr)
                if password and "/login" not in browser.url():
                    try:
                        log_out(browser)
                    except BrowserError as error:
                        raise AssertionError("%s has no way out: %s" % (name, error)) from None
    if table:
        with open(table, "a", encoding="utf-8") as file:
            file.write("".join(row + "\n" for row in rows))
    assert not wrong, "\n".join(wrong)
    print("axe-core: %d pages at %d sizes: nothing serious or critical" % (len(pages), len(SIZES)))


if __name__ == "__main__":
    end(main)

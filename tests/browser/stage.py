"""What every browser test has in common: the screens it runs at, its arguments, its pictures and its end."""
import sys
import traceback

from webdriver import Browser, programs

SIZES = [(1366, 768), (390, 844)]
FOCUS_ID = "return document.activeElement.id"


def log_in(browser, url, name, password):
    """Name, Tab, password, Enter; the language link and the brand are not in the way."""
    browser.open(url + "/login")
    assert browser.run(FOCUS_ID) == "name", "the name has the focus as soon as the page is there"
    browser.press(name, "Tab", password, "Enter")
    browser.wait("%s is in" % name, lambda: "/login" not in browser.url())


def log_out(browser):
    browser.run("document.querySelector('.who form button').click()")
    browser.wait("the log-in is back", lambda: "/login" in browser.url())


def nothing_spills(browser):
    """No page is wider than the window."""
    wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is %d pixels wider than the window: %s" % (wide, browser.url())


def arguments(usage, least, most):
    """The arguments, without a slash after the address, and the folder of `--shots FOLDER` or None.

    Ends the program with 2 where their number is not from `least` to `most`, and with 0 where there is no
    Chromium to drive.
    """
    given, folder = sys.argv[1:], None
    if "--shots" in given:
        at = given.index("--shots")
        folder = given[at + 1]
        del given[at:at + 2]
    if not least <= len(given) <= most:
        print(usage, file=sys.stderr)
        sys.exit(2)
    missing = [name for name, path in zip(("chromium", "chromedriver"), programs()) if not path]
    if missing:
        print("browser test skipped: %s not installed (apt-get install chromium chromium-driver)" % " and ".join(missing))
        sys.exit(0)
    return [given[0].rstrip("/")] + given[1:], folder


def screens(folder):
    """A browser for each size: (browser, shot, width, height).

    `shot(name)` asserts that nothing spills and keeps a picture where a folder is given.
    """
    for width, height in SIZES:
        with Browser(width, height) as browser:
            def shot(name, browser=browser, width=width):
                nothing_spills(browser)
                if folder:
                    browser.screenshot("%s/%s-%d.png" % (folder, name, width))
            yield browser, shot, width, height


def end(main):
    """Runs `main` and ends the program: with 1 where an assertion failed."""
    try:
        main()
    except AssertionError as error:
        traceback.print_exc()
        print("browser test failed: %s" % error, file=sys.stderr)
        sys.exit(1)

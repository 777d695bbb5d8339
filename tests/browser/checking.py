#!/usr/bin/env python3
"""Log-in and checking in Chromium by keyboard alone, at the sizes of a small screen and of a phone.

    python3 tests/browser/checking.py URL PASSWORD [--shots FOLDER]

URL is that of a running `sohoa serve` whose archive has the accounts `an` and `binh` (operators), `cuc`
(verifier) and `lan` (clerk), all with PASSWORD, and some doubtful fields. It changes that archive. Counts
the keys of an operator. Ends with 0 if all went well or if there is no Chromium to drive.
"""
import time

from stage import FOCUS_ID, arguments, end, log_in, log_out, screens

# Fields that are confirmed in a row, to measure keys and time.
IN_A_ROW = 10
# Names of persons, in papers that the samples hold.
KEYED_TWICE = ("nksHoTen", "meHoTen", "holder_name")
VALUE = "return document.getElementById('answer').value"
FIELD = ("var f = document.forms; for (var i = 0; i < f.length; i++) { if (f[i].record) "
         "{ return f[i].record.value + ' ' + f[i].field.value } } return ''")


def a_wrong_password_says_so(browser, url):
    browser.open(url + "/login")
    browser.press("an", "Tab", "wrong", "Enter")
    browser.wait("it is said", lambda: len(browser.texts("[role=alert]")) == 1)


def keying(browser, url, shot):
    """Enter takes what the machine read; typing corrects it; F-keys say what is no value; F9 goes back."""
    browser.open(url + "/check/next?step=key")
    assert browser.run(FOCUS_ID) == "answer", "the input has the focus"
    shot("item")
    browser.open(url + "/check/next?step=key&of=nksHoTen")
    shot("name")
    # Names are keyed twice: whatever is doubted most, the second operator finds some.
    for name in KEYED_TWICE:
        browser.open(url + "/check/next?step=key&of=" + name)
        if not browser.texts("#answer"):
            continue
        before = browser.run(FIELD)
        browser.press("Enter" if browser.run(VALUE) else "F2")
        browser.wait("it is taken", lambda: browser.run(FIELD) != before)
    # A queue of one field may be short; the one of all is not.
    browser.open(url + "/check/next?step=key")
    start = time.time()
    for _ in range(IN_A_ROW):
        before = browser.run(FIELD)
        # An empty line is no answer; F2 says that the paper is blank.
        browser.press("Enter" if browser.run(VALUE) else "F2")
        browser.wait("the next field is there", lambda: browser.run(FIELD) not in ("", before))
    seconds = time.time() - start
    before = browser.run(FIELD)
    browser.press("F9")
    browser.wait("the last field is back", lambda: browser.run(FIELD) not in ("", before))
    browser.run("document.getElementById('answer').value = ''")
    before = browser.run(FIELD)
    browser.press("Enter")
    time.sleep(0.3)
    assert browser.run(FIELD) == before, "Enter on an empty line decides nothing"
    browser.open(url + "/check/next?step=key")
    before = browser.run(FIELD)
    browser.press("F2")
    browser.wait("blank is an answer", lambda: browser.run(FIELD) not in ("", before))
    before = browser.run(FIELD)
    browser.press("F8")
    browser.wait("a field can be left out", lambda: browser.run(FIELD) not in ("", before))
    return IN_A_ROW, seconds


def typing(browser, url):
    """Telex and VNI make the same letters; Unicode passes as it is."""
    browser.open(url + "/check/next?step=key")
    cases = [
        ("telex", "Lof Vawn Maaux", "Lò Văn Mẫu"),
        ("telex", "Nguyeenx Thij Dduowcj", "Nguyễn Thị Được"),
        ("telex", "Quynhf hoaf 1987", "Quỳnh hòa 1987"),
        ("vni", "Lo2 Va8n Ma6u4", "Lò Văn Mẫu"),
        ("vni", "D9u7o7c5 1987", "Được 1987"),
        ("", "Vũ Thị Mơ 12", "Vũ Thị Mơ 12"),
    ]
    for way, keys, expected in cases:
        browser.run("var w = document.getElementById('typing'); w.value = arguments[0];"
                    "w.dispatchEvent(new Event('change')); document.getElementById('answer').value = ''", way)
        browser.press(keys)
        found = browser.run(VALUE)
        assert found == expected, "%s %r gave %r" % (way, keys, found)
    browser.run("var w = document.getElementById('typing'); w.value = ''; w.dispatchEvent(new Event('change'))")


def blind(browser, url, shot):
    """The second keying shows the paper and an empty input."""
    browser.open(url + "/check/next?step=second")
    shot("second")
    assert browser.run(VALUE) == "", "nothing is filled in"
    assert not browser.texts(".seat aside"), "no other field is shown"
    before = browser.run(FIELD)
    browser.press("x", "Enter")
    browser.wait("the next one", lambda: browser.run(FIELD) != before)


def deciding(browser, url, shot):
    """Where two differ, Alt+1 takes what the first one said."""
    browser.open(url + "/check/next?step=third")
    browser.wait("both answers are there", lambda: len(browser.texts("[data-press^=Alt]")) == 2)
    shot("third")
    before = browser.run(FIELD)
    browser.press_with("Alt", "1")
    browser.wait("it is decided", lambda: browser.run(FIELD) != before)


def purpose(browser, url, shot):
    """A record is opened after its purpose was named, by keyboard."""
    browser.open(url + "/?q=nguyen")
    browser.press("Down", "Enter")
    browser.wait("the purpose is asked for", lambda: "/case" in browser.url())
    shot("case")
    browser.press("H12-34", "Enter")
    browser.wait("the record is open", lambda: "/record/" in browser.url())
    shot("record-of-a-case")
    browser.open(url + "/case")
    browser.run("document.querySelector('[name=end]').form.submit()")
    browser.wait("the case is over", lambda: "/case" not in browser.url())
    browser.open(url + "/?q=nguyen")
    browser.run("document.querySelector('.files a').click()")
    browser.wait("the purpose is asked for before a list leaves", lambda: "/case" in browser.url())
    browser.press("H12-35", "Enter")
    browser.wait("the list is back", lambda: "/?q=nguyen" in browser.url())
    saved = ("var r = new XMLHttpRequest(); r.open('GET', document.querySelector('.files a').href, false); r.send();"
             "return r.responseText.indexOf('(lan)')")
    assert browser.run(saved) > 0, "the list names who took it"


def main():
    (url, password), folder = arguments(__doc__, 2, 2)
    for browser, shot, width, height in screens(folder):
        a_wrong_password_says_so(browser, url)
        shot("login")
        log_in(browser, url, "an", password)
        browser.wait("an operator begins with the queues", lambda: browser.url().endswith("/check"))
        shot("queues")
        fields, seconds = keying(browser, url, shot)
        typing(browser, url)
        log_out(browser)
        log_in(browser, url, "binh", password)
        blind(browser, url, shot)
        log_out(browser)
        log_in(browser, url, "cuc", password)
        deciding(browser, url, shot)
        browser.open(url + "/check/rates")
        shot("rates")
        log_out(browser)
        log_in(browser, url, "lan", password)
        purpose(browser, url, shot)
        browser.open(url + "/figures")
        shot("figures")
        print("checking at %d x %d: passed; %d fields confirmed with %d keys in %.1f s" % (
            width, height, fields, fields, seconds))


if __name__ == "__main__":
    end(main)

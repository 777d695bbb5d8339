#!/usr/bin/env python3
"""Runs the tests of the IIIF validator (levels 0 to 2 of the Image API 3) against a desk.

    validate.py picture FILE.png     draws the squares that the validator expects
    validate.py check URL NAME       runs its tests on the page NAME of the desk at URL

Ends with 1 where a test fails. One of its tests fails everywhere and is replaced: `size_noup` takes it for a mistake that
`!2000,3000` brings a smaller picture as it is, which is what the specification says of `!w,h`.
"""
import io
import sys
import urllib.error
import urllib.request

from iiif_validator.validator import ImageAPI, TestSuite, ValidationInfo
from PIL import Image

VERSION, LEVEL, SIDE = "3.0", 2, 100
REPLACED = "size_noup"


def picture(path):
    squares = ValidationInfo().colorInfo
    whole = Image.new("RGB", (SIDE * len(squares), SIDE * len(squares[0])))
    for column, colours in enumerate(squares):
        for row, colour in enumerate(colours):
            whole.paste(colour, (column * SIDE, row * SIDE, (column + 1) * SIDE, (row + 1) * SIDE))
    whole.save(path)


def no_larger(url, name):
    """What `size_noup` is about: without `^` nothing becomes larger than it is."""
    def size(asked):
        try:
            with urllib.request.urlopen("%s/iiif/3/%s/full/%s/0/default.jpg" % (url, name, asked)) as answer:
                return Image.open(io.BytesIO(answer.read())).size
        except urllib.error.HTTPError as error:
            return error.code

    told = {asked: size(asked) for asked in ("1500,1500", ",1500", "1500,", "pct:200", "!2000,3000")}
    expected = dict.fromkeys(told, 400)
    expected["!2000,3000"] = (1000, 1000)
    return [] if told == expected else ["%s: %s instead of %s" % (REPLACED, told, expected)]


def check(url, name):
    server = url.split("//")[1]
    tests = TestSuite(ValidationInfo()).list_tests(VERSION)
    chosen = sorted(test for test in tests if tests[test]["level"] <= LEVEL and test != REPLACED)
    failed = no_larger(url, name)
    for test in chosen:
        result = ImageAPI(name, server, "iiif/3", "http", "", VERSION, debug=False)
        try:
            TestSuite(ValidationInfo()).run_test(test, result)
            wrong = result.exception
        except Exception as error:  # what the validator does not expect is a failure too
            wrong = error
        if wrong:
            failed.append("%s: %s (%s)" % (test, wrong, " ".join(result.urls)))
    for one in failed:
        print(one, file=sys.stderr)
    print("IIIF Image API %s, level %d: %d of %d tests of the validator passed" % (VERSION, LEVEL, len(chosen) + 1 - len(failed), len(chosen) + 1))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    {"picture": picture, "check": check}[sys.argv[1]](*sys.argv[2:])

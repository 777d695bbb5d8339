#!/usr/bin/env python3
"""Makes what exported PDFs embed (src/export/pdf/fonts): run again only to change it.

    pip install fonttools && python3 tools/pdf_assets.py NotoSans-Regular.ttf

* sans.ttf   Noto Sans (OFL 1.1, Debian fonts-noto-core), the Latin letters with all of Vietnamese; glyphs and widths only
* blank.ttf  one empty glyph of half an em, for text that lies invisibly over an image; drawn by nobody
* srgb.icc   an ICC profile (2.1) of sRGB (IEC 61966-2-1), primaries adapted to D50, 256 steps of its curve; public domain
"""
import struct
import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

OUT = Path(__file__).parent.parent / "src/export/pdf/fonts"
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1E00, 0x1F00),
           *range(0x300, 0x304), 0x306, 0x309, 0x31B, 0x323, *range(0x2010, 0x2028), 0x2030, 0x20AB, 0x2116, 0x2192, 0x2212, 0xFFFD]


def sans(source):
    font = TTFont(source)
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 6, 13, 14]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "gasp", "STAT", "MATH", "DSIG", "meta"]
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    font.save(OUT / "sans.ttf")


def blank():
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank"])
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf({".notdef": Glyph(), "blank": Glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "blank": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Blank", "styleName": "Regular", "psName": "Blank"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 3_800_000_000
    builder.font.recalcTimestamp = False
    builder.save(OUT / "blank.ttf")


def srgb():
    def fixed(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    def curve(x):
        return x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4

    text = b"sRGB"
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(4 + 4 + 2 + 1 + 67)
    steps = [round(curve(i / 255) * 65535) for i in range(256)]
    curv = b"curv\0\0\0\0" + struct.pack(">I", 256) + struct.pack(">256H", *steps)
    parts = {
        b"desc": desc,
        b"cprt": b"text\0\0\0\0Public domain\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.43607, 0.22249, 0.01392),
        b"gXYZ": xyz(0.38515, 0.71687, 0.09708),
        b"bXYZ": xyz(0.14307, 0.06061, 0.71410),
        b"rTRC": curv, b"gTRC": curv, b"bTRC": curv,
    }
    places, body, at = {}, b"", 128 + 4 + 12 * len(parts)
    table = struct.pack(">I", len(parts))
    for name, part in parts.items():
        if part not in places:
            padded = part + bytes(-len(part) % 4)
            places[part] = at + len(body)
            body += padded
        table += name + struct.pack(">II", places[part], len(part))
    size = at + len(body)
    head = struct.pack(">I", size) + bytes(4) + bytes([2, 0x10, 0, 0]) + b"mntrRGB XYZ "
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(4 + 4 + 4 + 4 + 8 + 4)
    head += b"".join(map(fixed, (0.9642, 1.0, 0.8249)))
    head += bytes(128 - len(head))
    (OUT / "srgb.icc").write_bytes(head + table + body)


OUT.mkdir(parents=True, exist_ok=True)
sans(sys.argv[1])
blank()
srgb()
for file in sorted(OUT.iterdir()):
    print(file.name, file.stat().st_size)

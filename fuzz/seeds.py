#!/usr/bin/env python3
"""Writes a few small sound files for each fuzz target to corpus/TARGET."""
import pathlib
import struct
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
GROUP4 = bytes([0x36, 0xFC, 0x00, 0x40, 0x04])


def put(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def pdf(content, image=b"", image_dict="", font=""):
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 72]/Contents 4 0 R"
        b"/Resources<</XObject<</I 5 0 R>>/Font<</F 6 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type/XObject/Subtype/Image%s/Length %d>>\nstream\n%s\nendstream"
        % (image_dict.encode(), len(image), image),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%s>>" % font.encode(),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def tiff(width, height, bits, compression, photometric, strip, order="<", big=False, extra=()):
    pack = lambda form, *values: struct.pack(order + form, *values)
    tags = [(256, 3, width), (257, 3, height), (258, 3, bits), (259, 3, compression), (262, 3, photometric),
            (277, 3, 1), (278, 3, height), *extra]
    head = 16 if big else 8
    tags += [(273, 4, head), (279, 4, len(strip))]
    tags.sort()
    entries = b""
    for tag, kind, value in tags:
        number = pack("H", value) if kind == 3 else pack("I", value)
        entries += pack("HH", tag, kind) + (pack("Q", 1) + number.ljust(8, b"\0") if big else pack("I", 1) + number.ljust(4, b"\0"))
    mark = b"II" if order == "<" else b"MM"
    at = head + len(strip)
    start = mark + (pack("HHHQ", 43, 8, 0, at) if big else pack("HI", 42, at))
    count = pack("Q", len(tags)) if big else pack("H", len(tags))
    return start + strip + count + entries + (pack("Q", 0) if big else pack("I", 0))


def main():
    whole = b"q 144 0 0 72 0 0 cm /I Do Q"
    gray = "/Width 4/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray"
    fax = "/Width 16/Height 2/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 16>>"
    samples = bytes(range(0, 80, 10))
    documents = {
        "raw.pdf": pdf(whole, samples, gray),
        "flate.pdf": pdf(whole, zlib.compress(samples), gray + "/Filter/FlateDecode"),
        "fax.pdf": pdf(whole, GROUP4, fax),
        "text.pdf": pdf(b"BT /F 9 Tf 10 20 Td (C\\351ng h\\337a) Tj ET 5 5 m 9 9 l S", font="/Encoding/WinAnsiEncoding"),
        "owner.pdf": (ROOT / "tests/data/owner-password.pdf").read_bytes(),
        "user.pdf": (ROOT / "tests/data/user-password.pdf").read_bytes(),
    }
    images = {
        "gray.tif": tiff(4, 2, 8, 1, 1, samples),
        "big.tif": tiff(4, 2, 8, 8, 1, zlib.compress(samples), ">", True),
        "fax.tif": tiff(16, 2, 1, 4, 0, GROUP4),
        "runs.tif": tiff(4, 2, 8, 32773, 1, b"\x07" + samples, ">"),
        "float.tif": tiff(2, 1, 32, 1, 1, struct.pack("<ff", 0, 1), extra=[(339, 3, 3)]),
        "predicted.tif": tiff(4, 2, 8, 8, 1, zlib.compress(samples), extra=[(317, 3, 2)]),
    }
    for name, data in documents.items():
        put("pdf", name, data)
        put("any", name, data)
    for name, data in images.items():
        put("tiff", name, data)
        put("any", name, data)
    put("jpeg", "inks.jpg", (ROOT / "tests/data/cmyk.jpg").read_bytes())
    put("any", "inks.jpg", (ROOT / "tests/data/cmyk.jpg").read_bytes())
    for method, name in ((zipfile.ZIP_STORED, "stored.zip"), (zipfile.ZIP_DEFLATED, "packed.zip")):
        path = HERE / "corpus" / name
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("a/gray.tif", images["gray.tif"])
            file.writestr("b.pdf", documents["raw.pdf"])
        put("zip", name, path.read_bytes())
        path.unlink()
    put("settings", "default.toml", (ROOT / "src/config/archive-default.toml").read_bytes())
    for file in sorted((ROOT / "pipelines").glob("*/*.toml")):
        if file.parent.name != "lexicon":
            put("kind", file.name, file.read_bytes()[:8000])
    for at, query in enumerate(["lò thị mẫu 1987", "ks 12/2015 quyển 3 trang 7", "thửa 345 tờ 12 xã Chiềng Cơi",
                                "CT 01234567", "\"nguyễn văn a\" -b sinh 02/03/1990", "con ông Vàng A Súa"]):
        put("query", str(at), query.encode())
    for at, message in enumerate([b'"Progress"', b'{"Opened":{"num_pages":3}}', b'{"Read":{"path":"a/b","page":2}}',
                                  b'{"Refused":{"reason":"corrupt","message":"x"}}']):
        put("wire", str(at), struct.pack("<I", len(message)) + message)
    put("text_layer", "tcvn3", ".VnTime;.VnTimeH;Arial\nC\u00e9ng h\u00dfa x\u00b7 h\u00e9i ch\u00f1 ngh\u00dca\nTªn:........ 12".encode())
    put("text_layer", "vni", "VNI-Times;;\nCoäng hoøa xaõ hoäi chuû nghóa Vieät Nam".encode())
    code = "##.#..#....#...#...##.##.###.#...#..###.##..#.###.####.#.##..###..#...#.##...##..###.#..##...###.#.##"
    row = ("0" * 12 + code.replace("#", "1").replace(".", "0")).ljust(128, "0")
    put("codes", "code128", bytes([128]) + int(row * 60, 2).to_bytes(16 * 60, "big"))


main()

"""Character errors of a line model: on line images cut from the rendered corpus by its truth's quads, on real handwriting, on drawn lines.

    python evaluate.py --model ../models/sohoa-line.onnx [--every 4] [--aster PATH.onnx --aster-every 20] [--sets corpus,real,drawn]

Texts are compared as `tools/score.py` does (composed, leaders dropped, dashes and apostrophes folded). The images are cached outside the
repository; none of them is ever trained on.
"""

import argparse
import glob
import json
import os
import pickle
import random
import re
import subprocess
import tempfile
import unicodedata
from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime
from PIL import Image, ImageSequence

from alphabet import decode
from fonts import UNSEEN, all_faces, split
from lines import Lines
from text import SHARED
from train import character_errors

CACHE = os.environ.get("SOHOA_CACHE", "/work/s/train/cache")
HEIGHT, STEP = 40, 4
# Room around the truth's quad, as a share of its height: a cutter leaves about as much.
ROOM = 0.06
# Paper left and right of a strip in the product, in pixels at the model's height.
MARGIN = 10
# Steps that AsterNet's positions end at; longer lines are cut in two, as the product does.
ASTER_WIDEST = 1024


@dataclass
class Sample:
    """One line image at the height it was found, its text and the groups it counts in."""

    image: np.ndarray
    text: str
    groups: tuple[str, ...]


def nfc(s: str) -> str:
    """As in tools/score.py."""
    s = unicodedata.normalize("NFC", s or "")
    s = s.replace("\u2026", "...").replace("\u2013", "-").replace("\u2014", "-").replace("\u2019", "'").replace("\u02bc", "'")
    s = re.sub(r"[._]{2,}", " ", s)
    return " ".join(s.split())


def _pages(path: str, sizes: list[tuple[int, int]]) -> list[np.ndarray]:
    """Grey pages of a file at the sizes that the truth names."""
    if path.endswith(".pdf"):
        out = []
        with tempfile.TemporaryDirectory() as folder:
            for n, (w, h) in enumerate(sizes, 1):
                subprocess.run(["pdftoppm", "-gray", "-f", str(n), "-l", str(n), "-scale-to-x", str(w), "-scale-to-y", str(h), "-singlefile", path, f"{folder}/p"], check=True)
                out.append(cv2.imread(f"{folder}/p.pgm", cv2.IMREAD_GRAYSCALE))
        return out
    with Image.open(path) as image:
        return [np.asarray(page.convert("L")) for page in ImageSequence.Iterator(image)]


def _cut(page: np.ndarray, quad: list[list[float]]) -> np.ndarray | None:
    q = np.array(quad, np.float32)
    width, height = float(np.linalg.norm(q[1] - q[0])), float(np.linalg.norm(q[3] - q[0]))
    if width < 8 or height < 6:
        return None
    along, down = (q[1] - q[0]) / width, (q[3] - q[0]) / height
    room = ROOM * height
    src = np.array([q[0] - room * (along + down), q[1] + room * (along - down), q[3] + room * (down - along)], np.float32)
    w, h = round(width + 2 * room), round(height + 2 * room)
    matrix = cv2.getAffineTransform(src, np.array([[0, 0], [w, 0], [0, h]], np.float32))
    return cv2.warpAffine(page, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def corpus() -> list[Sample]:
    """Lines of corpus/dev, by the style of the line, whether its hand is a face that was trained on, and the page's damage."""
    cache = os.path.join(CACHE, "corpus.pickle")
    if os.path.exists(cache):
        with open(cache, "rb") as f:
            return pickle.load(f)
    out = []
    unseen = {f for group in UNSEEN.values() for f in group}
    for file in sorted(glob.glob(f"{SHARED}/corpus/dev/truth/*.json")):
        with open(file, encoding="utf-8") as f:
            truth = json.load(f)
        pages = _pages(f"{SHARED}/corpus/dev/{truth['file']}", [(p["width"], p["height"]) for p in truth["pages"]])
        for page, image in zip(truth["pages"], pages):
            if image.shape != (page["height"], page["width"]):
                print("size differs:", truth["file"], image.shape, page["width"], page["height"])
                continue
            for line in page.get("lines", []):
                cut = _cut(image, line["quad"])
                styles = {s["style"] for s in line["spans"]}
                if cut is None or not nfc(line["text"]):
                    continue
                groups = [line["style"], "only " + line["style"] if len(styles) == 1 else "mixed"]
                if line["style"] == "handwriting":
                    groups.append("hand " + ("unseen" if truth["fonts"]["hand"] in unseen else "seen"))
                    groups.append("hand " + truth["fonts"]["hand"])
                groups.append(("g4 " if truth["container"].endswith("g4") else "grey ") + line["style"])
                out.append(Sample(cut, nfc(line["text"]), tuple(groups)))
    os.makedirs(CACHE, exist_ok=True)
    with open(cache, "wb") as f:
        pickle.dump(out, f)
    return out


def real() -> list[Sample]:
    """The 216 real handwritten address lines."""
    out = []
    with open(f"{SHARED}/real/handwriting/gt.tsv", encoding="utf-8") as f:
        for row in f:
            name, text = row.rstrip("\n").split("\t")
            out.append(Sample(cv2.imread(f"{SHARED}/real/handwriting/{name}", cv2.IMREAD_GRAYSCALE), nfc(text), ("real handwriting",)))
    return out


def drawn(count: int) -> list[Sample]:
    """Lines of the generator, with faces that were trained on and faces held out, from a seed never trained on."""
    out = []
    for name, faces in zip(("seen", "unseen"), split(all_faces())):
        source = Lines(faces, 777_777)
        for kind in ("print", "typewriter", "handwriting"):
            for _ in range(count):
                line = source.next(1.0, kind)
                out.append(Sample(line.image, nfc(line.label), (f"drawn {kind} {name}",)))
    return out


class Ours:
    """The line model in ONNX Runtime."""

    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options)

    def logits(self, image: np.ndarray) -> np.ndarray:
        """What the net says of a line image of any height, step by step."""
        h, w = image.shape
        width = max(16, round(w * HEIGHT / h))
        small = cv2.resize(image, (width, HEIGHT), interpolation=cv2.INTER_AREA if h > HEIGHT else cv2.INTER_LINEAR)
        # As src/read/strip.rs: paper of the line's own tone on both sides.
        small = cv2.copyMakeBorder(small, 0, 0, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=float(np.percentile(small, 90)))
        width += 2 * MARGIN
        padded = np.ones((1, 1, HEIGHT, width + -width % STEP), np.float32)
        padded[0, 0, :, :width] = small / np.float32(255)
        (logits,) = self.session.run(["logits"], {"image": padded})
        return logits[0]

    def read(self, image: np.ndarray) -> str:
        return decode(self.logits(image).argmax(1).tolist())


class Aster:
    """AsterNet, prepared as its package does, greedy."""

    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options)
        lower = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
        self.chars = [""] + list(dict.fromkeys(lower + lower.upper() + "0123456789" + " ,.-:;\"'?!()[]{}/%+$&=*#@_\\<>°"))

    def read(self, image: np.ndarray) -> str:
        image = cv2.copyMakeBorder(image, 0, 0, 2, 2, cv2.BORDER_CONSTANT, value=int(image[:, [0, -1]].mean()))
        h, w = image.shape
        scale = min(1.25, 1 + (w / h - 3) * 0.02) if w / h > 3 else 1.0
        width = max(16, int(32 / h * w * scale))
        if width + 3 > ASTER_WIDEST:
            ink = image[:, w // 3:2 * w // 3].min(axis=0).astype(np.float32)
            cut = w // 3 + int(cv2.blur(ink[None], (max(3, h // 4), 1))[0].argmax())
            return self.read(np.ascontiguousarray(image[:, :cut])) + " " + self.read(np.ascontiguousarray(image[:, cut:]))
        width = (width + 3) // 4 * 4
        # PIL's bilinear filter averages when it shrinks, as the package relies on.
        small = np.asarray(Image.fromarray(image).resize((width, 32), Image.BILINEAR), np.float32) / 255
        (logs,) = self.session.run(None, {"images": np.broadcast_to(small, (1, 3, 32, width)).copy()})
        out, last = [], 0
        for k in logs[:, 0].argmax(1):
            if k != last and k:
                out.append(self.chars[k])
            last = k
        return "".join(out)


def measure(model: "Ours | Aster", samples: list[Sample], wrong: str | None = None) -> dict[str, tuple[int, int, int]]:
    """Errors, letters and lines by group; the lines read wrong go to the file `wrong`."""
    sums: dict[str, tuple[int, int, int]] = {}
    out = open(wrong, "w", encoding="utf-8") if wrong else None
    for sample in samples:
        said = nfc(model.read(sample.image))
        errors = character_errors(said, sample.text)
        if out and errors:
            out.write(f"{sample.groups[0]}\t{errors}\t{sample.text}\t{said}\n")
        for group in sample.groups:
            e, n, c = sums.get(group, (0, 0, 0))
            sums[group] = (e + errors, n + len(sample.text), c + 1)
    return sums


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--aster")
    parser.add_argument("--every", type=int, default=1, help="take each n-th line of the corpus")
    parser.add_argument("--aster-every", type=int, default=20)
    parser.add_argument("--sets", default="corpus,real,drawn")
    parser.add_argument("--wrong", help="write the lines read wrong to this file")
    args = parser.parse_args()
    samples: list[Sample] = []
    if "corpus" in args.sets:
        lines = corpus()
        random.Random(5).shuffle(lines)
        samples += lines[::args.every]
    if "real" in args.sets:
        samples += real()
    if "drawn" in args.sets:
        samples += drawn(150)
    models: list[tuple[str, Ours | Aster, list[Sample]]] = [("ours", Ours(args.model), samples)]
    if args.aster:
        models.append(("AsterNet", Aster(args.aster), samples[::args.aster_every]))
    for name, model, part in models:
        sums = measure(model, part, args.wrong if name == "ours" else None)
        for group, (errors, letters, count) in sorted(sums.items()):
            print(f"{name}\t{group}\t{100 * errors / max(1, letters):.2f} %\t{count} lines", flush=True)


if __name__ == "__main__":
    main()

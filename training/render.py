"""Draws a line of spans with faces: ink on nothing, at the resolution of a scan, and where it lies."""

import random
import unicodedata
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from alphabet import label_of
from fonts import Face, sized
from strokes import Hand
from text import Span

BOXES = "☐☑☒"
TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass
class Drawn:
    """Ink of a line (0 none … 1 full), its label and its geometry in pixels."""

    ink: np.ndarray
    label: str
    em: int
    baseline: int
    kind: str


def _font_for(face: Face, size: int, text: str):
    return sized(face.path, size) if all(c in face.chars or c in BOXES or c == " " for c in text) else None


def _draw_box(d: ImageDraw.ImageDraw, x: float, y: float, em: int, ticked: bool, r: random.Random) -> float:
    """A tick box as forms print it, with a mark by pen where ticked; returns its advance."""
    side = em * r.uniform(0.55, 0.8)
    w = max(1, round(em * r.uniform(0.03, 0.07)))
    d.rectangle([x, y - side, x + side, y], outline=255, width=w)
    if ticked:
        pen = max(1, round(em * r.uniform(0.05, 0.11)))
        if r.random() < 0.5:
            d.line([(x + side * 0.1, y - side * 0.55), (x + side * 0.42, y - side * 0.12), (x + side * r.uniform(0.9, 1.3), y - side * r.uniform(0.9, 1.4))], 255, pen)
        else:
            d.line([(x + side * 0.12, y - side * 0.88), (x + side * 0.9, y - side * 0.1)], 255, pen)
            d.line([(x + side * 0.9, y - side * 0.9), (x + side * 0.1, y - side * 0.1)], 255, pen)
    return side + em * 0.12


def _leader(d: ImageDraw.ImageDraw, x: float, y: float, width: float, em: int, r: random.Random, level: int) -> None:
    """Dots, dashes or a rule along the baseline."""
    k = r.random()
    size = max(1.0, em * r.uniform(0.03, 0.08))
    if k < 0.6:
        step = em * r.uniform(0.14, 0.4)
        for i in range(int(width / step)):
            cx = x + i * step
            d.ellipse([cx, y - size, cx + size, y], fill=level)
    elif k < 0.8:
        d.line([(x, y), (x + width, y)], level, max(1, round(size * 0.7)))
    else:
        step = em * r.uniform(0.2, 0.5)
        for i in range(int(width / step)):
            d.line([(x + i * step, y), (x + i * step + step * 0.6, y)], level, max(1, round(size * 0.7)))


def _without_tones(text: str) -> str:
    """The letters with their hats and horns, but no tones."""
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", text) if c not in TONES))


def _loose_tones(size: tuple[int, int], text: str, font, x: float, y: float, em: int, r: random.Random) -> Image.Image | None:
    """A word whose tones stand where a hasty hand puts them: off to a side, higher, lower. None where the face has other widths without them."""
    bare = _without_tones(text)
    if bare == text or abs(font.getlength(bare) - font.getlength(text)) > 1:
        return None
    drawn = []
    for letters in (text, bare):
        image = Image.new("L", size, 0)
        ImageDraw.Draw(image).text((x, y), letters, font=font, fill=255, anchor="ls")
        drawn.append(np.asarray(image).astype(np.int16))
    tones = np.clip(drawn[0] - drawn[1], 0, 255).astype(np.uint8)
    move = np.float32([[1, 0, em * r.gauss(0.05, 0.07)], [0, 1, em * r.gauss(-0.02, 0.04)]])
    tones = cv2.warpAffine(tones, move, size)
    return Image.fromarray(np.maximum(np.minimum(drawn[0], drawn[1]).astype(np.uint8), tones))


def _draw_run(d: ImageDraw.ImageDraw, text: str, face: Face, font, x: float, y: float, em: int, r: random.Random, per_glyph: bool, gap: float) -> float:
    """Writes a run; glyph by glyph where spacing, pressure or jitter vary. Returns its width."""
    if not per_glyph and not any(c in BOXES for c in text):
        d.text((x, y), text, font=font, fill=255, anchor="ls")
        return font.getlength(text)
    x0 = x
    jitter = em * r.choice([0.0, 0.015, 0.03, 0.05]) if face.kind == "typewriter" else em * r.uniform(0, 0.02)
    weak = r.choice([0, 0, 60, 130]) if face.kind == "typewriter" else 0
    raised = r.random() < 0.3
    for c in text:
        if c in BOXES:
            x += _draw_box(d, x, y, em, c != "☐", r)
            continue
        dy = r.uniform(-jitter, jitter) - (em * 0.06 if raised and c.isupper() else 0)
        d.text((x, y + dy), c, font=font, fill=255 - r.randint(0, weak), anchor="ls")
        x += font.getlength(c) + gap
    return x - x0


def _write(image: Image.Image, words: list[str], hand: Hand, x: float, y: float, size: int, most: float, r: random.Random) -> tuple[list[str], float]:
    """Writes the words with a pen as far as they end before `most`; returns those that were written and where the last ends."""
    canvas, kept, end = np.asarray(image).copy(), [], x
    for word in words:
        ink, left, above, width = hand.write(word, size)
        row, column = round(y + size * r.gauss(0, 0.03)) - above, round(x) + left
        if x + width > most:
            break
        top, bottom, first = max(0, row), min(canvas.shape[0], row + ink.shape[0]), max(0, column)
        last = min(canvas.shape[1], column + ink.shape[1])
        part = ink[top - row:bottom - row, first - column:last - column]
        canvas[top:bottom, first:last] = np.maximum(canvas[top:bottom, first:last], part)
        kept.append(word)
        end = x + width
        x = end + hand.gap_between_words(size)
    image.paste(Image.fromarray(canvas))
    return kept, end


def draw_line(spans: list[Span], faces: dict[str, Face], em: int, r: random.Random, max_width: int, hand: Hand | None = None) -> Drawn | None:
    """Draws the spans side by side, labels with `faces["label"]`, values with `faces["value"]`; None where a face lacks a letter.

    What would be written with the face of the values is written by `hand` where one is given.

    The canvas is 3 em high with the baseline 1.9 em down; words beyond `max_width` are left out of image and label.
    """
    height, baseline = round(3 * em), round(1.9 * em)
    layers = {}
    for role in ("label", "value"):
        image = Image.new("L", (max_width, height), 0)
        layers[role] = (image, ImageDraw.Draw(image))
    scale = {"label": 1.0, "value": 1.0}
    if faces["label"] is not faces["value"]:
        scale["value"] = r.uniform(0.9, 1.5) if faces["value"].kind == "handwriting" else r.uniform(0.9, 1.15)
    drop = {"label": 0.0, "value": r.uniform(-0.14, 0.1) * em if faces["label"] is not faces["value"] else 0.0}
    by_hand = faces["value"].kind == "handwriting"
    # Hands leave wide gaps between words, and each word sits and is as large as it comes.
    spread = r.uniform(1.1, 3.2) if by_hand and r.random() < 0.5 else 1.0
    loose = by_hand and r.random() < 0.4
    gap = {role: (r.uniform(-0.02, 0.12) * em if r.random() < 0.3 else 0.0) for role in scale}
    per_glyph = {role: faces[role].kind == "typewriter" or gap[role] != 0.0 for role in scale}
    x = em * r.uniform(0.0, 0.6)
    label, full = [], False
    under_leader = r.random() < 0.35
    for i, span in enumerate(spans):
        role = "value" if span.role == "value" else "label"
        image, d = layers[role]
        if span.role == "leader":
            width = min(len(span.text) * em * 0.27, max_width - x - em)
            if width > em * 0.5:
                _leader(d, x, baseline, width, em, r, 255)
                x += width + em * r.uniform(0.1, 0.4)
            continue
        size = max(9, round(em * scale[role]))
        if hand is not None and faces[role] is faces["value"]:
            if not hand.writes(span.text):
                return None
            words = span.text.split()
            kept, end = _write(image, words, hand, x, baseline + drop[role], size, max_width - em * 0.3, r)
            if kept:
                label.append(" ".join(kept))
                if span.role == "value" and under_leader:
                    _leader(layers["label"][1], x - em * 0.3, baseline + em * r.uniform(-0.02, 0.12), min(end - x + em * r.uniform(0.2, 4), max_width - x - 1), em, r, r.randint(110, 255))
                x = end + hand.gap_between_words(size)
            if len(kept) < len(words):
                break
            continue
        font = _font_for(faces[role], size, span.text)
        if font is None:
            return None
        words, start = span.text.split(" "), x
        kept = []
        word_by_word = role == "value" and (spread > 1.0 or loose)
        for word in words:
            if not word:
                continue
            piece = word + " "
            width = font.getlength(piece) + gap[role] * len(piece)
            if x + width > max_width - em * 0.3:
                full = True
                break
            kept.append(word)
            if word_by_word:
                y = baseline + drop[role] + em * r.gauss(0, 0.03)
                apart = _loose_tones(image.size, word, font, x, y, em, r) if loose and not per_glyph[role] else None
                if apart is None:
                    width = _draw_run(d, word, faces[role], font, x, y, size, r, per_glyph[role], gap[role])
                else:
                    image.paste(255, (0, 0), apart)
                    width = font.getlength(word)
                width += font.getlength(" ") * spread * r.uniform(0.7, 1.3)
            x += width
        if kept:
            run = " ".join(kept)
            if word_by_word:
                width = x - start
            else:
                width = _draw_run(d, run, faces[role], font, start, baseline + drop[role], size, r, per_glyph[role], gap[role])
            label.append(run)
            x = start + width + font.getlength(" ") * r.uniform(0.7, 1.8)
            if span.role == "value" and under_leader:
                _leader(layers["label"][1], start - em * 0.3, baseline + em * r.uniform(-0.02, 0.12), min(x - start + em * r.uniform(0.2, 4), max_width - start - 1), em, r, r.randint(110, 255))
        if full:
            break
    text = label_of(" ".join(label))
    if not text:
        return None
    printed, written = (np.asarray(layers[role][0]) for role in ("label", "value"))
    x = min(max_width, round(x + em * r.uniform(0.0, 0.6)))
    printed, written = printed[:, :x], written[:, :x]
    if faces["value"].kind == "handwriting" and any(s.role == "value" for s in spans):
        written = warp_hand(written, em, r)
    if faces["value"] is not faces["label"]:
        written = (written * r.uniform(0.45, 1.0)).astype(np.uint8)
    return Drawn(np.maximum(printed, written).astype(np.float32) / 255.0, text, em, baseline, faces["value"].kind)


def _field(shape: tuple[int, int], cell: float, r: random.Random) -> np.ndarray:
    """Smooth noise of about ±1 with cells of `cell` pixels."""
    rows, cols = max(2, round(shape[0] / cell) + 2), max(2, round(shape[1] / cell) + 2)
    g = np.random.Generator(np.random.PCG64(r.getrandbits(32))).standard_normal((rows, cols)).astype(np.float32)
    return cv2.resize(g, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def warp_hand(ink: np.ndarray, em: int, r: random.Random) -> np.ndarray:
    """A hand's own slant, size changes, wandering baseline and elastic unevenness, and the width of its pen."""
    h, w = ink.shape
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    slant = r.gauss(0.1, 0.22)
    base = 1.9 * em
    dx = (ys - base) * slant
    strength = r.uniform(0.0, 0.095) * em
    dx = dx + _field((h, w), em * r.uniform(0.5, 1.2), r) * strength
    dy = _field((h, w), em * r.uniform(0.5, 1.2), r) * strength
    # Slow wander of the baseline and of the size along the line.
    wander = _field((2, w), em * r.uniform(3, 8), r)
    dy = dy + wander[:1] * em * r.uniform(0, 0.09) + (ys - base) * wander[1:] * r.uniform(0, 0.12)
    out = cv2.remap(ink, xs + dx, ys + dy, cv2.INTER_LINEAR, borderValue=0)
    k = r.random()
    if k < 0.3:
        pen = max(2, round(em * r.uniform(0.02, 0.07)))
        thick = cv2.dilate(out, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen)))
        out = cv2.addWeighted(out, 0.3, thick, 0.7, 0)
    elif k < 0.45 and em > 24:
        out = cv2.addWeighted(out, 0.4, cv2.erode(out, np.ones((2, 2), np.uint8)), 0.6, 0)
    return out

"""What paper, time, copiers and scanners do to a line, drawn at random; the last step cuts the line and brings it to the net's height."""

import random

import cv2
import numpy as np

from render import Drawn, _field

HEIGHT = 40
# Em in pixels of small print: 10 pt at 200 dpi is 28.
SMALL = 32


def _noise(shape: tuple[int, int], r: random.Random) -> np.ndarray:
    return np.random.Generator(np.random.SFC64(r.getrandbits(32))).standard_normal(shape, dtype=np.float32)


def crop(drawn: Drawn, neighbours: list[np.ndarray | None], r: random.Random) -> tuple[np.ndarray, float]:
    """Cuts the line with margins like a cutter's, with neighbouring lines reaching in; returns the ink and the baseline's row."""
    ink, em = drawn.ink, drawn.em
    rows = np.flatnonzero(ink.max(axis=1) > 0.3)
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (em, 2 * em)
    # Half of the cutters go by the font's box, half by the ink.
    if r.random() < 0.5:
        top, bottom = min(top, round(drawn.baseline - 0.85 * em)), max(bottom, round(drawn.baseline + 0.22 * em))
    for sign, other in zip((-1, 1), neighbours):
        if other is None:
            continue
        pitch = round(em * r.uniform(1.25, 2.0)) * sign
        shifted = np.zeros_like(ink)
        a, b = max(0, pitch), min(ink.shape[0], ink.shape[0] + pitch)
        w = min(ink.shape[1], other.shape[1])
        shifted[a:b, :w] = other[a - pitch:b - pitch, :w]
        ink = np.maximum(ink, shifted)
    hand = drawn.kind == "handwriting"
    if r.random() < (0.3 if hand else 0.12):
        # The font's own box, or a cutter that goes by most letters: heads and feet that reach farther are lost.
        y0, y1 = round(drawn.baseline - em * r.uniform(0.7, 1.05)), round(drawn.baseline + em * r.uniform(0.12, 0.35))
        # But not so much that a mark which the label names is gone.
        y0 = min(y0, round(top + (0.1 if hand else 0.04) * (bottom - top)))
        y1 = max(y1, round(bottom - (0.25 if hand else 0.12) * (bottom - top)))
    else:
        share = r.uniform(0.55, 0.97) if r.random() < (0.7 if hand else 0.88) else r.uniform(0.36, 0.6)
        total = max((bottom - top) / share, em * 0.6)
        above = (total - (bottom - top)) * r.betavariate(2, 2)
        y0, y1 = round(top - above), round(top - above + total)
        # A neighbour that shows more than its feet or heads would be a second line to read.
        if neighbours[0] is not None:
            y0 = min(top, max(y0, round(drawn.baseline - 1.45 * em)))
        if neighbours[1] is not None:
            y1 = max(bottom, min(y1, round(drawn.baseline + 0.85 * em)))
    y0, y1 = max(0, y0), min(ink.shape[0], y1)
    return ink[y0:y1], drawn.baseline - y0


def _skew(ink: np.ndarray, em: int, r: random.Random) -> np.ndarray:
    """Skew that is left after deskewing, and the curl of a bound book."""
    h, w = ink.shape
    slope = r.gauss(0, 0.008) if r.random() < 0.7 else r.uniform(-0.03, 0.03)
    slope = max(-0.22 * em / w, min(0.22 * em / w, slope)) if w > 8 * em else slope
    xs = np.arange(w, dtype=np.float32)
    dy = (xs - w / 2) * slope + np.sin(xs / w * np.pi * r.uniform(0.5, 2) + r.uniform(0, 6)) * r.uniform(0, 0.06) * em
    gx, gy = np.meshgrid(xs, np.arange(h, dtype=np.float32))
    gx = gx + (gy - h / 2) * slope
    return cv2.remap(ink, gx, gy + dy[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def _stamp(shape: tuple[int, int], em: int, r: random.Random) -> np.ndarray:
    """Arcs and letters of a round stamp that crosses the line."""
    h, w = shape
    out = np.zeros((h, w), np.uint8)
    radius = em * r.uniform(2.0, 5.0)
    cx, cy = r.uniform(-0.1, 1.1) * w, r.uniform(-1.5, 1.5) * radius
    for part, thick in ((1.0, 0.09), (0.93, 0.03), (0.62, 0.04)):
        cv2.circle(out, (round(cx), round(cy)), max(1, round(radius * part)), 255, max(1, round(em * thick)), cv2.LINE_AA)
    for i in range(24):
        a = i / 24 * 2 * np.pi + r.uniform(-0.05, 0.05)
        px, py = cx + radius * 0.77 * np.cos(a), cy + radius * 0.77 * np.sin(a)
        if 0 < px < w and -em < py < h + em:
            cv2.putText(out, r.choice("ABCDEGHINOTUVY"), (round(px), round(py)), cv2.FONT_HERSHEY_SIMPLEX, em / 45, 255, max(1, round(em * 0.06)), cv2.LINE_AA)
    return out.astype(np.float32) / 255.0


def _rules(ink: np.ndarray, em: int, baseline: float, r: random.Random) -> None:
    """Table borders at the edges, ruled paper, underlines and dotted lines through the line, drawn into the ink."""
    h, w = ink.shape
    width = max(1, round(em * r.uniform(0.02, 0.08)))
    level = r.uniform(0.35, 1.0)
    if r.random() < 0.35:
        y = r.choice([r.randint(0, max(1, h // 8)), h - 1 - r.randint(0, max(1, h // 8))])
        cv2.line(ink, (0, y), (w, y + r.randint(-1, 1)), level, width)
    if r.random() < 0.35:
        x = r.choice([r.randint(0, max(1, em // 4)), w - 1 - r.randint(0, max(1, em // 4))])
        cv2.line(ink, (x, 0), (x + r.randint(-1, 1), h), level, width)
    if r.random() < 0.4:
        y = round(baseline + em * r.uniform(0.0, 0.2))
        step = r.choice([0, 0, em * r.uniform(0.14, 0.45)])
        if step < 2:
            cv2.line(ink, (0, y), (w, y + r.randint(-1, 1)), level * 0.8, width)
        else:
            for i in range(int(w / step)):
                cv2.circle(ink, (round(i * step), y), max(1, round(em * 0.03)), level, -1)


def _in_a_cell(ink: np.ndarray, em: int, r: random.Random) -> np.ndarray:
    """The line in the cell of a table that is wider than what was written, with the cell's sides; beyond them a little of the next cell."""
    left, right = (round(em * r.uniform(0.2, 3.0)) if r.random() < p else 0 for p in (0.4, 0.8))
    ink = np.pad(ink, ((0, 0), (left, right)))
    h, w = ink.shape
    width, level = max(1, round(em * r.uniform(0.02, 0.1))), r.uniform(0.5, 1.0)
    for room, side in ((left, 1), (right, -1)):
        if room > em * 0.2:
            x = round(room * r.uniform(0.0, 0.8)) if side > 0 else w - 1 - round(room * r.uniform(0.0, 0.8))
            cv2.line(ink, (x, 0), (x + r.randint(-1, 1), h), level, width)
    return ink


def _faded(ink: np.ndarray, em: int, r: random.Random) -> np.ndarray:
    """Regions a few letters wide and high in which the ink has faded to what a threshold just reaches, with soft edges."""
    shape = ink.shape
    where = np.clip(_field(shape, em * r.uniform(0.8, 4.0), r) * r.uniform(1.0, 3.0) + r.uniform(-1.2, 0.6), 0, 1)
    left = r.uniform(0.38, 0.75)
    return ink * (1 - where * (1 - left))


def _worn(ink: np.ndarray, em: int, r: random.Random) -> np.ndarray | None:
    """Letters of a worn ribbon as a black and white scan keeps them: where the ink has faded to about the threshold only crumbs of the
    strokes are left. None where letters would be gone altogether: what is not there must not be read."""
    h, w = ink.shape
    soft = cv2.GaussianBlur(ink, (0, 0), em * r.uniform(0.015, 0.045))
    strokes = soft[ink > 0.5]
    if strokes.size == 0:
        return None
    full = float(np.percentile(strokes, 60))
    cell = em * 2 ** r.uniform(-1.0, 2.5)
    where = np.clip(_field((h, w), cell, r) * r.uniform(0.8, 2.0) + r.uniform(-0.5, 1.0), 0, 1)
    grain = cv2.GaussianBlur(_noise((h, w), r), (0, 0), max(0.5, em * r.uniform(0.01, 0.03)))
    grain = 1 + grain / max(1e-3, float(grain.std())) * r.uniform(0.02, 0.2)
    threshold = full * r.uniform(0.4, 0.6)
    had = cv2.dilate((ink.max(axis=0) > 0.5).astype(np.uint8)[None], np.ones((1, 3), np.uint8))[0] > 0
    for depth in (r.uniform(0.35, 0.62), r.uniform(0.25, 0.45)):
        kept = soft * (1 - where * depth) * grain > threshold
        lost = had & ~cv2.dilate(kept.any(axis=0).astype(np.uint8)[None], np.ones((1, 3), np.uint8))[0].astype(bool)
        # The longest stretch of letters without any ink.
        edges = np.flatnonzero(np.diff(np.concatenate(([0], lost.astype(np.int8), [0]))))
        widest = max((b - a for a, b in zip(edges[::2], edges[1::2])), default=0)
        if widest <= 0.22 * em and kept.sum() >= 0.35 * (soft * grain > threshold).sum():
            return np.where(kept, 0.0, 1.0).astype(np.float32)
    return None


def _bilevel(grey: np.ndarray, r: random.Random) -> np.ndarray:
    """G4 pages: one threshold, a good or a bad one, or an adaptive one; specks are left or made."""
    k = r.random()
    if k < 0.25:
        u = np.clip(grey * 255, 0, 255).astype(np.uint8)
        block = max(11, (grey.shape[0] * 2) // 3 | 1)
        out = cv2.adaptiveThreshold(u, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C if r.random() < 0.5 else cv2.ADAPTIVE_THRESH_MEAN_C,
                                    cv2.THRESH_BINARY, block, r.randint(5, 25)).astype(np.float32) / 255
    else:
        u = np.clip(grey * 255, 0, 255).astype(np.uint8)
        otsu, _ = cv2.threshold(u, 0, 255, cv2.THRESH_OTSU)
        paper = float(np.percentile(u, 90))
        t = otsu + r.gauss(0, 0.12) * paper
        t = min(max(t, float(u.min()) + 12), paper - 8)
        out = (u > t).astype(np.float32)
    if r.random() < 0.3:
        specks = _noise(grey.shape, r)
        share = r.uniform(2.2, 3.5)
        out[specks > share] = 0
        out[specks < -share] = 1
    return out


def damage(drawn: Drawn, neighbours: list[np.ndarray | None], stray: np.ndarray | None, r: random.Random, strength: float = 1.0) -> np.ndarray:
    """The line as a scan shows it: uint8, 40 rows, 255 = white. `strength` 0 … 1 scales how often and how much."""
    em = drawn.em
    s = strength

    def often(p: float) -> bool:
        return r.random() < p * s

    ink, baseline = crop(drawn, neighbours, r)
    ink = np.ascontiguousarray(ink)
    if drawn.kind == "handwriting" and often(0.2):
        ink = _in_a_cell(ink, em, r)
    if often(0.6):
        ink = _skew(ink, em, r)
    if often(0.3):
        _rules(ink, em, baseline, r)
    h, w = ink.shape
    if often(0.3):
        k = np.ones((2, 2), np.uint8) if em < 36 else np.ones((3, 3), np.uint8)
        other = cv2.dilate(ink, k) if r.random() < 0.6 else cv2.erode(ink, k)
        a = r.uniform(0.2, 0.9)
        ink = ink * (1 - a) + other * a
    tone = r.uniform(0.35, 1.0) if often(0.5) else r.uniform(0.75, 1.0)
    if often(0.3):
        # Ribbon, carbon copy, dry pen: patches and grain of missing ink.
        patch = _field((h, w), em * r.uniform(0.2, 2.0), r) * r.uniform(0, 0.35) + 1
        grain = cv2.GaussianBlur(_noise((h, w), r), (0, 0), r.uniform(0.5, 1.3)) * r.uniform(0, 0.8) + 1
        ink = ink * np.clip(patch * grain, 0.15, 1.1)
    if often(0.12):
        # Carbon paper: soft and broad.
        ink = cv2.GaussianBlur(ink, (0, 0), em * r.uniform(0.02, 0.06)) * 1.15
    if often(0.08):
        ink = np.maximum(ink, _stamp((h, w), em, r) * r.uniform(0.3, 0.8))
    if stray is not None and often(0.5):
        back = cv2.GaussianBlur(stray[:h, ::-1][:, :w], (0, 0), max(0.6, em * r.uniform(0.02, 0.06)))
        ink[:back.shape[0], :back.shape[1]] = np.maximum(ink[:back.shape[0], :back.shape[1]], back * r.uniform(0.05, 0.25))
    paper = r.uniform(0.55, 1.0) if often(0.45) else r.uniform(0.9, 1.0)
    # Registers typed on a ribbon and letters in small print are what offices scanned in black and white.
    bilevel = often(0.7 if drawn.kind == "typewriter" or em < SMALL else 0.35)
    if often(0.3 if bilevel else 0.12):
        ink = _faded(ink, em, r)
    page = np.full((h, w), paper, np.float32)
    if often(0.3):
        page *= np.linspace(r.uniform(0.8, 1.05), r.uniform(0.8, 1.05), w, dtype=np.float32)[None]
    if often(0.3):
        page *= 1 + _field((h, w), em * r.uniform(0.3, 3), r) * r.uniform(0, 0.06)
    grey = page * (1 - np.clip(ink, 0, 1) * tone)
    if often(0.5):
        grey = cv2.GaussianBlur(grey, (0, 0), em * r.uniform(0.008, 0.045))
    if often(0.5):
        grey = grey + _noise((h, w), r) * r.uniform(0.005, 0.09)
    worn = _worn(ink, em, r) if often({"typewriter": 0.32, "print": 0.08}.get(drawn.kind, 0.05)) else None
    if worn is not None:
        grey = worn
    elif bilevel:
        grey = _bilevel(grey, r)
    elif often(0.35):
        u = np.clip(grey * 255, 0, 255).astype(np.uint8)
        grey = cv2.imdecode(cv2.imencode(".jpg", u, [cv2.IMWRITE_JPEG_QUALITY, r.randint(15, 85)])[1], 0).astype(np.float32) / 255
    width = max(16, round(w * HEIGHT / h * (r.uniform(0.9, 1.12) if often(0.4) else 1.0)))
    how = r.choice([cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR]) if h > HEIGHT else r.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    out = cv2.resize(grey, (width, HEIGHT), interpolation=how)
    if often(0.4):
        lo, hi = float(out.min()), float(np.percentile(out, 95))
        a = r.uniform(0.3, 1.0)
        out = out * (1 - a) + (out - lo) / max(hi - lo, 0.1) * a
    return np.clip(out * 255, 0, 255).astype(np.uint8)

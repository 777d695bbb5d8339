"""Lines with their labels, without end: text, face, drawing and damage put together, by seed."""

import random
from dataclasses import dataclass

import cv2
import numpy as np

from damage import HEIGHT, damage
from fonts import SWASH, Face, share
from render import Drawn, draw_line
from strokes import Hand
from text import Span, Text

KINDS = (("print", 0.37), ("typewriter", 0.23), ("handwriting", 0.4))
# Share of the handwriting that is drawn stroke by stroke and not with a face.
BY_PEN = 0.7
WIDEST = 900
STEP = 4


@dataclass
class Line:
    """A line image (uint8, 40 rows, 255 = white), what stands on it and how it was written."""

    image: np.ndarray
    label: str
    kind: str
    face: str


def steps_needed(label: str) -> int:
    """Time steps that CTC needs for a label: one a character, one between equal neighbours."""
    return len(label) + sum(a == b for a, b in zip(label, label[1:]))


class Lines:
    """Draws lines with the faces given, by kind of writing."""

    def __init__(self, faces: dict[str, list[Face]], seed: int) -> None:
        self.text = Text()
        self.random = random.Random(seed)
        # A family counts by its share, however many weights it has.
        self.faces: dict[str, list[list[Face]]] = {}
        for kind, group in faces.items():
            families: dict[str, list[Face]] = {}
            for face in group:
                families.setdefault(face.family, []).append(face)
            self.faces[kind] = [families[f] for f in sorted(families) for _ in range(share(f))]
        self.strays: list[np.ndarray] = []

    def _face(self, kind: str) -> Face:
        return self.random.choice(self.random.choice(self.faces[kind]))

    def next(self, strength: float = 1.0, kind: str | None = None) -> Line:
        """The next line; `strength` is that of the most damaged lines."""
        r = self.random
        strength *= r.uniform(0.3, 1.0)
        while True:
            wanted = kind or r.choices([k for k, _ in KINDS], [p for _, p in KINDS])[0]
            spans = self.text.line(r)
            value = self._face(wanted)
            label = value
            if wanted != "print" and any(s.role == "label" for s in spans):
                if any(s.role == "value" for s in spans):
                    label = self._face("print") if r.random() < 0.85 else value
            if value.family in SWASH:
                spans = [Span(" ".join(w.capitalize() if w.isupper() else w for w in s.text.split(" ")), s.role) if s.role == "value" or label is value else s for s in spans]
            em = round(2 ** r.uniform(4.1, 5.8))
            if wanted == "handwriting":
                em = round(em * r.uniform(1.0, 1.25))
            # Most lines are cut where a cutter's segment would end; a third run on.
            widest = round(em * (r.uniform(4, 24) if r.random() < 0.8 else r.uniform(1.5, 5)))
            hand = Hand(r) if wanted == "handwriting" and r.random() < BY_PEN else None
            drawn = draw_line(spans, {"label": label, "value": value}, em, r, max(widest, 2 * em), hand)
            if drawn is None:
                continue
            self._remember(drawn)
            others = [self._stray(em) if r.random() < 0.35 * strength else None for _ in range(2)]
            image = damage(drawn, others, self._stray(em, False) if r.random() < 0.15 else None, r, strength)
            if image.shape[1] > WIDEST or image.shape[1] // STEP < steps_needed(drawn.label) + 1:
                continue
            return Line(image, drawn.label, wanted, "strokes" if hand else value.name)

    def _remember(self, drawn: Drawn) -> None:
        if len(self.strays) < 60:
            self.strays.append(drawn.ink)
        else:
            self.strays[self.random.randrange(60)] = drawn.ink

    def _stray(self, em: int, same: bool = True) -> np.ndarray:
        """The ink of an earlier line, for the lines above and below and for what shows through."""
        ink = self.random.choice(self.strays)
        if same and ink.shape[0] != round(3 * em):
            scale = round(3 * em) / ink.shape[0]
            ink = cv2.resize(ink, (max(1, round(ink.shape[1] * scale)), round(3 * em)), interpolation=cv2.INTER_LINEAR)
        return ink


def batch_of(lines: list[Line], width: int) -> np.ndarray:
    """Images of one width, padded on the right with paper."""
    out = np.full((len(lines), 1, HEIGHT, width), 255, np.uint8)
    for i, line in enumerate(lines):
        out[i, 0, :, :line.image.shape[1]] = line.image
    return out

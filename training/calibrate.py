"""Fits how often a word is right to how sure the model is of it, and writes the knots into the model's `.toml`.

    python calibrate.py --model ../models/sohoa-line.onnx [--lines 240]

Sure of a word = the product of the probabilities of its letters, as src/read/ctc.rs forms them. Lines of corpus/dev in equal parts of print,
typewriter and handwriting; the error that is printed was measured on the half that was not fitted.
"""

import argparse
import difflib
import os
import random
import re

import numpy as np

from alphabet import ALPHABET
from evaluate import Ours, Sample, corpus, nfc

# Words of one knot at least: fewer would bend the curve after single words.
LEAST = 20
# No word counts for surer than this: the program finds its lines itself, and cuts them worse than the truth does.
MOST = 0.992


def _mass(probabilities: np.ndarray, k: int) -> float:
    """Sum over all paths through a window that read as the one class."""
    not_yet, within, past = 1.0, 0.0, 0.0
    for letter, blank in zip(probabilities[:, k], probabilities[:, 0]):
        past = (past + within) * blank
        within = (within + not_yet) * letter
        not_yet *= blank
    return within + past


def letters_of(logits: np.ndarray) -> list[tuple[str, float]]:
    """The letters read along the best path and how likely each is."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    best = p.argmax(1)
    runs: list[list[int]] = []
    for t, k in enumerate(best):
        if k and t and best[t - 1] == k:
            runs[-1][2] = t + 1
        elif k:
            runs.append([int(k), t, t + 1])
    out = []
    for i, (k, a, b) in enumerate(runs):
        window = p[max(a - 1, runs[i - 1][2] if i else 0):min(b + 1, runs[i + 1][1] if i + 1 < len(runs) else len(p))]
        rivals = set(np.flatnonzero(window.max(0) > 0.005)) - {0} | {k}
        masses = {c: _mass(window, c) for c in rivals}
        out.append((ALPHABET[k - 1], masses[k] / (sum(masses.values()) + float(window[:, 0].prod()))))
    return out


def words_of(letters: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Words and the product of their letters' probabilities."""
    text = "".join(c for c, _ in letters)
    return [(m.group(), float(np.prod([p for _, p in letters[m.start():m.end()]]))) for m in re.finditer(r"[^ ]+", text)]


def judged(model: Ours, samples: list[Sample]) -> list[tuple[float, bool]]:
    """How sure the model was of each word and whether it stands in the truth at that place."""
    out = []
    for sample in samples:
        words = words_of(letters_of(model.logits(sample.image)))
        truth = sample.text.split()
        match = difflib.SequenceMatcher(None, [nfc(w) for w, _ in words], truth, autojunk=False)
        right = {a + i for a, _, n in match.get_matching_blocks() for i in range(n)}
        out += [(sure, i in right) for i, (_, sure) in enumerate(words)]
    return out


def knots_of(points: list[tuple[float, bool]]) -> list[list[float]]:
    """Rising knots (mean sureness, share of right words) over groups of like sureness, the unsure ones in finer groups."""
    points = sorted(points)
    wrong = max(1, sum(not right for _, right in points))
    groups: list[list[float]] = []
    size, faults, total = 0, 0, 0.0
    for i, (sure, right) in enumerate(points):
        size, faults, total = size + 1, faults + (not right), total + sure
        if (size >= LEAST and (faults >= wrong / 9 or size >= len(points) / 6)) or i + 1 == len(points):
            groups.append([total, size - faults + 0.5, size + 1.0, size])
            size, faults, total = 0, 0, 0.0
            while len(groups) > 1 and groups[-2][1] / groups[-2][2] >= groups[-1][1] / groups[-1][2]:
                last = groups.pop()
                groups[-1] = [x + y for x, y in zip(groups[-1], last)]
    out: list[list[float]] = []
    for total, right, among, size in groups:
        x, y = round(min(1.0, total / size), 5), round(min(MOST, right / among), 3)
        if not out or x > out[-1][0]:
            out.append([x, y])
    return out


def error(points: list[tuple[float, bool]], knots: list[list[float]] | None) -> float:
    """Mean gap between what is promised and what is right, over ten groups of the promise."""
    promised = [float(np.interp(s, *zip(*knots))) if knots else s for s, _ in points]
    groups: dict[int, list[tuple[float, bool]]] = {}
    for promise, (_, right) in zip(promised, points):
        groups.setdefault(min(9, int(promise * 10)), []).append((promise, right))
    return sum(abs(sum(p for p, _ in g) - sum(r for _, r in g)) for g in groups.values()) / len(points)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--lines", type=int, default=240, help="of each kind of writing")
    args = parser.parse_args()
    lines = corpus()
    random.Random(9).shuffle(lines)
    model, halves = Ours(args.model), ([], [])
    for kind in ("print", "typewriter", "handwriting"):
        for i, sample in enumerate([s for s in lines if s.groups[0] == kind][:args.lines]):
            halves[i % 2].append(sample)
    one, other = (judged(model, half) for half in halves)
    fitted, knots = error(other, knots_of(one)), knots_of(one + other)
    print(f"{len(one) + len(other)} words, error {error(other, None):.3f} without, {fitted:.3f} with, on the other half; {knots}")
    path = os.path.splitext(args.model)[0] + ".toml"
    with open(path, encoding="utf-8") as f:
        text = f.read().split("\n# Product of the probabilities")[0]
    with open(path, "w", encoding="utf-8") as f:
        f.write(text + f"""
# Product of the probabilities of a word's letters → share of such words that were right; fitted by training/calibrate.py on words of
# corpus/dev in equal parts of print, typewriter and handwriting (error {error(other, None):.3f} without, {fitted:.3f} with, on the other half).
calibration = {knots}
""")


if __name__ == "__main__":
    main()

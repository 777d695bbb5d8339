"""What the model can write: class 0 is CTC's blank, class i + 1 the i-th character of ALPHABET."""

import re
import unicodedata

TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
_VOWELS = [unicodedata.normalize("NFC", v + t) for v in "aăâeêioôơuưy" for t in TONES]
# The 134 letters with marks.
VIETNAMESE = "".join(c for v in _VOWELS if v not in "aeiouy" for c in (v, v.upper())) + "đĐ"
# Bahnar, Ê Đê, Jarai, M'Nông, Cơ Ho.
HIGHLAND = "čČñÑƀɃŏŎŭŬĕĔĭĬ"
LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARKS = ".,:;-/()'\"+%&=?!*#@²°–…☐☑“”«»"
ALPHABET = " 0123456789" + LATIN + VIETNAMESE + HIGHLAND + MARKS
INDEX = {c: i + 1 for i, c in enumerate(ALPHABET)}
CLASSES = len(ALPHABET) + 1

# What is drawn as one thing and read as another; leaders are read as nothing.
READ_AS = {"Ð": "Đ", "ð": "đ", "’": "'", "‘": "'", "ʼ": "'", "—": "-", "‑": "-", "☒": "☑", "…": " ", "_": " "}
LEADERS = re.compile(r"[._…]{2,}|…|_")


# What a shipped model leans to, in natural logarithms added to the scores of a class: drawn lines have wider spaces than narrow faces and, beside so
# many leaders, too few full stops at their ends. Fitted on line images of corpus/dev, alike on either half of them: runs/2026-11-24-leaning.md.
LEANING = {" ": 2.0, ".": 1.0}


def label_of(text: str) -> str:
    """What the model shall answer for a drawn text: composed, leaders dropped, single spaces."""
    text = LEADERS.sub(" ", unicodedata.normalize("NFC", text))
    text = "".join(READ_AS.get(c, c) for c in text)
    return " ".join("".join(c for c in text if c in INDEX).split())


def encode(label: str) -> list[int]:
    """Classes of a label; every character must be in the alphabet."""
    return [INDEX[c] for c in label]


def lean(bias: "object", by: float = 1.0) -> None:
    """Adds LEANING, `by` times, to the biases of the classes, in place; -1 takes it away."""
    for letter, more in LEANING.items():
        bias[INDEX[letter]] += by * more


def decode(best: "list[int]") -> str:
    """Greedy CTC: repeats joined, blanks dropped."""
    out, last = [], 0
    for k in best:
        if k != last and k:
            out.append(ALPHABET[k - 1])
        last = k
    return " ".join("".join(out).split())

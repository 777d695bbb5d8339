"""Makes the pairs of words that `read::language` weighs readings with, from lists that are free to use and from the project's own.

    python language.py --langdata DIR > ../pipelines/lexicon/language/pairs.tsv

DIR holds `vie.word.bigrams` of github.com/tesseract-ocr/langdata (Apache-2.0), most frequent pair first and without counts: a count is
put in their place after Zipf's law. To them come the units of the gazetteer with the words for them, the names and labels of the
project, and numbers and dates in words. `^` stands for any word with a capital. A line is `first second weight`, weight = 10 ln(count).
"""

import argparse
import collections
import glob
import math
import random
import re
import tomllib
import unicodedata

HERE = "../pipelines"
# Pairs of general language that are kept, and the count of the most frequent one.
GENERAL, MOST = 60_000, 200_000
LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
WORD = re.compile(f"[{LETTERS}{LETTERS.upper()}]+")


def words(text: str) -> list[list[str]]:
    """Runs of words that no mark parts."""
    text = unicodedata.normalize("NFC", text)
    return [[w for w in WORD.findall(run)] for run in re.split(r"[^\w\s'-]|\d", text)]


def add(pairs: collections.Counter, text: str, count: float, names: bool = True) -> None:
    for run in words(text):
        for a, b in zip(run, run[1:]):
            pairs[a.lower(), b.lower()] += count
            if names and b[0].isupper() and not b.isupper():
                pairs[a.lower(), "^"] += count


def numbers(r: random.Random) -> list[str]:
    """Numbers and dates as clerks write them."""
    ones = "không một hai ba bốn năm sáu bảy tám chín".split()

    def below_hundred(n: int, full: bool) -> list[str]:
        ten, one = divmod(n, 10)
        if ten == 0:
            return ([r.choice(["linh", "lẻ"])] if full else []) + [ones[one]]
        said = ["mười"] if ten == 1 else [ones[ten], "mươi"]
        if one == 0:
            return said
        last = {1: "mốt" if ten > 1 else "một", 4: r.choice(["tư", "bốn"]) if ten > 1 else "bốn", 5: "lăm"}.get(one, ones[one])
        return said + [last]

    def below_thousand(n: int, full: bool) -> list[str]:
        hundred, rest = divmod(n, 100)
        said = [ones[hundred], "trăm"] if hundred or full else []
        return said + (below_hundred(rest, bool(said)) if rest or not said else [])

    def spoken(n: int) -> list[str]:
        thousand, rest = divmod(n, 1000)
        said = below_thousand(thousand, False) + [r.choice(["nghìn", "nghìn", "ngàn"])] if thousand else []
        return said + (below_thousand(rest, bool(said)) if rest or not said else [])

    out = []
    for _ in range(6000):
        day = below_hundred(r.randint(1, 31), False)
        if len(day) == 1 and r.random() < 0.3:
            day = ["mồng"] + day
        month = r.choice(["một", "giêng", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai"])
        out.append(" ".join(["ngày"] + day + ["tháng", month, "năm"] + spoken(r.randint(1900, 2026))))
    for _ in range(3000):
        tail = ["phẩy", ones[r.randint(1, 9)]] if r.random() < 0.6 else []
        out.append(" ".join(spoken(r.choice([r.randint(30, 999), r.randint(1000, 60000)])) + tail + ["mét", "vuông"]))
    return out


def texts_of(value: object) -> list[str]:
    """Every text in a definition."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [t for v in value for t in texts_of(v)]
    if isinstance(value, dict):
        return [t for k, v in value.items() if k != "records" for t in texts_of(v)]
    return []


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--langdata", required=True)
    args = parser.parse_args()
    pairs: collections.Counter = collections.Counter()
    rank = 0
    for line in open(f"{args.langdata}/vie.word.bigrams", encoding="utf-8"):
        two = unicodedata.normalize("NFC", line).split()
        if len(two) != 2 or not all(WORD.fullmatch(w) for w in two):
            continue
        rank += 1
        if rank > GENERAL:
            break
        pairs[two[0].lower(), two[1].lower()] += MOST / (rank + 20)
    for line in open(f"{HERE}/lexicon/places/units.tsv", encoding="utf-8"):
        if not line.startswith("#"):
            add(pairs, line.split("\t")[1].replace(" - ", " "), 20)
    for file in sorted(glob.glob(f"{HERE}/*/*.toml")):
        if "/lexicon/" in file:
            continue
        for text in texts_of(tomllib.load(open(file, "rb"))):
            add(pairs, text, 60, names=False)
    for file in ("places", "titles", "codes", "numbers", "dates"):
        for text in texts_of(tomllib.load(open(f"{HERE}/lexicon/{file}.toml", "rb"))):
            add(pairs, text, 60, names=False)
    families = [line.split("\t")[0] for line in open(f"{HERE}/lexicon/names/family.tsv", encoding="utf-8") if not line.startswith("#")]
    for line in open(f"{HERE}/lexicon/names/given.tsv", encoding="utf-8"):
        if not line.startswith("#"):
            sex, name = line.strip().split("\t")[:2]
            add(pairs, ("Thị " if sex == "f" else "Văn ") + name, 30)
            add(pairs, name, 60)
    for family in families:
        for middle in ("Thị", "Văn", "Đức", "Hữu", "Minh", "Ngọc", "Thanh", "Quang", "Công", "Bá", "Duy", "Viết", "Xuân", "Kim", "Đình"):
            add(pairs, f"{family} {middle}", 40)
    for line in open(f"{HERE}/lexicon/names/minority.tsv", encoding="utf-8"):
        if not line.startswith("#"):
            add(pairs, line.strip().split("\t")[1], 60)
    r = random.Random(1)
    for text in numbers(r):
        add(pairs, text, 5, names=False)
    print("# Pairs of words with 10 ln(count). Source: made by training/language.py from github.com/tesseract-ocr/langdata (Apache-2.0) and from this project's lists; columns: first second weight")
    for (a, b), count in sorted(pairs.items()):
        weight = round(10 * math.log(count + 1))
        if weight > 0:
            print(f"{a}\t{b}\t{weight}")


if __name__ == "__main__":
    main()

"""What stands on a line: form labels with values, names, places, dates, numbers, papers' codes, plain words, random letters.

A line is a list of spans; each has a text and a role: `label` (the form's own print), `value` (what was filled in) or `leader`
(dots or a rule drawn between them and read as nothing).
"""

import os
import random
import re
from dataclasses import dataclass

from alphabet import HIGHLAND, VIETNAMESE, label_of

SHARED = os.environ.get("SOHOA_SHARED", "/work/shared")
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Span:
    """A run of one role on a line."""

    text: str
    role: str = "value"


ETHNIC = """Kinh;Tày;Thái;Hoa;Khơ-me;Khmer;Mường;Nùng;Mông;HMông;Dao;Gia Rai;Ngái;Ê Đê;Ba Na;Xơ Đăng;Sán Chay;Cơ Ho;Chăm;Sán Dìu;Hrê;
Mnông;M'Nông;Ra Glai;Xtiêng;Bru Vân Kiều;Thổ;Giáy;Cơ Tu;Giẻ Triêng;Mạ;Khơ Mú;Co;Tà Ôi;Chơ Ro;Kháng;Xinh Mun;Hà Nhì;Chu Ru;Lào;La Chí;
La Ha;Phù Lá;La Hủ;Lự;Lô Lô;Chứt;Mảng;Pà Thẻn;Cơ Lao;Cống;Bố Y;Si La;Pu Péo;Brâu;Ơ Đu;Rơ Măm;Jarai;Bahnar""".replace("\n", "").split(";")
DIGIT = "không một hai ba bốn năm sáu bảy tám chín".split()
LAND = "ONT ODT LUC LUK LUN CLN BHK HNK NTS RSX RPH RDD SKC TMD NTD DGT DTL NCS BCS TSC ĐRM ĐM Q T LN T+V".split()
USERS = "GDC UBQ UBS TKT TCC TKH TCN TSN TNG CNN TVN TVD CDS TPQ TKQ CDQ".split()
ORIGIN = ["DG-CTT", "DG-KTT", "CNQ-CTT", "CNQ-KTT", "DT-THN", "DT-TML", "NCN", "NTC", "NTK"]
DECREE = ["NĐ-CP", "QĐ-UBND", "TT-BTP", "QĐ-TTg", "NQ-HĐND", "TT-BTNMT", "CV-UBND", "BC-UBND", "TB-UBND", "KH-UBND", "GM-UBND", "QĐ-BTP",
          "QSDĐ", "TLKS-BS", "TLKT", "TLKH-BS", "UBND-XNTTHN", "STP-HCTP", "BNV", "QH13", "QH15", "TTr-STNMT", "GPXD", "HĐND", "CT-TTg"]
HIGHLAND_NAMES = """Y Ñuên;H'Čuôm;Y Blŏ;H'Bŭn;Rơ Čăm;Kpă H'Ñơn;Siu Ƀlĕ;Ƀok Ñe;Y Čing Niê;H'Ŭt Êban;Y Ñrong;Krông Ñŏ;Buôn Čuôr;Čư Prông;
Ƀih;Y Ƀăm;Ksor Blĭn;Đăk Ƀlà;Rŏ;Y Ŏk;H'Ĕ Mlô;Plei Čŏ;Kơ̆;Čil Ñôn;Buôn Ŭn;Krŏng;Nay Blŭt;Rčom Ñĕ;Y Ĭt;K'Ñĕs;Ñek;Bŭ Đăng;Bŏ""".replace("\n", "").split(";")


def below_hundred(n: int, rng: random.Random) -> str:
    """A number up to 99 in words, with the variants in use."""
    if n < 10:
        return DIGIT[n]
    tens, ones = divmod(n, 10)
    head = "mười" if tens == 1 else DIGIT[tens] + rng.choice([" mươi", " mươi", ""])
    if ones == 0:
        return head if tens == 1 else DIGIT[tens] + " mươi"
    word = DIGIT[ones]
    if ones == 5:
        word = rng.choice(["lăm", "lăm", "nhăm"])
    elif ones == 1 and tens > 1:
        word = "mốt"
    elif ones == 4 and tens > 1:
        word = rng.choice(["tư", "bốn"])
    return f"{head} {word}"


def in_words(n: int, rng: random.Random) -> str:
    """A whole number below a thousand million in words."""
    if n < 100:
        return below_hundred(n, rng)
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        tail = "" if rest == 0 else " " + (rng.choice(["linh ", "lẻ "]) if rest < 10 else "") + below_hundred(rest, rng)
        return f"{DIGIT[hundreds]} trăm{tail}"
    for unit, word in ((1_000_000, "triệu"), (1000, rng.choice(["nghìn", "nghìn", "ngàn"]))):
        if n >= unit:
            head, rest = divmod(n, unit)
            tail = ""
            if rest:
                tail = (" không trăm" if rest < 100 and unit == 1000 else "") + (" linh" if 0 < rest < 10 and unit == 1000 else "")
                tail += " " + in_words(rest, rng)
            return f"{in_words(head, rng)} {word}{tail}"
    return ""


def _lines(path: str) -> list[str]:
    with open(os.path.join(SHARED, path), encoding="utf-8", errors="replace") as f:
        return [line.rstrip("\n") for line in f]


class Text:
    """Draws lines of text; all chance comes from the generator it is given."""

    def __init__(self) -> None:
        self.names = _lines("text/names_synthetic_dev.txt")
        self.minority = [line.split("\t")[1] for line in _lines("text/names_minority_synthetic_dev.tsv") if "\t" in line]
        given = [line for g in ("boy", "girl") for line in _lines(f"text/namedb_components/{g}.txt")]
        self.given = [g.strip() for g in given if g.strip()]
        self.one_word = [line.strip() for g in ("boy", "girl") for line in _lines(f"text/namedb_components/{g}_one_word.txt") if line.strip()]
        allowed = re.compile(r"^[\w\s]+$")
        self.words = [w for w in _lines("text/langdata_vie/vie.wordlist") if w and allowed.match(w) and label_of(w) == w]
        pairs = [line.split() for line in _lines("text/langdata_vie/vie.word.bigrams")]
        self.follow: dict[str, list[str]] = {}
        for pair in pairs:
            if len(pair) == 2 and all(label_of(w) == w and "?" not in w for w in pair):
                self.follow.setdefault(pair[0], []).append(pair[1])
        self.starts = list(self.follow)
        self.units = [line.split("\t")[5] for line in _lines("gazetteer/units.tsv")[1:]]
        with open(os.path.join(HERE, "labels.txt"), encoding="utf-8") as f:
            self.labels = [line.strip() for line in f if line.strip()]
        self.syllables = sorted({s for n in self.names + self.units for s in n.split()})

    def name(self, r: random.Random) -> str:
        """A personal name: from the lists, recombined, of a minority or with rare syllables."""
        k = r.random()
        if k < 0.45:
            n = r.choice(self.names)
        elif k < 0.65:
            n = f"{r.choice(self.names).split()[0]} {r.choice(['Thị', 'Văn', r.choice(self.one_word)])} {r.choice(self.given)}"
        elif k < 0.82:
            n = r.choice(self.minority)
        elif k < 0.9:
            n = r.choice(HIGHLAND_NAMES) + (" " + r.choice(self.minority).split()[-1] if r.random() < 0.5 else "")
        else:
            n = " ".join(r.choice(self.syllables) for _ in range(r.randint(2, 4)))
        return n.upper() if r.random() < 0.25 else n

    def place(self, r: random.Random) -> str:
        """An address or a place, in full or abbreviated."""
        parts = [r.choice(self.units) for _ in range(r.choice([1, 1, 2, 2, 3]))]
        if r.random() < 0.4:
            parts.insert(0, r.choice(["thôn", "xóm", "ấp", "bản", "tổ", "khu phố", "buôn", "làng", "số nhà", "đội", "Tổ dân phố", "ngõ"]) + " "
                         + r.choice([str(r.randint(1, 99)), r.choice(self.one_word), f"{r.randint(1, 300)}/{r.randint(1, 40)}", r.choice(self.minority)]))
        text = r.choice([", ", ", ", ", ", " - ", "; ", " "]).join(parts)
        if r.random() < 0.35:
            for full, short in (("Xã ", "X. "), ("Huyện ", "H. "), ("Tỉnh ", "T. "), ("Phường ", "P. "), ("Thành phố ", "TP. "), ("Thị trấn ", "TT. ")):
                text = text.replace(full, short)
        elif r.random() < 0.5:
            text = re.sub(r"\b(Xã|Huyện|Tỉnh|Phường|Thành phố|Thị trấn|Quận|Thị xã)\b", lambda m: m.group().lower(), text)
        return text

    def date(self, r: random.Random) -> str:
        """A date in one of the ways it is written."""
        d, m, y = r.randint(1, 31), r.randint(1, 12), r.randint(1900, 2026)
        sep = r.choice("/-./")
        z = r.choice(["{:02d}", "{}"])
        return r.choice([
            sep.join([z.format(d), z.format(m), str(y)]), sep.join([z.format(d), z.format(m), str(y)[2:]]),
            f"ngày {z.format(d)} tháng {z.format(m)} năm {y}", f"Ngày {d} tháng {m} năm {y}", f"ngày {d}/{m}/{y}", str(y), f"{m}/{y}", f"năm {y}",
            f"Ngày {below_hundred(d, r)} tháng {below_hundred(m, r)} năm {in_words(y, r)}",
            f"ngày {below_hundred(d, r)}, tháng {below_hundred(m, r)}, năm {in_words(y, r)}",
            f"{r.randint(0, 23)} giờ {r.randint(0, 59):02d} phút, ngày {z.format(d)}/{z.format(m)}/{y}", f"tháng {m} năm {y}",
        ])

    def number(self, r: random.Random) -> str:
        """A number with a meaning: ID, serial, register or decree number, area, money, or bare digits."""
        n = r.randint(1, 10 ** r.randint(1, 6))
        digits = "".join(r.choice("0123456789") for _ in range(r.choice([3, 6, 9, 9, 12, 12, 12, 14])))
        letters = "".join(r.choice("ABCDEGHKLMNPRSTUVXYĐ") for _ in range(r.choice([1, 2, 2])))
        return r.choice([
            digits, digits, " ".join(re.findall(".{1,4}", digits)), " ".join(re.findall(".{1,3}", digits)),
            f"{letters} {r.randint(0, 999999):06d}", f"{letters}{r.randint(0, 99999999):08d}", f"{r.choice(['CH', 'CS', 'CN', 'VP', 'H'])} {r.randint(0, 99999):05d}",
            f"{r.randint(1, 999):02d}/{r.randint(1950, 2026)}", f"{n}/{r.choice(DECREE)}", f"{r.randint(1, 999)}/{r.randint(1990, 2026)}/{r.choice(DECREE)}",
            f"{n}", f"{n},{r.randint(0, 9)} m²", f"{n / 10:.1f}".replace(".", ",") + " m²", f"{n:,}".replace(",", ".") + r.choice([" đồng", "đ", " m2", ""]),
            f"{r.randint(1, 100)}%", f"{in_words(n, r)} {r.choice(['mét vuông', 'đồng', 'đồng chẵn', ''])}".strip(), in_words(n, r).capitalize(),
            f"({in_words(n, r)})", f"{r.choice(['thửa', 'tờ', 'Thửa đất số', 'tờ bản đồ số'])} {r.randint(1, 2000)}", f"{r.choice(LAND)}", f"{r.choice(USERS)}", f"{r.randint(1, 10 ** r.randint(2, 6)) / 10:.1f}".replace(".", ","), f"{r.choice(LAND)}+{r.choice(LAND)}",
            f"{r.choice(ORIGIN)}", f"{r.randint(1, 30)}{r.choice('abcABCD')}", f"{r.randint(100000, 2400000)}.{r.randint(0, 999):03d}",
            f"0{r.randint(1, 9)}{r.randint(0, 99):02d} {r.randint(0, 999):03d} {r.randint(0, 999):03d}", f"{r.randint(1, 50)}.", f"[{n}]"[1:-1], f"{r.randint(0, 359)}°{r.randint(0, 59)}'",
        ])

    def words_of(self, r: random.Random, count: int) -> str:
        """Plain running words, following pairs that occur."""
        word = r.choice(self.starts)
        out = [word]
        while len(out) < count:
            choice = self.follow.get(word)
            word = r.choice(choice) if choice and r.random() < 0.85 else r.choice(self.words)
            out.append(word + (r.choice(",,,.;:") if r.random() < 0.08 else ""))
        k = r.random()
        text = " ".join(out)
        if k < 0.35:
            text = text[0].upper() + text[1:]
        elif k < 0.45:
            text = text.upper()
        elif k < 0.5:
            text = text.title()
        return text + (r.choice([".", ",", ";", ":", "./."]) if r.random() < 0.2 else "")

    def random_letters(self, r: random.Random) -> str:
        """Letters that mean nothing, every letter of the alphabet about equally often."""
        def token() -> str:
            k = r.random()
            if k < 0.35:
                pool = VIETNAMESE
            elif k < 0.45:
                pool = HIGHLAND + "aeoubdrkhnAEOUBDRKHN"
            elif k < 0.75:
                pool = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
            elif k < 0.9:
                pool = "0123456789ABCDEĐ/.-"
            else:
                pool = "0123456789abcdefghiklmnopqrstuvxyăâđêôơưABCDEGHIKLMNOPQRSTUVXY.,:;-/()'\"+%&=?!*#@²°–“”«»"
            s = "".join(r.choice(pool) for _ in range(r.randint(1, 7)))
            j = r.random()
            return s.upper() if j < 0.25 else s.lower() if j < 0.6 else s
        return " ".join(token() for _ in range(r.randint(1, 5)))

    def value(self, r: random.Random) -> str:
        """What a clerk fills in."""
        k = r.random()
        if k < 0.27:
            return self.name(r)
        if k < 0.5:
            return self.place(r)
        if k < 0.66:
            return self.date(r)
        if k < 0.8:
            return self.number(r)
        if k < 0.85:
            return r.choice(ETHNIC + ["Nam", "Nữ", "Việt Nam", "Kinh", "Không", "Làm ruộng", "-/-", "-/-", "nt", "//"] * 3)
        return self.words_of(r, r.randint(1, 7))

    def line(self, r: random.Random) -> list[Span]:
        """One line of a form, a book or a letter."""
        k = r.random()
        if k < 0.3:
            return self._labelled(r)
        if k < 0.34:
            return self._dated(r)
        if k < 0.42:
            return [Span(r.choice(self.labels), "label")]
        if k < 0.46:
            return [Span(self.number(r))]
        if k < 0.62:
            return [Span(self.value(r) + (r.choice([" ", ", ", "; "]) + self.value(r) if r.random() < 0.3 else ""))]
        if k < 0.84:
            return [Span(self.words_of(r, r.randint(2, 14)))]
        if k < 0.9:
            boxes = [f"{r.choice('☐☑☐')} {r.choice(self.labels)[:24].strip()}" for _ in range(r.randint(1, 3))]
            return [Span("  ".join(boxes), "label")] if r.random() < 0.5 else [Span(self.number(r))]
        return [Span(self.random_letters(r))]

    def _labelled(self, r: random.Random) -> list[Span]:
        """Label and value, once or twice, with leaders here and there."""
        spans = []
        for _ in range(r.choice([1, 1, 2, 2, 3])):
            spans.append(Span(r.choice(self.labels)[:60].rstrip(), "label"))
            if r.random() < 0.25:
                spans.append(Span(r.choice([".", ".", "…", "_"]) * r.randint(2, 14), "leader"))
            spans.append(Span(self.value(r), "value"))
            if r.random() < 0.25:
                spans.append(Span(r.choice([".", ".", "…", "_"]) * r.randint(2, 25), "leader"))
        return spans

    def _dated(self, r: random.Random) -> list[Span]:
        """A printed date or register number whose figures were filled in."""
        day, month, year = str(r.randint(1, 31)), str(r.randint(1, 12)), r.randint(1930, 2026)
        if r.random() < 0.3:
            day, month = day.zfill(2), month.zfill(2)
        head = r.choice(["", "Số:", "Sinh", "cấp", "Đăng ký", "Mở", "từ", self.place(r) + ","])
        spans = [Span(head, "label")] if head else []
        if head == "Số:":
            spans.append(Span(f"{r.randint(1, 999)}/{year}"))
        spans.append(Span(r.choice(["ngày", "Ngày"]), "label"))
        spans += [Span(day), Span("tháng", "label"), Span(month), Span("năm", "label")]
        if r.random() < 0.3:
            spans[-1] = Span(f"năm {str(year)[:2]}", "label")
            spans.append(Span(str(year)[2:]))
        else:
            spans.append(Span(str(year)))
        return spans

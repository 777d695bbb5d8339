"""The faces that lines are written in: Debian's files and merged `@fontsource` packages, by kind of writing."""

import glob
import os
import sys
import tarfile
from dataclasses import dataclass, field
from functools import lru_cache

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from PIL import ImageFont

from alphabet import VIETNAMESE

FONT_DIR = os.environ.get("SOHOA_FONTS", "/work/s/fonts")

DEBIAN = {
    "print": [
        "LiberationSerif-*", "LiberationSans-*", "LiberationSansNarrow-*", "FreeSerif*", "FreeSans*", "Gentium*Plus-*",
        "LinLibertine_R.otf", "LinLibertine_RB.otf", "LinBiolinum_R.otf", "NotoSerif-*", "NotoSans-[RBI]*", "DejaVuSans*",
        "DejaVuSerif*", "Tinos-*", "Arimo-*",
    ],
    "typewriter": ["LiberationMono-Regular*", "LiberationMono-Bold.ttf", "FreeMono.*", "FreeMonoBold.*", "FreeMonoOblique.*", "DejaVuSansMono.ttf", "Cousine-Regular*",
                   "Cousine-Bold.ttf"],
}
NOT_PRINT = ("Mono", "ExtraLight", "TeXGyre")

# Kinds of the npm packages that are not handwriting (everything else that is fetched is).
NPM_PRINT = """arimo be-vietnam-pro eb-garamond lora merriweather noto-serif old-standard-tt roboto-slab tinos roboto open-sans
source-serif-4 crimson-pro literata bitter alegreya vollkorn cormorant-garamond spectral inter ibm-plex-serif ibm-plex-sans nunito
barlow oswald alegreya-sans""".split()
NPM_MONO = """cousine ibm-plex-mono roboto-mono xanh-mono jetbrains-mono source-code-pro space-mono inconsolata noto-sans-mono
victor-mono overpass-mono""".split()

# Never trained on: they show what the model does with a face it has not met.
UNSEEN = {"print": ["old-standard-tt", "be-vietnam-pro"], "typewriter": ["ibm-plex-mono"],
          "handwriting": ["bad-script", "grechen-fuemen", "oooh-baby"]}
# Small letters drawn as capitals (their labels would lie), and ornament that no clerk writes.
LEFT_OUT = ("amatic-sc", "patrick-hand-sc", "sedgwick-ave-display", "babylonica", "festive")
# Scripts with swash capitals: nobody writes a word in them.
SWASH = """alex-brush allison arizonia birthstone caramel carattere comforter corinthia ephesis estonia great-vibes grey-qo gwendolyn hurricane
imperial-script inspiration island-moments kolker-brush licorice lobster love-light luxurious-script mea-culpa meow-script montecarlo
moon-dance my-soul pacifico puppies-play ruthie sassy-frass send-flowers smooch the-nautigal updock whisper windsong""".split()

# The hand that schools in Viet Nam teach, and that registers are written in.
SCHOOL = ("playwrite-vn",)


def share(family: str) -> int:
    """How often a family is drawn among those of its kind: swash scripts half as often as others, the hand of schools six times."""
    return 1 if family in SWASH else 12 if family in SCHOOL else 2


@dataclass
class Face:
    """One font file, what it can write and the kind of writing it stands for."""

    name: str
    family: str
    path: str
    kind: str
    chars: frozenset = field(repr=False, default=frozenset())


def merge_packages() -> None:
    """Merges the subsets of every fetched package (`npm pack`) into `merged/NAME-WEIGHT-STYLE.ttf`."""
    out = os.path.join(FONT_DIR, "merged")
    os.makedirs(out, exist_ok=True)
    for tgz in sorted(glob.glob(os.path.join(FONT_DIR, "fontsource-*.tgz"))):
        with tarfile.open(tgz) as tar:
            files = {os.path.basename(m.name): m for m in tar.getmembers() if m.name.endswith(".woff2")}
            name = os.path.basename(tgz).removeprefix("fontsource-").rsplit("-", 1)[0]
            for weight, style in (("400", "normal"), ("700", "normal"), ("400", "italic")):
                target = os.path.join(out, f"{name}-{weight}-{style}.ttf")
                if name not in NPM_PRINT + NPM_MONO and (weight, style) != ("400", "normal"):
                    continue
                parts = []
                for subset in ("latin", "latin-ext", "vietnamese"):
                    member = files.get(f"{name}-{subset}-{weight}-{style}.woff2")
                    if member is None:
                        continue
                    part = f"/tmp/{name}-{subset}.ttf"
                    font = TTFont(tar.extractfile(member))
                    font.flavor = None
                    font.save(part)
                    parts.append(part)
                if not parts or os.path.exists(target):
                    continue
                try:
                    Merger().merge(parts).save(target)
                except Exception as e:  # a face less is no harm; the list of what was merged is printed
                    print("not merged:", target, repr(e)[:80], file=sys.stderr)


def _chars(path: str) -> frozenset:
    return frozenset(chr(c) for c in TTFont(path, fontNumber=0, lazy=True).getBestCmap())


def all_faces() -> list[Face]:
    """Every face that writes all Vietnamese letters, in a fixed order."""
    found: dict[str, tuple[str, str, str]] = {}
    for kind, patterns in DEBIAN.items():
        for pattern in patterns:
            for path in sorted(glob.glob(f"/usr/share/fonts/**/{pattern}", recursive=True)):
                name = os.path.basename(path)
                if not path.endswith((".ttf", ".otf")) or (kind == "print" and any(n in name for n in NOT_PRINT)):
                    continue
                found[name] = (name.split(".")[0].split("-")[0], path, kind)
    for path in sorted(glob.glob(os.path.join(FONT_DIR, "merged", "*.ttf"))):
        name = os.path.basename(path)[:-4]
        family = name.rsplit("-", 2)[0]
        kind = "print" if family in NPM_PRINT else "typewriter" if family in NPM_MONO else "handwriting"
        if family not in LEFT_OUT:
            found[name] = (family, path, kind)
    faces = []
    for name, (family, path, kind) in sorted(found.items()):
        chars = _chars(path)
        if set(VIETNAMESE) <= chars:
            faces.append(Face(name, family, path, kind, chars))
    return faces


def split(faces: list[Face]) -> tuple[dict[str, list[Face]], dict[str, list[Face]]]:
    """Faces to train on and faces held out, each by kind of writing."""
    seen: dict[str, list[Face]] = {"print": [], "typewriter": [], "handwriting": []}
    unseen: dict[str, list[Face]] = {"print": [], "typewriter": [], "handwriting": []}
    for face in faces:
        (unseen if face.family in UNSEEN[face.kind] else seen)[face.kind].append(face)
    return seen, unseen


@lru_cache(maxsize=1500)
def sized(path: str, size: int) -> ImageFont.FreeTypeFont:
    """The face at `size` pixels to the em, with its kerning and joins."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)


if __name__ == "__main__":
    if "merge" in sys.argv:
        merge_packages()
    for part, faces in zip(("seen", "unseen"), split(all_faces())):
        for kind, group in faces.items():
            print(part, kind, len(group), len({f.family for f in group}), " ".join(sorted({f.family for f in group})))

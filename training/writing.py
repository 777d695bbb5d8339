"""Teaches the line model to tell print, typewriting and handwriting apart: a small head beside the letters, on weights that stay as they are.

    python writing.py --state DIR --out HEAD.pt [--lines 80000] [--seed 1]

The head sees what the net sees before it looks along the line, and after. It is trained on drawn lines of one kind of writing, side by side
in one image, so that every step has a label; steps without ink have none. `export.py --writing HEAD.pt` puts it into the ONNX file.
"""

import argparse
import os
import random
import time

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

import lines
from damage import HEIGHT
from fonts import Face, all_faces, split
from lines import STEP, Line, Lines
from net import LineNet

# In the order of the output.
KINDS = ("print", "typewriter", "handwriting")
# Less by pen than for the letters: the block letters of some faces are what is taken for print.
BY_PEN = 0.4
# Faces that write as one who sets letter beside letter, and how many times as often as others they are drawn.
BLOCK_LETTERS = ("fuzzy-bubbles", "grape-nuts", "mali", "mansalva", "pangolin", "patrick-hand", "playpen-sans", "sedgwick-ave", "shantell-sans", "sriracha")
BLOCK_LETTERS_OFTEN = 5
# Taught to the letters as handwriting, but made for print: nobody could tell.
MADE_FOR_PRINT = ("andika", "grandstander", "itim", "kodchasan", "lemonada", "lobster", "merienda", "sansita-swashed")
WIDTH = 640
BATCH = 8
# A step has ink if its darkest pixel is darker than this share of the way from ink to paper.
INK = 0.65
NOTHING = -1


class Writing(nn.Module):
    """Features of the net to the share of each kind of writing, step by step."""

    def __init__(self, c: int = 256) -> None:
        super().__init__()
        self.a = nn.Conv2d(2 * c, 48, 1)
        self.b = nn.Conv2d(48, 24, (1, 9), padding=(0, 4))
        self.c = nn.Conv2d(24, len(KINDS), (1, 9), padding=(0, 4))

    def forward(self, near: Tensor, far: Tensor) -> Tensor:
        """Both [N,256,1,T] to logits [N,3,T]."""
        x = torch.relu(self.a(torch.cat((near, far), 1)))
        return self.c(torch.relu(self.b(x))).squeeze(2)


class WithWriting(nn.Module):
    """The line model with both outputs: logits [N,T,classes] and shares of the kinds of writing [N,T,3]."""

    def __init__(self, net: LineNet, head: Writing) -> None:
        super().__init__()
        self.net, self.writing = net, head

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        near = self.net.stages(1.0 - image)
        far = self.net.along(near)
        letters = self.net.head(far).squeeze(2).transpose(1, 2)
        return letters, self.writing(near, far).softmax(1).transpose(1, 2)


class OfOneKind(Lines):
    """Lines of which nothing is written otherwise: labels of forms are written as their values are."""

    def __init__(self, faces: dict[str, list[Face]], seed: int) -> None:
        super().__init__(faces, seed)
        hands = [group for group in self.faces["handwriting"] if group[0].family not in MADE_FOR_PRINT]
        more = [group for group in hands if group[0].family in BLOCK_LETTERS]
        self.faces["handwriting"] = hands + more * (BLOCK_LETTERS_OFTEN - 1)

    def of_kind(self, kind: str, strength: float) -> Line:
        plain = self.text.line
        try:
            if kind != "print":
                self.text.line = lambda r: [type(s)(s.text, "value" if s.role == "label" else s.role) for s in plain(r)]
            return self.next(strength, kind)
        finally:
            self.text.line = plain


def ink_steps(image: np.ndarray) -> np.ndarray:
    """Which steps of a line (uint8, 255 = white) have ink in them."""
    dark, light = np.percentile(image, 1), np.percentile(image, 90)
    limit = dark + (light - dark) * INK
    columns = (image < limit).sum(0) >= 2
    steps = columns[: len(columns) // STEP * STEP].reshape(-1, STEP).any(1)
    return steps


def sample(source: OfOneKind, r: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """A line image of WIDTH with one to three kinds of writing, and the kind of each step."""
    image = np.full((HEIGHT, WIDTH), 255, np.uint8)
    kinds = np.full(WIDTH // STEP, NOTHING, np.int64)
    at = 0
    strength = r.uniform(0.3, 1.2)
    while at < WIDTH - 60:
        kind = r.choice(KINDS)
        line = source.of_kind(kind, strength)
        piece = line.image[:, : WIDTH - at]
        if at and r.random() < 0.5:
            # One scan has one paper: the tone of what stands left.
            piece = np.clip(piece.astype(np.int16) + int(np.percentile(image[:, :at], 90)) - int(np.percentile(piece, 90)), 0, 255).astype(np.uint8)
        steps = ink_steps(piece)
        image[:, at : at + piece.shape[1]] = piece
        first = -(-at // STEP)
        room = kinds[first : first + len(steps)]
        room[steps[: len(room)]] = KINDS.index(kind)
        at += piece.shape[1] + -piece.shape[1] % STEP
        if r.random() < 0.5:
            break
    return image, kinds


def batch(source: OfOneKind, r: random.Random) -> tuple[Tensor, Tensor]:
    images, kinds = zip(*(sample(source, r) for _ in range(BATCH)))
    return torch.from_numpy(np.stack(images)[:, None].astype(np.float32) / 255), torch.from_numpy(np.stack(kinds))


def shares_right(model: WithWriting, source: OfOneKind, count: int, r: random.Random) -> dict[str, float]:
    """Share of lines of each kind that most of their steps are told as."""
    out = {}
    for number, kind in enumerate(KINDS):
        right = 0
        for _ in range(count):
            line = source.of_kind(kind, r.uniform(0.3, 1.2))
            image = np.pad(line.image, ((0, 0), (0, -line.image.shape[1] % STEP)), constant_values=255)
            with torch.no_grad():
                _, shares = model(torch.from_numpy(image[None, None].astype(np.float32) / 255))
            steps = torch.from_numpy(ink_steps(image))
            right += int(shares[0][steps].mean(0).argmax()) == number
        out[kind] = right / count
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--go-on-from", help="an earlier OUT")
    parser.add_argument("--lines", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    net = LineNet().eval()
    net.load_state_dict(torch.load(os.path.join(args.state, "state.pt"), weights_only=False)["average"])
    head = Writing()
    if args.go_on_from:
        head.load_state_dict(torch.load(args.go_on_from))
    lines.BY_PEN = BY_PEN
    model = WithWriting(net, head)
    seen, unseen = split(all_faces())
    source, r = OfOneKind(seen, args.seed), random.Random(args.seed)
    batches = args.lines // BATCH
    optimizer = torch.optim.AdamW(head.parameters(), 3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, batches)
    start = time.time()
    for number in range(batches):
        images, kinds = batch(source, r)
        with torch.no_grad():
            near = net.stages(1.0 - images)
            far = net.along(near)
        loss = functional.cross_entropy(head(near, far), kinds, ignore_index=NOTHING, label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if number % 50 == 49:
            print(f"{number + 1}/{batches} loss {loss.item():.3f} {time.time() - start:.0f} s", flush=True)
    torch.save(head.state_dict(), args.out)
    head.eval()
    for name, faces in (("seen", seen), ("unseen", unseen)):
        print(name, shares_right(model, OfOneKind(faces, 777_777), 60, random.Random(5)), flush=True)


if __name__ == "__main__":
    main()

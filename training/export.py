"""Writes the averaged weights of a run as ONNX, with the file that says how to feed it.

    python export.py --state DIR --writing HEAD.pt --out ../models/sohoa-line.onnx --version 0.1.0
"""

import argparse
import hashlib
import json
import os

import numpy as np
import onnx
import onnxruntime
import torch

from alphabet import ALPHABET, decode, lean
from damage import HEIGHT
from evaluate import MARGIN
from fonts import all_faces, split
from lines import STEP, WIDEST, Lines, batch_of
from net import LineNet
from writing import WithWriting, Writing

# Widest line in use. Trained lines end at WIDEST, but nothing in the net depends on the width.
LONGEST = 1600


def agree(path: str, net: LineNet) -> float:
    """The largest difference between ONNX Runtime's and PyTorch's logits over some widths and batches."""
    session = onnxruntime.InferenceSession(path)
    worst = 0.0
    for n, width in ((1, 64), (3, 640), (2, WIDEST + WIDEST % STEP)):
        image = np.random.default_rng(width).random((n, 1, HEIGHT, width), np.float32)
        (there,) = session.run(["logits"], {"image": image})
        with torch.no_grad():
            here = net(torch.from_numpy(image)).numpy()
        assert there.shape == (n, width // STEP, len(ALPHABET) + 1), there.shape
        worst = max(worst, float(np.abs(there - here).max()))
    return worst


def padding_changes(path: str, lines: int = 60) -> int:
    """How many of some drawn lines, with margins as in the product, are read otherwise when 160 px of paper follow."""
    session = onnxruntime.InferenceSession(path)
    source = Lines(split(all_faces())[0], 31_337)
    changed = 0
    for _ in range(lines):
        line = source.next(0.6)
        paper = int(np.percentile(line.image, 90))
        line.image = np.pad(line.image, ((0, 0), (MARGIN, MARGIN)), constant_values=paper)
        width = line.image.shape[1] + -line.image.shape[1] % STEP
        texts = []
        for room in (0, 160):
            (logits,) = session.run(["logits"], {"image": batch_of([line], width + room).astype(np.float32) / 255})
            texts.append(decode(logits[0].argmax(1).tolist()))
        changed += texts[0] != texts[1]
    return changed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", required=True)
    parser.add_argument("--writing", required=True, help="what writing.py made on these weights")
    parser.add_argument("--out", required=True)
    parser.add_argument("--version", required=True)
    args = parser.parse_args()
    state = torch.load(os.path.join(args.state, "state.pt"), weights_only=False)
    net = LineNet().eval()
    net.load_state_dict(state["average"])
    lean(net.head.bias.data)
    head = Writing().eval()
    head.load_state_dict(torch.load(args.writing))
    part = args.out + ".part"
    torch.onnx.export(WithWriting(net, head).eval(), (torch.ones(2, 1, HEIGHT, 256),), part, dynamo=False, opset_version=17, input_names=["image"],
                      output_names=["logits", "writing"], dynamic_axes={"image": {0: "N", 3: "W"}, "logits": {0: "N", 1: "T"}, "writing": {0: "N", 1: "T"}})
    onnx.checker.check_model(part)
    difference = agree(part, net)
    assert difference < 1e-2, difference
    changed = padding_changes(part)
    assert changed <= 3, changed
    os.replace(part, args.out)
    with open(args.out, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    done = state["done"]
    with open(os.path.splitext(args.out)[0] + ".toml", "w", encoding="utf-8") as f:
        f.write(f"""# The project's own line model, trained by training/train.py; how it was trained and measured: training/runs/.
# Trained for {done['step']} steps, {done['lines']} lines.
# Class 0 is CTC's blank, class i + 1 the i-th character of `alphabet`. Values 0 (black) to 1 (paper); pad on the right with `pad`.
name = "sohoa-line"
version = "{args.version}"
file = "{os.path.basename(args.out)}"
sha256 = "{digest}"
input = "image"
output = "logits"
# How each step was written: shares of print, typewriter, handwriting.
writing = "writing"
height = {HEIGHT}
channels = 1
pixels_per_step = {STEP}
max_width = {LONGEST}
pad = 1.0
alphabet = {json.dumps(ALPHABET, ensure_ascii=False)}
""")
    ops = sorted({node.op_type for node in onnx.load(args.out).graph.node})
    print(f"{args.out}: {os.path.getsize(args.out) / 1e6:.2f} MB, largest difference {difference:.1e}, {changed} of 60 lines read otherwise with paper after them, operators {' '.join(ops)}, {done}")


if __name__ == "__main__":
    main()

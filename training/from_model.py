"""Makes a training state out of a shipped model, whose own state was not kept: `state.pt` lies on the machine that trained, the model in the repository.

    python from_model.py --model ../models/sohoa-line.onnx --state DIR

An exported convolution holds its normalisation within (`w·γ/σ`, `β − μ·γ/σ`). To train on, the normalisation must be one again that lines, too,
would give: every filter is brought to a length as training leaves it, some batches of lines go through, and what is measured of each
channel becomes its μ and σ; γ and β then follow, so that the net in use computes what the model did. The optimizer begins anew.
"""

import argparse
import copy
import os
import time

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import nn

from alphabet import lean
from damage import HEIGHT
from fonts import all_faces, split
from lines import Lines, batch_of
from net import LineNet

BATCHES, LINES_A_BATCH = 24, 24
# Length of a filter of 864 weights after some ten thousand steps; others by the root of their number of weights.
LENGTH, LENGTH_OF = 2.0, 864


def pairs(net: LineNet) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    """Every convolution but the head with its normalisation, in the order of the net."""
    found = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d)) and m is not net.head]
    assert all(isinstance(a, nn.Conv2d) and isinstance(b, nn.BatchNorm2d) for a, b in zip(found[::2], found[1::2]))
    return list(zip(found[::2], found[1::2]))


def loaded(path: str) -> LineNet:
    """The net with the model's weights; its normalisations do nothing but add what was folded into the convolution."""
    initializers = [i for i in onnx.load(path).graph.initializer if not i.name.startswith("writing.")]
    weights = {i.name.removeprefix("net."): torch.from_numpy(numpy_helper.to_array(i).copy()) for i in initializers}
    net = LineNet().eval()
    net.head.weight.data, net.head.bias.data = weights.pop("head.weight"), weights.pop("head.bias")
    folded = list(weights.values())
    for (conv, norm), weight, bias in zip(pairs(net), folded[::2], folded[1::2], strict=True):
        assert conv.weight.shape == weight.shape, (conv.weight.shape, weight.shape)
        length = weight.flatten(1).norm(dim=1).clamp_min(1e-6)
        scale = length / (LENGTH * (weight[0].numel() / LENGTH_OF) ** 0.5)
        conv.weight.data = weight / scale[:, None, None, None]
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.data, norm.bias.data = scale.clone(), bias.clone()
    return net


def measure(net: LineNet, seed: int) -> None:
    """Gives every normalisation the mean and the variance that drawn lines have there; what the net computes stays."""
    sums: dict[nn.Module, list[torch.Tensor]] = {}

    def watch(module: nn.Module, _: tuple, out: torch.Tensor) -> None:
        wide = out.transpose(0, 1).flatten(1).double()
        sums.setdefault(module, []).append(torch.stack([wide.mean(1), wide.square().mean(1)]))

    watched = [conv.register_forward_hook(watch) for conv, _ in pairs(net)]
    source = Lines(split(all_faces())[0], seed)
    for _ in range(BATCHES):
        lines = [source.next() for _ in range(LINES_A_BATCH)]
        width = max(line.image.shape[1] for line in lines)
        with torch.no_grad():
            net(torch.from_numpy(batch_of(lines, width + -width % 32)).float() / 255)
    for hook in watched:
        hook.remove()
    for conv, norm in pairs(net):
        mean, square = torch.stack(sums[conv]).mean(0)
        variance = (square - mean * mean).clamp_min(1e-8)
        norm.bias.data += (norm.weight.data * mean.float())
        norm.weight.data *= (variance + norm.eps).sqrt().float()
        norm.running_mean.copy_(mean.float())
        norm.running_var.copy_(variance.float())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--steps", type=int, default=0, help="steps that the model was trained, for the log")
    parser.add_argument("--lines", type=int, default=0, help="lines that the model was trained, for the log")
    args = parser.parse_args()
    net = loaded(args.model)
    measure(net, args.seed)
    image = np.random.default_rng(1).random((2, 1, HEIGHT, 640), np.float32)
    # As it is in use: the model leans, the net that is trained does not.
    (there,) = onnxruntime.InferenceSession(args.model).run(["logits"], {"image": image})
    with torch.no_grad():
        difference = np.abs(there - net(torch.from_numpy(image)).numpy()).max()
    assert difference < 1e-2, difference
    lean(net.head.bias.data, -1.0)
    net.train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01, betas=(0.9, 0.98))
    os.makedirs(args.state, exist_ok=True)
    done = {"step": args.steps, "lines": args.lines, "begin": time.time(), "busy": 0.0}
    state = {"net": net.state_dict(), "average": copy.deepcopy(net.state_dict()), "optimizer": optimizer.state_dict(), "done": done}
    torch.save(state, os.path.join(args.state, "state.pt"))
    print(f"largest difference to the model {difference:.1e}")


if __name__ == "__main__":
    main()

"""The mean of two training states' weights: a fine-tuned net and the one it began from often read better together than each alone.

    python mean.py --state BEGAN_FROM --with TUNED --share 0.5 --out FOLDER

FOLDERs hold a `state.pt`; the running averages are mixed, `share` of the second's; everything else is the second's. After M. Wortsman et al.,
*Robust fine-tuning of zero-shot models*, 2022.
"""

import argparse
import os

import torch


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", required=True)
    parser.add_argument("--with", dest="other", required=True)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    first, second = (torch.load(os.path.join(folder, "state.pt"), weights_only=False) for folder in (args.state, args.other))
    for name, value in second["average"].items():
        if value.dtype.is_floating_point:
            second["average"][name] = first["average"][name] * (1 - args.share) + value * args.share
    os.makedirs(args.out, exist_ok=True)
    torch.save(second, os.path.join(args.out, "state.pt"))


if __name__ == "__main__":
    main()

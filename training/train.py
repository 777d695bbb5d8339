"""Trains the line model on this machine's processor until a given time of day; stops and resumes at any moment.

    python train.py --state DIR --until 22:15 [--seed 1] [--threads 1]

A file DIR/stop ends the run cleanly. The rate falls along a cosine from the first start to `--until`, by the clock and not by steps,
because a processor that others share gives no steps that could be counted on.
"""

import argparse
import copy
import datetime
import multiprocessing
import os
import random
import time

import cv2
import numpy as np
import torch
from torch.nn import functional

from alphabet import decode, encode
from fonts import all_faces, split
from lines import STEP, Line, Lines, batch_of
from net import LineNet

WARM_UP_STEPS = 300
# Damage grows with the steps: CTC first has to find out that letters stand in a row.
FULL_DAMAGE_STEPS = 1500
# Drawing costs a third of a step: a line is drawn once and, on the average, seen twice, later and in another company.
REMEMBERED, AGAIN = 3000, 1.0
# oneDNN compiles its kernels anew for every shape, which costs a third of a step: few shapes, widths in multiples of this.
SHAPES = 32
# Paper right of the widest line of a batch: what stands left of it must not depend on it.
ROOM_RIGHT = (0, 0, 0, 0, 16, 48)
KEEP = 0.9985  # of the running average of weights, which is what is exported
# One batch in tens of thousands ends in no number (bf16): the run then goes on from where it was this many steps ago at most. A state without
# numbers is never written: a run of 35 minutes was lost to one.
REMEMBER_EVERY = 100


def produce(queue: "multiprocessing.Queue", step_now: "multiprocessing.Value", seed: int, pixels: int) -> None:
    """Fills the queue with batches of about `pixels` columns, lines of like width together."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    seen, _ = split(all_faces())
    source = Lines(seen, seed)
    order = random.Random(seed + 1)
    remembered: list[Line] = []
    waiting: dict[int, list[Line]] = {}

    def take(line: Line) -> None:
        width = line.image.shape[1] + order.choice(ROOM_RIGHT)
        width += -width % SHAPES
        group = waiting.setdefault(width, [])
        group.append(line)
        if len(group) >= max(1, pixels // width):
            queue.put((batch_of(group, width), [line.label for line in group], [line.image.shape[1] for line in group]))
            group.clear()

    while True:
        fresh = source.next(min(1.0, 0.35 + 0.65 * step_now.value / FULL_DAMAGE_STEPS))
        take(fresh)
        if len(remembered) < REMEMBERED:
            remembered.append(fresh)
            continue
        at = order.randrange(REMEMBERED)
        if order.random() < AGAIN:
            take(remembered[at])
        remembered[at] = fresh


def end_of_day(clock: str) -> float:
    """Seconds since the epoch of the next HH:MM."""
    hour, minute = map(int, clock.split(":"))
    now = datetime.datetime.now()
    then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (then if then > now else then + datetime.timedelta(days=1)).timestamp()


def knows_bf16() -> bool:
    """Whether this processor counts in bf16 itself; where it does not, a step in bf16 takes several times one in float32."""
    with open("/proc/cpuinfo", encoding="ascii") as f:
        flags = set(f.read().split())
    return bool(flags & {"amx_bf16", "avx512_bf16", "bf16"})


def character_errors(said: str, truth: str) -> int:
    """Edit distance."""
    row = list(range(len(truth) + 1))
    for i, a in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(truth, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", required=True)
    parser.add_argument("--until", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pixels", type=int, default=5500, help="columns of one batch")
    parser.add_argument("--rate", type=float, default=1.6e-3)
    parser.add_argument("--final-rate", type=float, default=2e-5)
    args = parser.parse_args()
    os.makedirs(args.state, exist_ok=True)
    file, stop = os.path.join(args.state, "state.pt"), os.path.join(args.state, "stop")
    is_short = knows_bf16()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    net = LineNet().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.01, betas=(0.9, 0.98))
    average = copy.deepcopy(net).eval()
    until = end_of_day(args.until)
    done = {"step": 0, "lines": 0, "begin": time.time(), "busy": 0.0}
    if os.path.exists(file):
        state = torch.load(file, weights_only=False)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        done = state["done"]
    queue: multiprocessing.Queue = multiprocessing.Queue(maxsize=24)
    step_now = multiprocessing.Value("i", done["step"])
    maker = multiprocessing.Process(target=produce, args=(queue, step_now, args.seed * 1_000_003 + done["step"], args.pixels), daemon=True)
    maker.start()

    def save() -> None:
        torch.save({"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "done": done}, file + ".part")
        os.replace(file + ".part", file)

    def as_it_is() -> dict:
        return copy.deepcopy({"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()})

    good = as_it_is()
    log = open(os.path.join(args.state, "log.tsv"), "a", buffering=1)
    losses, waits, saved, since = [], 0.0, time.time(), time.time()
    errors = letters = 0
    while time.time() < until and not os.path.exists(stop):
        before = time.time()
        images, labels, widths = queue.get()
        waits += time.time() - before
        progress = min(1.0, max(0.0, (time.time() - done["begin"]) / (until - done["begin"])))
        rate = args.final_rate + (args.rate - args.final_rate) * 0.5 * (1 + np.cos(np.pi * progress))
        rate *= min(1.0, (done["step"] + 1) / WARM_UP_STEPS)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=is_short):
            logits = net(torch.from_numpy(images).float().div_(255.0).to(memory_format=torch.channels_last))
        logs = logits.float().log_softmax(2)
        targets = torch.tensor([k for label in labels for k in encode(label)])
        lengths = torch.tensor([len(label) for label in labels])
        steps = torch.tensor([min(logs.shape[1], -(-w // STEP) + 1) for w in widths])
        loss = functional.ctc_loss(logs.transpose(0, 1), targets, torch.full_like(steps, logs.shape[1]), lengths, zero_infinity=True)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            # The statistics of normalisation have seen the batch already: all goes back.
            net.load_state_dict(good["net"])
            average.load_state_dict(good["average"])
            optimizer.load_state_dict(copy.deepcopy(good["optimizer"]))
            log.write(f"{datetime.datetime.now():%H:%M:%S}\t{done['step']}\tno number, went back\n")
            continue
        optimizer.step()
        done["step"] += 1
        done["lines"] += len(labels)
        step_now.value = done["step"]
        keep = min(KEEP, (1 + done["step"]) / (20 + done["step"]))
        with torch.no_grad():
            for mean, now in zip(average.state_dict().values(), net.state_dict().values()):
                if mean.dtype.is_floating_point:
                    mean.lerp_(now, 1 - keep)
                else:
                    mean.copy_(now)
        losses.append(loss.item())
        if done["step"] % 10 == 0:
            for best, label in zip(logs.argmax(2).tolist(), labels):
                errors += character_errors(decode(best), label)
                letters += len(label)
        if done["step"] % REMEMBER_EVERY == 0:
            good = as_it_is()
        if done["step"] % 100 == 0:
            busy = time.time() - since
            done["busy"] += busy
            log.write(f"{datetime.datetime.now():%H:%M:%S}\t{done['step']}\t{done['lines']}\t{np.mean(losses):.4f}\t{100 * errors / max(1, letters):.2f}\t{rate:.2e}\t"
                      f"{busy:.1f}\t{waits:.1f}\n")
            losses, waits, since, errors, letters = [], 0.0, time.time(), 0, 0
        if time.time() - saved > 120:
            save()
            saved = time.time()
    save()
    maker.terminate()


if __name__ == "__main__":
    main()

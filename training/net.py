"""The net: three strided 3x3 stages, two of them with a residual block, a stage that folds the height, then 1-D blocks along the line.

4 px a step, class 0 = blank. Shapes were chosen by the processor time of a training step (bf16, oneDNN) and of a line in use: the
depthwise 1-D blocks of the pilot cost most of a step in their backward pass, dense bottlenecks of the same reach a third of that.
"""

import torch
from torch import Tensor, nn

from alphabet import CLASSES


def _conv(i: int, o: int, kernel: int | tuple[int, int], stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(i, o, kernel, stride, padding, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


def _last(i: int, o: int, kernel: int, padding: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(i, o, kernel, 1, padding, bias=False), nn.BatchNorm2d(o))


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.a = _conv(c, c, 3)
        self.b = _last(c, c, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.b(self.a(x)))


class Along(nn.Module):
    """A bottleneck that looks `width` steps along the line, around a shortcut."""

    def __init__(self, c: int, narrow: int, width: int) -> None:
        super().__init__()
        self.a = _conv(c, narrow, 1, 1, 0)
        self.b = _conv(narrow, narrow, (1, width), 1, (0, width // 2))
        self.c = _last(narrow, c, 1, 0)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.c(self.b(self.a(x))))


class LineNet(nn.Module):
    """Image [N,1,40,W] (0 black … 1 paper) to logits [N,W/4,classes]."""

    def __init__(self, c1: int = 32, c2: int = 48, c3: int = 96, c: int = 256, narrow: int = 128, blocks: int = 5, width: int = 7, drop: float = 0.05) -> None:
        super().__init__()
        self.stages = nn.Sequential(
            _conv(1, c1, 3, 2),
            _conv(c1, c2, 3, 2), Residual(c2),
            _conv(c2, c3, 3, (2, 1)), Residual(c3),
            _conv(c3, c, (5, 3), 1, (0, 1)),
        )
        self.along = nn.Sequential(*[Along(c, narrow, width) for _ in range(blocks)])
        self.drop = nn.Dropout(drop)
        self.head = nn.Conv2d(c, CLASSES, 1)

    def forward(self, image: Tensor) -> Tensor:
        # Paper becomes 0, so that the zeros which convolutions pad with look like paper.
        x = self.along(self.stages(1.0 - image))
        return self.head(self.drop(x)).squeeze(2).transpose(1, 2)

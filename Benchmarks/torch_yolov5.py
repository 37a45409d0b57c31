#!/usr/bin/env python3
"""The same forward and backward pass in PyTorch: YOLOv5 built from its published layer list in plain torch.nn.

    torch_yolov5.py MODEL SIZE IMAGES

Batch-norm statistics are frozen. The loss is a fixed linear function of the outputs, which costs less than the real
one: a small advantage for PyTorch. Prints, for the best of the ways in torch_rate.py:
model size way images/s ms/image
"""
import sys

import torch
from torch import nn

from torch_rate import best_rate

WIDTH = {"yolov5n": (0.33, 0.25), "yolov5s": (0.33, 0.5), "yolov5m": (0.67, 0.75), "yolov5l": (1, 1), "yolov5x": (1.33, 1.25)}


def conv(i, o, k=1, s=1, p=None):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2 if p is None else p, bias=False), nn.BatchNorm2d(o, 1e-3), nn.SiLU(inplace=True))


class C3(nn.Module):
    def __init__(self, i, o, n, shortcut=True):
        super().__init__()
        h = o // 2
        self.a, self.b, self.c, self.shortcut = conv(i, h), conv(i, h), conv(2 * h, o), shortcut
        self.m = nn.ModuleList(nn.Sequential(conv(h, h), conv(h, h, 3)) for _ in range(n))

    def forward(self, x):
        y = self.a(x)
        for m in self.m:
            y = y + m(y) if self.shortcut else m(y)
        return self.c(torch.cat([y, self.b(x)], 1))


class Net(nn.Module):
    def __init__(self, name):
        super().__init__()
        d, w = WIDTH[name]
        c = lambda v: int(-(-v * w // 8) * 8)
        n = lambda v: max(round(v * d), 1)
        c1, c2, c3, c4, c5 = c(64), c(128), c(256), c(512), c(1024)
        self.s2 = nn.Sequential(conv(3, c1, 6, 2, 2), conv(c1, c2, 3, 2), C3(c2, c2, n(3)), conv(c2, c3, 3, 2), C3(c3, c3, n(6)))
        self.s4 = nn.Sequential(conv(c3, c4, 3, 2), C3(c4, c4, n(9)))
        self.s5 = nn.Sequential(conv(c4, c5, 3, 2), C3(c5, c5, n(3)), conv(c5, c5 // 2))
        self.pool, self.after, self.lat5 = nn.MaxPool2d(5, 1, 2), conv(c5 * 2, c5), conv(c5, c4)
        self.up, self.u4, self.lat4 = nn.Upsample(scale_factor=2), C3(2 * c4, c4, n(3), False), conv(c4, c3)
        self.u3, self.d4, self.o4 = C3(2 * c3, c3, n(3), False), conv(c3, c3, 3, 2), C3(2 * c3, c4, n(3), False)
        self.d5, self.o5 = conv(c4, c4, 3, 2), C3(2 * c4, c5, n(3), False)
        self.heads = nn.ModuleList(nn.Conv2d(v, 255, 1) for v in (c3, c4, c5))

    def forward(self, x):
        p3 = self.s2(x)
        p4 = self.s4(p3)
        x = self.s5(p4)
        y1 = self.pool(x)
        y2 = self.pool(y1)
        x5 = self.lat5(self.after(torch.cat([x, y1, y2, self.pool(y2)], 1)))
        x4 = self.lat4(self.u4(torch.cat([self.up(x5), p4], 1)))
        o3 = self.u3(torch.cat([self.up(x4), p3], 1))
        o4 = self.o4(torch.cat([self.d4(o3), x4], 1))
        o5 = self.o5(torch.cat([self.d5(o4), x5], 1))
        return [h(o) for h, o in zip(self.heads, (o3, o4, o5))]


def make(name, size, memory):
    net = Net(name).eval().to(memory_format=memory)
    x = torch.rand(1, 3, size, size).to(memory_format=memory)
    weights = [torch.rand_like(o) for o in net(x)]

    def once():
        net.zero_grad(set_to_none=False)
        sum((o * w).sum() for o, w in zip(net(x), weights)).backward()

    return once


if __name__ == "__main__":
    name, size, images = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rate, how = best_rate(make, (name, size), images)
    print(f"{name} {size} {how} {rate:.2f} {1000 / rate:.2f}")

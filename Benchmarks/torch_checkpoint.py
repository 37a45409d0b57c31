#!/usr/bin/env python3
"""Forward and backward pass of an Ultralytics checkpoint in PyTorch (needs torch and ultralytics).

    torch_checkpoint.py CHECKPOINT.pt SIZE IMAGES

Batch-norm statistics are frozen. The loss is a fixed linear function of the outputs, which costs less than the real
one: a small advantage for PyTorch. Prints, for the best of the ways in torch_rate.py:
model size way images/s ms/image
"""
import os
import sys

import torch

from torch_rate import best_rate


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, dict):
        return [t for value in outputs.values() for t in flat(value)]
    if isinstance(outputs, (list, tuple)):
        return [t for value in outputs for t in flat(value)]
    return []


def make(path, size, memory):
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    net = (checkpoint.get("ema") or checkpoint["model"]).float().train()
    for parameter in net.parameters():
        parameter.requires_grad_(True)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    net = net.to(memory_format=memory)
    x = (torch.arange(3 * size * size) % 251 / 250).reshape(1, 3, size, size).contiguous(memory_format=memory)

    def once():
        net.zero_grad(set_to_none=True)
        outputs = [t for t in flat(net(x)) if t.requires_grad]
        torch.autograd.backward(outputs, [torch.full_like(t, 1e-3) for t in outputs])

    return once


if __name__ == "__main__":
    path, size, images = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rate, how = best_rate(make, (path, size), images)
    print(f"{os.path.basename(path).removesuffix('.pt')} {size} {how} {rate:.2f} {1000 / rate:.2f}")

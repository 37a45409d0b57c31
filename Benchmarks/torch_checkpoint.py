#!/usr/bin/env python3
"""Forward and backward pass of an Ultralytics checkpoint in PyTorch (needs torch and ultralytics).

    torch_checkpoint.py CHECKPOINT.pt SIZE IMAGES

Batch-norm statistics are frozen. The loss is a fixed linear function of the outputs, which costs less than the real
one: a small advantage for PyTorch. Prints, for the best of channels-first and -last with one and two threads:
model size threads images/s ms/image layout
"""
import os
import sys
import time

import torch


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    if isinstance(outputs, dict):
        return [t for value in outputs.values() for t in flat(value)]
    if isinstance(outputs, (list, tuple)):
        return [t for value in outputs for t in flat(value)]
    return []


def main():
    path, size, images = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    model = (checkpoint.get("ema") or checkpoint["model"]).float().train()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    best = None
    for layout, memory in (("first", torch.contiguous_format), ("last", torch.channels_last)):
        for threads in (1, 2):
            torch.set_num_threads(threads)
            net = model.to(memory_format=memory)
            x = (torch.arange(3 * size * size) % 251 / 250).reshape(1, 3, size, size).contiguous(memory_format=memory)

            def once():
                net.zero_grad(set_to_none=True)
                outputs = [t for t in flat(net(x)) if t.requires_grad]
                torch.autograd.backward(outputs, [torch.full_like(t, 1e-3) for t in outputs])

            for _ in range(2):
                once()
            start = time.perf_counter()
            for _ in range(images):
                once()
            rate = images / (time.perf_counter() - start)
            # One thread an image, two images at a time, at best doubles the rate of one thread.
            rate *= 2 if threads == 1 else 1
            if best is None or rate > best[0]:
                best = (rate, threads, layout)
    rate, threads, layout = best
    name = os.path.basename(path).removesuffix(".pt")
    print(f"{name} {size} {threads} {rate:.2f} {1000 / rate:.2f} {layout}")


main()

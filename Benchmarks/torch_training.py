#!/usr/bin/env python3
"""Training steps in PyTorch: torch_training.py MODEL SIZE BATCH STEPS

The network of torch_yolov5.py with batch-norms by the batch, and AdamW. The loss is a fixed linear function of the outputs
and pictures are random: reading, augmentation and the real loss cost nothing here. Prints images a second, for the better
of channels-first and -last with all threads.
"""
import sys
import time

import torch

from torch_yolov5 import Net

name, size, batch, steps = sys.argv[1], *map(int, sys.argv[2:5])
best = 0
for layout in (torch.contiguous_format, torch.channels_last):
    net = Net(name).train().to(memory_format=layout)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-5)
    x = torch.rand(batch, 3, size, size).to(memory_format=layout)
    weights = [torch.rand_like(o) for o in net(x)]

    def step():
        optimizer.zero_grad()
        sum((o * w).sum() for o, w in zip(net(x), weights)).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10)
        optimizer.step()

    step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    best = max(best, steps * batch / (time.perf_counter() - start))
print(f"{best:.1f}")

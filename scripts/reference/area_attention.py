#!/usr/bin/env python3
"""Compares PyTorch's derivative of attention in areas, as YOLOv12 has it, with numeric differentiation.

    area_attention.py [CHECKPOINT.pt]     needs torch and ultralytics; without a checkpoint, yolo12n with random weights

Prints, for each attention module, the directional derivative of the sum of squares of its output: by the framework, by
the formula written out with plain slices, and numerically, all in double precision. With torch 2.13.0 and ultralytics
8.4.190 the first disagrees with the other two wherever there is more than one area.
"""

import sys

import torch
from ultralytics import YOLO
from ultralytics.nn.modules.block import AAttn


def explicit(module, x):
    height, width = x.shape[2:]
    pixels, run = height * width, height * width // module.area
    size = module.head_dim
    joined = module.qkv(x)[0].reshape(-1, pixels)
    results, values = [], []
    for head in range(module.num_heads):
        q, k, v = (joined[(3 * head + i) * size : (3 * head + i + 1) * size] for i in range(3))
        areas = [slice(i * run, (i + 1) * run) for i in range(module.area)]
        weights = [torch.softmax(q[:, a].T @ k[:, a] * size**-0.5, -1) for a in areas]
        results.append(torch.cat([v[:, a] @ w.T for a, w in zip(areas, weights)], 1))
        values.append(v)
    shape = (1, -1, height, width)
    return module.proj(torch.cat(results).reshape(shape) + module.pe(torch.cat(values).reshape(shape)))


def derivative(function, x, direction):
    x = x.clone().requires_grad_(True)
    function(x).square().sum().backward()
    return (x.grad * direction).sum().item()


def main():
    torch.manual_seed(0)
    if len(sys.argv) > 1:
        checkpoint = torch.load(sys.argv[1], map_location="cpu", weights_only=False)
        model = checkpoint.get("ema") or checkpoint["model"]
    else:
        model = YOLO("yolo12n.yaml").model
    model = model.double().eval()
    print("module areas framework explicit numeric")
    for name, module in model.named_modules():
        if not isinstance(module, AAttn):
            continue
        x = torch.randn(1, module.qkv.conv.weight.shape[1], 20, 20).double()
        direction = torch.randn_like(x)
        with torch.no_grad():
            step = 1e-5 * direction
            numeric = (module(x + step).square().sum() - module(x - step).square().sum()).item() / 2e-5
            assert (module(x) - explicit(module, x)).abs().max() < 1e-9
        framework = derivative(module, x, direction)
        written = derivative(lambda t: explicit(module, t), x, direction)
        print(f"{name} {module.area} {framework:.6f} {written:.6f} {numeric:.6f}")


main()

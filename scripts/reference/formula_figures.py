#!/usr/bin/env python3
"""Figures of the formula network of Sources/YOLOModel/Checkpoint/FormulaCheckpoint.swift, computed in PyTorch.

    python3 scripts/reference/formula_figures.py > Tests/YOLOModelTests/Figures/formula.json

The network and the loss are written from their published formulas with torch.nn.functional and autograd alone; of the
project only the formula of the weights is imported, and nothing of a trainer. Computed once with PyTorch 2.13 on a CPU, in double precision with
weights rounded to single precision first.
"""
import json
import math

import numpy as np
import torch
import torch.nn.functional as F

import formula_weights

torch.set_default_dtype(torch.float64)
NC, SIZE = 3, 128
ANCHORS = [[(10, 13), (16, 30), (33, 23)], [(30, 61), (62, 45), (59, 119)], [(116, 90), (156, 198), (373, 326)]]
STRIDES = [8, 16, 32]


def width(channels):
    return math.ceil(channels * 0.0625 / 8) * 8


shapes = {}


def declare_conv(name, inputs, outputs, kernel):
    shapes[f"{name}.conv.weight"] = (outputs, inputs, kernel, kernel)
    for part in ("weight", "bias", "running_mean", "running_var"):
        shapes[f"{name}.bn.{part}"] = (outputs,)


def declare_c3(name, inputs, outputs, repeats):
    hidden = outputs // 2
    declare_conv(f"{name}.cv1", inputs, hidden, 1)
    declare_conv(f"{name}.cv2", inputs, hidden, 1)
    declare_conv(f"{name}.cv3", 2 * hidden, outputs, 1)
    for index in range(repeats):
        declare_conv(f"{name}.m.{index}.cv1", hidden, hidden, 1)
        declare_conv(f"{name}.m.{index}.cv2", hidden, hidden, 3)


w64, w128, w256, w512, w1024 = (width(c) for c in (64, 128, 256, 512, 1024))
declare_conv("model.0", 3, w64, 6)
declare_conv("model.1", w64, w128, 3)
declare_c3("model.2", w128, w128, 1)
declare_conv("model.3", w128, w256, 3)
declare_c3("model.4", w256, w256, 2)
declare_conv("model.5", w256, w512, 3)
declare_c3("model.6", w512, w512, 3)
declare_conv("model.7", w512, w1024, 3)
declare_c3("model.8", w1024, w1024, 1)
declare_conv("model.9.cv1", w1024, w1024 // 2, 1)
declare_conv("model.9.cv2", w1024 * 2, w1024, 1)
declare_conv("model.10", w1024, w512, 1)
declare_c3("model.13", w512 * 2, w512, 1)
declare_conv("model.14", w512, w256, 1)
declare_c3("model.17", w256 * 2, w256, 1)
declare_conv("model.18", w256, w256, 3)
declare_c3("model.20", w256 * 2, w512, 1)
declare_conv("model.21", w512, w512, 3)
declare_c3("model.23", w512 * 2, w1024, 1)
for level, channels in enumerate((w256, w512, w1024)):
    shapes[f"model.24.m.{level}.weight"] = (3 * (5 + NC), channels, 1, 1)
    shapes[f"model.24.m.{level}.bias"] = (3 * (5 + NC),)

weights = {}
for k, name in enumerate(sorted(shapes)):
    weights[name] = torch.tensor(formula_weights.weights(name, shapes[name], k).astype(np.float64))
    if "running" not in name:
        weights[name].requires_grad_()


def conv(name, x, stride=1, padding=None):
    weight = weights[f"{name}.conv.weight"]
    x = F.conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2 if padding is None else padding)
    bn = [weights[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    return F.silu(F.batch_norm(x, *bn, training=False, eps=1e-3))


def c3(name, x, repeats, shortcut=True):
    deep = conv(f"{name}.cv1", x)
    for index in range(repeats):
        y = conv(f"{name}.m.{index}.cv2", conv(f"{name}.m.{index}.cv1", deep))
        deep = deep + y if shortcut else y
    return conv(f"{name}.cv3", torch.cat([deep, conv(f"{name}.cv2", x)], 1))


def network(x):
    x = c3("model.2", conv("model.1", conv("model.0", x, 2, 2), 2), 1)
    p3 = c3("model.4", conv("model.3", x, 2), 2)
    p4 = c3("model.6", conv("model.5", p3, 2), 3)
    x = c3("model.8", conv("model.7", p4, 2), 1)
    pools = [conv("model.9.cv1", x)]
    for _ in range(3):
        pools.append(F.max_pool2d(pools[-1], 5, 1, 2))
    x10 = conv("model.10", conv("model.9.cv2", torch.cat(pools, 1)))
    up = c3("model.13", torch.cat([F.interpolate(x10, scale_factor=2), p4], 1), 1, False)
    x14 = conv("model.14", up)
    out3 = c3("model.17", torch.cat([F.interpolate(x14, scale_factor=2), p3], 1), 1, False)
    out4 = c3("model.20", torch.cat([conv("model.18", out3, 2), x14], 1), 1, False)
    out5 = c3("model.23", torch.cat([conv("model.21", out4, 2), x10], 1), 1, False)
    return [
        F.conv2d(o, weights[f"model.24.m.{i}.weight"], weights[f"model.24.m.{i}.bias"])
        for i, o in enumerate((out3, out4, out5))
    ]


def ciou(x, y, w, h, tx, ty, tw, th, eps=1e-7):
    left, right = torch.minimum(x + w / 2, tx + tw / 2), torch.maximum(x - w / 2, tx - tw / 2)
    low, high = torch.minimum(y + h / 2, ty + th / 2), torch.maximum(y - h / 2, ty - th / 2)
    overlap = (left - right).clamp(min=0) * (low - high).clamp(min=0)
    iou = overlap / (w * h + tw * th - overlap + eps)
    cw = torch.maximum(x + w / 2, tx + tw / 2) - torch.minimum(x - w / 2, tx - tw / 2)
    ch = torch.maximum(y + h / 2, ty + th / 2) - torch.minimum(y - h / 2, ty - th / 2)
    v = 4 / math.pi**2 * (torch.atan(tw / th) - torch.atan(w / h)) ** 2
    alpha = (v / (v - iou + 1 + eps)).detach()
    return iou - ((x - tx) ** 2 + (y - ty) ** 2) / (cw**2 + ch**2 + eps) - alpha * v


def loss(outputs, rows):
    parts = torch.zeros(3)
    counts = []
    for level, out in enumerate(outputs):
        n = SIZE // STRIDES[level]
        out = out.view(3, 5 + NC, n, n).permute(0, 2, 3, 1)
        matched = []
        for part in range(5):
            for a in range(3):
                aw, ah = (s / STRIDES[level] for s in ANCHORS[level][a])
                for c, cx, cy, w, h in rows:
                    x, y, w, h = cx * n, cy * n, w * n, h * n
                    if max(w / aw, aw / w, h / ah, ah / h) >= 4:
                        continue
                    near = [True, x % 1 < 0.5 and x > 1, y % 1 < 0.5 and y > 1]
                    near += [(n - x) % 1 < 0.5 and n - x > 1, (n - y) % 1 < 0.5 and n - y > 1]
                    if not near[part]:
                        continue
                    ox, oy = [(0, 0), (0.5, 0), (0, 0.5), (-0.5, 0), (0, -0.5)][part]
                    i, j = (min(max(int(v), 0), n - 1) for v in (x - ox, y - oy))
                    matched.append((a, j, i, c, x - i, y - j, w, h, aw, ah))
        counts.append(len(matched))
        objects = torch.zeros(3, n, n)
        if matched:
            a, j, i, c = (torch.tensor([m[q] for m in matched]) for q in range(4))
            tx, ty, tw, th, aw, ah = (torch.tensor([m[q] for m in matched], dtype=torch.float64) for q in range(4, 10))
            p = out[a, j, i]
            s = torch.sigmoid(p)
            box = ciou(s[:, 0] * 2 - 0.5, s[:, 1] * 2 - 0.5, (s[:, 2] * 2) ** 2 * aw, (s[:, 3] * 2) ** 2 * ah, tx, ty, tw, th)
            parts[0] += 0.05 * (1 - box).mean()
            for m in range(len(matched)):
                objects[a[m], j[m], i[m]] = box[m].detach().clamp(min=0)
            hot = F.one_hot(c, NC).double()
            parts[2] += 0.5 * NC / 80 * F.binary_cross_entropy_with_logits(p[:, 5:], hot)
        gain = 1.0 * (SIZE / 640) ** 2 * [4, 1, 0.4][level]
        parts[1] += gain * F.binary_cross_entropy_with_logits(out[..., 4], objects)
    return parts, counts


pixels = 0.5 + 0.5 * np.sin(0.013 * np.arange(3 * SIZE * SIZE, dtype=np.float64))
image = torch.tensor(pixels.astype(np.float32).astype(np.float64).reshape(1, 3, SIZE, SIZE))
rows = [(0, 0.31, 0.42, 0.22, 0.27), (2, 0.71, 0.23, 0.12, 0.16), (1, 0.55, 0.77, 0.6, 0.4)]
outputs = network(image)
parts, counts = loss(outputs, rows)
parts.sum().backward()
norms = {name: weights[name].grad.norm().item() for name in sorted(weights) if weights[name].grad is not None}
print(
    json.dumps(
        {
            "note": "made by scripts/reference/formula_figures.py with PyTorch " + torch.__version__,
            "size": SIZE,
            "rows": rows,
            "box": parts[0].item(),
            "obj": parts[1].item(),
            "cls": parts[2].item(),
            "matches": counts,
            "heads": [{"sum": o.sum().item(), "abs_sum": o.abs().sum().item(), "first": o.flatten()[:4].tolist()} for o in outputs],
            "grad_norm": math.sqrt(sum(v * v for v in norms.values())),
            "grad_norm_by_parameter": norms,
        },
        indent=1,
    )
)

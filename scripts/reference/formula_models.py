#!/usr/bin/env python3
"""Figures of small models whose weights follow a formula, by Ultralytics itself, in double precision.

    PYTHON scripts/reference/formula_models.py > Tests/YOLOModelTests/Figures/models.json

The formula is that of Sources/YOLOModel/Checkpoint/FormulaCheckpoint.swift. Each model has the modules of its family once
or twice; the batch-norm statistics are those of the formula.
"""
import json
import logging
import math
import os
import sys
import tempfile
import warnings
from types import SimpleNamespace

warnings.filterwarnings("ignore")
os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="False")
import formula_weights
import numpy as np
import torch
from torch import nn
from ultralytics import __version__
from ultralytics.nn.modules import Conv, block
from ultralytics.nn.tasks import DetectionModel, OBBModel
from ultralytics.utils import DEFAULT_CFG_DICT, LOGGER

LOGGER.setLevel(logging.ERROR)
JOINED = block.AAttn
MODELS = {
    "yolo26": """nc: 3
end2end: True
reg_max: 1
backbone:
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, C3k2, [32, False, 0.25]]
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, C3k2, [64, True]]
  - [-1, 1, Conv, [128, 3, 2]]
  - [-1, 1, SPPF, [128, 5, 3, True]]
  - [-1, 1, C2PSA, [128]]
head:
  - [-1, 1, C3k2, [128, True, 0.5, True]]
  - [[3, 5, 9], 1, Detect, [nc]]
""",
    "yolo9": """nc: 3
backbone:
  - [-1, 1, nn.Identity, []]
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, ELAN1, [16, 16, 8]]
  - [-1, 1, AConv, [32]]
  - [-1, 1, RepNCSPELAN4, [32, 32, 16, 2]]
  - [-1, 1, ADown, [32]]
  - [-1, 1, RepNCSPELAN4, [32, 32, 16, 1]]
  - [-1, 1, ADown, [64]]
  - [3, 1, CBLinear, [[8]]]
  - [5, 1, CBLinear, [[8, 16]]]
  - [8, 1, CBLinear, [[8, 16]]]
  - [5, 1, Conv, [16, 1, 1]]
  - [[10, 11, -1], 1, CBFuse, [[1, 1]]]
  - [8, 1, SPPELAN, [64, 32]]
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [[-1, 7], 1, Concat, [1]]
  - [-1, 1, RepNCSPELAN4, [32, 32, 16, 1]]
  - [[13, 17, 14], 1, Detect, [nc]]
""",
    "ghost": """nc: 3
backbone:
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, GhostConv, [16, 3, 2]]
  - [-1, 2, C3Ghost, [16, True]]
  - [-1, 1, GhostConv, [32, 3, 2]]
  - [-1, 1, C3Ghost, [32, True]]
  - [-1, 1, GhostConv, [32, 3, 2]]
  - [-1, 1, GhostConv, [64, 3, 2]]
  - [-1, 1, SPPF, [64, 5]]
head:
  - [-1, 1, C3Ghost, [64]]
  - [[4, 5, 8], 1, Detect, [nc]]
""",
    "obb": """nc: 3
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, C2f, [32, True]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
head:
  - [[3, 4, 5], 1, OBB, [nc, 1]]
""",
    "obb26": """nc: 3
end2end: True
reg_max: 1
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, C3k2, [32, False, 0.25]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
head:
  - [[3, 4, 5], 1, OBB26, [nc, 1]]
""",
    "first": """nc: 3
backbone:
  - [-1, 1, Focus, [16, 3]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 2, BottleneckCSP, [16]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, BottleneckCSP, [32]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, SPP, [64, [3, 5, 7]]]
head:
  - [-1, 1, BottleneckCSP, [64, False]]
  - [[4, 5, 8], 1, Detect, [nc]]
""",
    "separate": """nc: 3
area_attention: separate
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2, 1, 2]]
  - [-1, 1, Conv, [32, 3, 2, 1, 4]]
  - [-1, 1, A2C2f, [128, True, 4]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, Conv, [64, 3, 2]]
head:
  - [-1, 1, A2C2f, [128, True, 1]]
  - [[3, 4, 6], 1, Detect, [nc]]
""",
}
ROWS = [(0, 0.31, 0.42, 0.4, 0.3), (2, 0.71, 0.23, 0.03, 0.06), (1, 0.55, 0.77, 0.6, 0.35), (1, 0.2, 0.8, 0.05, 0.2)]
# Of turned boxes: the angles.
ANGLES = [0.4, 1.1, -0.6, 2.2]
WIDTH, HEIGHT = 96, 64


class SeparateAttention(nn.Module):
    """Attention in areas with the values of a convolution of their own, as in YOLOv12's own repository, by its formula."""

    def __init__(self, dim, num_heads, area=1):
        super().__init__()
        self.area, self.num_heads, self.head_dim = area, num_heads, dim // num_heads
        self.qk, self.v, self.proj = Conv(dim, 2 * dim, 1, act=False), Conv(dim, dim, 1, act=False), Conv(dim, dim, 1, act=False)
        self.pe = Conv(dim, dim, 5, 1, 2, g=dim, act=False)

    def forward(self, x):
        batch, channels, height, width = x.shape
        values = self.v(x)

        def runs(y):
            """By area, head, channel of the head, and place of the area."""
            y = y.reshape(batch, self.num_heads, self.head_dim, self.area, height * width // self.area)
            return y.permute(0, 3, 1, 2, 4)

        pairs = self.qk(x)
        q, k, v = runs(pairs[:, :channels]), runs(pairs[:, channels:]), runs(values)
        weights = (q.transpose(-2, -1) @ k * self.head_dim**-0.5).softmax(-1)
        attended = (v @ weights.transpose(-2, -1)).permute(0, 2, 3, 1, 4).reshape(x.shape)
        return self.proj(attended + self.pe(values))


def value(name, shape, k):
    return torch.tensor(formula_weights.weights(name, shape, k))


def figures(yaml):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(yaml)
        file.flush()
        turned = "OBB" in yaml
        block.AAttn = SeparateAttention if "area_attention: separate" in yaml else JOINED
        model = (OBBModel if turned else DetectionModel)(file.name, ch=3, nc=3, verbose=False)
    state = model.state_dict()
    names = sorted(n for n in state if "num_batches" not in n and not n.endswith("dfl.conv.weight"))
    for k, name in enumerate(names):
        state[name] = value(name, tuple(state[name].shape), k)
    model.load_state_dict(state)
    model = model.double().train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    model.model[-1].stride = model.model[-1].stride.double()
    for name, parameter in model.named_parameters():
        parameter.requires_grad = "dfl" not in name
    torch.set_default_dtype(torch.float64)
    model.args = SimpleNamespace(**{**DEFAULT_CFG_DICT, "epochs": 10})
    pixels = 0.5 + 0.5 * np.sin(0.013 * np.arange(3 * WIDTH * HEIGHT, dtype=np.float64))
    image = torch.tensor(pixels.astype(np.float32).astype(np.float64).reshape(1, 3, HEIGHT, WIDTH))
    rows = torch.tensor(ROWS)
    boxes = torch.cat([rows[:, 1:], torch.tensor(ANGLES)[:, None]], 1) if turned else rows[:, 1:]
    batch = dict(batch_idx=torch.zeros(len(rows)), cls=rows[:, :1], bboxes=boxes, img=image)
    loss, _ = model.init_criterion()(model.predict(image), batch)
    loss.sum().backward()
    norms = {n: float(p.grad.norm()) for n, p in model.named_parameters() if p.grad is not None}
    return dict(
        yaml=yaml, parameters=sum(p.numel() for p in model.parameters() if p.requires_grad), loss=float(loss.sum()),
        gradient_norm=math.sqrt(sum(v * v for v in norms.values())), gradient_norm_by_parameter=norms)


torch.set_default_dtype(torch.float32)
found = {}
for name, yaml in MODELS.items():
    torch.set_default_dtype(torch.float32)
    found[name] = figures(yaml)
    print(name, found[name]["loss"], found[name]["gradient_norm"], found[name]["parameters"], file=sys.stderr)
note = f"made by scripts/reference/formula_models.py with Ultralytics {__version__} and PyTorch {torch.__version__}"
print(json.dumps(dict(note=note, width=WIDTH, height=HEIGHT, rows=ROWS, angles=ANGLES, models=found), indent=1))

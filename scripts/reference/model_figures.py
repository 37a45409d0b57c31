#!/usr/bin/env python3
"""Make a checkpoint of a model and what its own framework says of it, on images and labels made here.

    PYTHON scripts/reference/model_figures.py MODEL OUT [--nc 6] [--seed 0] [--size 256] [--kind small|large|rotated|rotated-large]

PYTHON has torch, ultralytics and, for models whose names begin with `v5:` or `v7:`, yolov5 or yolov7detect. MODEL is the
name of a model YAML of Ultralytics with its scale, such as yolo26n, yolov9t, yolov8s-obb; `v5:` and a YAML of the YOLOv5
package, such as v5:yolov5s-transformer, or v5:release-2 and v5:release-5, the layers of its releases 2.0 and 5.0; or v7:yolov7 or
v7:yolov7-tiny, with YOLOV7 naming the package's folder. OUT gets the dataset, MODEL.pt as the trainer writes it (half precision), and
MODEL.json: for each image the loss, its items and the gradient norm of a batch of one, in double precision, batch-norm statistics frozen, by
the loss that the framework itself builds (of segmentation and pose: its detection loss on the detection branch).

Weights are random, with batch-norm statistics of the images, and biases by which boxes and scores mean something. Images
are of exactly the size that the network sees, so that nobody's resizing matters.
"""
import argparse
import copy
import json
import logging
import math
import os
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

warnings.filterwarnings("ignore")
os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="False")
import numpy as np
import torch
from PIL import Image
from torch import nn

torch.set_num_threads(1)
logging.disable(logging.ERROR)


def picture(random, width, height):
    """Noise that is smooth over some pixels, with bars, so that layers see something at every scale."""
    canvas = random.integers(0, 256, (height // 8 + 2, width // 8 + 2, 3)).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(canvas).resize((width, height), Image.BILINEAR)).copy()
    for _ in range(12):
        x, y = random.integers(0, width - 8), random.integers(0, height - 8)
        smooth[y : y + random.integers(4, 60), x : x + random.integers(4, 60)] = random.integers(0, 256, 3)
    return smooth


def row(random, width, height, sides, nc):
    """A label with sides in pixels, within the image."""
    w, h = (float(np.exp(random.uniform(math.log(sides[0]), math.log(min(sides[1], s - 4))))) for s in (width, height))
    cx, cy = random.uniform(w / 2, width - w / 2), random.uniform(h / 2, height - h / 2)
    return [int(random.integers(0, nc)), cx / width, cy / height, w / width, h / height]


def scenes(kind, size):
    """(width, height, boxes, least and most side) of each image."""
    wide = max(64, size * 3 // 5 // 64 * 64)
    if kind.endswith("large"):
        return [(size, size, 24, (2, 500)), (size, size, 500, (2, 60)), (size, wide, 12, (2, 300))]
    return [(size, size, 12, (2, 8)), (size, size, 10, (4, size)), (size, wide, 8, (3, 120)), (size, size, 0, (2, 3))]


def dataset(folder, kind, size, nc, seed):
    images, labels = folder / "images/val", folder / "labels/val"
    images.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    result = []
    for index, (width, height, count, sides) in enumerate(scenes(kind, size)):
        random = np.random.default_rng([seed, index, size])
        path = images / f"{index}.png"
        pixels = picture(random, width, height)
        Image.fromarray(pixels).save(path)
        rows = [row(random, width, height, sides, nc) for _ in range(count)]
        if kind.startswith("rotated"):
            text = []
            for one in rows:
                one.append(float(random.uniform(0, math.pi)))
                text.append(" ".join([str(one[0])] + [f"{v:.9f}" for v in corners(one, width, height)]))
        else:
            text = [" ".join([str(r[0])] + [f"{v:.9f}" for v in r[1:]]) for r in rows]
        (labels / f"{index}.txt").write_text("".join(line + "\n" for line in text))
        parsed = [[float(v) for v in line.split()] for line in text]
        tensor = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None].double() / 255
        result.append((path.name, tensor, np.array(parsed).reshape(len(parsed), 9 if kind.startswith("rotated") else 5)))
    names = "".join(f"  {n}: class{n}\n" for n in range(nc))
    (folder / "data.yaml").write_text(f"path: {folder.resolve()}\ntrain: images/val\nval: images/val\nnames:\n{names}")
    return result


def corners(one, width, height):
    """The four corners of a turned box, in fractions of the image, kept inside by shrinking it."""
    _, cx, cy, w, h, turn = one
    c, s = math.cos(turn), math.sin(turn)
    at = [(0.5, 0.5), (0.5, -0.5), (-0.5, -0.5), (-0.5, 0.5)]
    points = [(i * w * width * c - j * h * height * s, i * w * width * s + j * h * height * c) for i, j in at]
    reach = max(max(abs(x) for x, _ in points) / (width * min(cx, 1 - cx)), max(abs(y) for _, y in points) / (height * min(cy, 1 - cy)), 1)
    return [v for x, y in points for v in (cx + x / reach / width, cy + y / reach / height)]


# Ultralytics


def build(name, nc, seed):
    from ultralytics.nn import tasks

    kinds = {"-seg": "SegmentationModel", "-pose": "PoseModel", "-obb": "OBBModel"}
    kind = next((v for k, v in kinds.items() if k in name), "DetectionModel")
    torch.manual_seed(seed)
    return getattr(tasks, kind)(name + ".yaml", ch=3, nc=nc, verbose=False)


def settle(model, pixels, seed):
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    generator = torch.Generator().manual_seed(seed + 1)
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.3
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(pixels + 0.1 * torch.randn(pixels.shape, generator=generator))
        for name, parameter in model.named_parameters():
            if name.endswith("bn.weight"):
                parameter.add_(0.2 * torch.rand(parameter.shape, generator=generator) - 0.1)
            elif parameter.dim() == 1 and not name.endswith("dfl.conv.weight"):
                parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
        head = model.model[-1]
        bins = getattr(head, "reg_max", 0)
        for prefix in ("", "one2one_"):
            for level in getattr(head, prefix + "cv2", None) or []:
                bias = level[-1].bias
                noise = torch.randn(bias.shape, generator=generator)
                shape = -((torch.arange(bins).float() - 1.3) ** 2) / 2
                bias.copy_(shape.repeat(4) + 0.3 * noise if bins > 1 else 1.3 + 0.2 * noise)
            for level in getattr(head, prefix + "cv3", None) or []:
                bias = level[-1].bias
                bias.copy_(-1.5 + 0.5 * torch.randn(bias.shape, generator=generator))
    for norm, momentum in zip(norms, kept):
        norm.momentum = momentum


def half(model):
    kept = copy.deepcopy(model).half()
    for parameter in kept.parameters():
        parameter.requires_grad = False
    return kept


def exact(model):
    """The model in double precision, with the weights that its file holds."""
    model.load_state_dict({k: v.half().float() if v.is_floating_point() else v for k, v in model.state_dict().items()})
    model = model.double().train()
    for module in model.modules():
        for name in ("stride", "anchors", "anchor_grid"):
            if isinstance(getattr(module, name, None), torch.Tensor):
                setattr(module, name, getattr(module, name).half().double() if name == "anchors" else getattr(module, name).double())
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    for parameter in model.parameters():
        parameter.requires_grad = True
    torch.set_default_dtype(torch.float64)
    return model


def norm_of(model):
    return math.sqrt(sum(float(p.grad.pow(2).sum()) for p in model.parameters() if p.grad is not None))


def ultralytics_figures(options, data, out):
    from ultralytics import __version__
    from ultralytics.utils import DEFAULT_CFG_DICT, LOGGER
    from ultralytics.utils import loss as losses

    LOGGER.setLevel(logging.ERROR)
    model = build(options.model, options.nc, options.seed)
    arguments = {**DEFAULT_CFG_DICT, **json.loads(options.gains), "epochs": 10, "overlap_mask": True}
    model.args = SimpleNamespace(**arguments)
    settle(model, torch.cat([p for _, p, _ in data if p.shape == data[0][1].shape]).float(), options.seed)
    model.names, model.nc = {n: f"class{n}" for n in range(options.nc)}, options.nc
    if options.class_weights:
        model.class_weights = torch.linspace(0.5, 2, options.nc)
    kept = half(model)
    kept.args = {k: v for k, v in arguments.items()}
    torch.save(
        dict(epoch=-1, best_fitness=None, model=kept, ema=None, updates=None, optimizer=None, scaler=None,
             train_args=arguments, train_metrics={}, train_results={}, version=__version__), out / f"{options.name}.pt")
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    model = exact(model)
    own = type(model).__name__ in ("DetectionModel", "OBBModel")
    if own:
        criterion = model.init_criterion()
    else:
        ends = getattr(model.model[-1], "one2one_cv2", None) is not None
        criterion = losses.E2ELoss(model, losses.v8DetectionLoss) if ends else losses.v8DetectionLoss(model)
    result = {}
    for name, pixels, rows in data:
        model.zero_grad(set_to_none=True)
        outputs = model.predict(pixels)
        outputs = outputs[1] if isinstance(outputs, tuple) else outputs
        boxes = torch.tensor(rows[:, 1:5] if len(rows) else np.zeros((0, 4)))
        if options.kind.startswith("rotated"):
            from ultralytics.utils import ops

            size = torch.tensor([pixels.shape[3], pixels.shape[2]] * 4)
            turned = ops.xyxyxyxy2xywhr(torch.tensor(rows[:, 1:9]) * size) if len(rows) else torch.zeros(0, 5)
            turned = torch.as_tensor(turned).double()
            boxes = torch.cat([turned[:, :4] / size[:4], turned[:, 4:]], 1)
        batch = dict(batch_idx=torch.zeros(len(rows)), cls=torch.tensor(rows[:, :1] if len(rows) else np.zeros((0, 1))), bboxes=boxes, img=pixels)
        loss, items = criterion(outputs, batch) if own or ends else criterion.loss(outputs, batch)
        loss.sum().backward()
        items = {k: float(v) for k, v in items.items()} if isinstance(items, dict) else [float(x) for x in items]
        result[name] = dict(loss=float(loss.sum()), items=items, gradient_norm=norm_of(model))
    return result, parameters, f"ultralytics {__version__}"


# YOLOv5


def yolov5_figures(options, data, out):
    import yolov5

    sys.path.insert(0, os.path.dirname(yolov5.__file__))
    from models.yolo import Model, SegmentationModel
    from utils.loss import ComputeLoss

    sys.path.insert(0, str(Path(__file__).parent))
    import yolov5_layers

    name = options.model.removeprefix("v5:")
    root = Path(yolov5.__file__).parent / "models"
    old = yolov5_layers.configuration(name, options.nc) if name in yolov5_layers.BLOCKS else None
    path = old or str(next(p for p in root.rglob(f"{name}.yaml")))
    torch.manual_seed(options.seed)
    model = (SegmentationModel if "-seg" in name else Model)(path, ch=3, nc=options.nc)
    if name == "release-2":
        for module in model.modules():
            for child, inner in module.named_children():
                if isinstance(inner, nn.SiLU):
                    setattr(module, child, nn.LeakyReLU(0.1))
    settle(model, torch.cat([p for _, p, _ in data if p.shape == data[0][1].shape]).float(), options.seed)
    head = model.model[-1]
    with torch.no_grad():
        for level in head.m:
            level.bias.copy_(0.3 * torch.randn(level.bias.shape) - 0.5)
    model.names = [f"class{n}" for n in range(options.nc)]
    kept = half(model)
    torch.save(dict(epoch=-1, best_fitness=None, model=kept, ema=None, updates=None, optimizer=None), out / f"{options.name}.pt")
    parameters = sum(p.numel() for p in model.parameters())
    model = exact(model)
    result = {}
    for name, pixels, rows in data:
        size = max(pixels.shape[2:])
        scale = 3 / head.nl
        model.hyp = dict(box=0.05 * scale, cls=0.5 * options.nc / 80 * scale, obj=(size / 640) ** 2 * scale, cls_pw=1.0,
                         obj_pw=1.0, fl_gamma=0.0, anchor_t=4.0, label_smoothing=0.0)
        criterion = ComputeLoss(model)
        model.zero_grad(set_to_none=True)
        outputs = model(pixels)
        if isinstance(outputs, tuple):
            outputs = [o[..., : 5 + options.nc] for o in outputs[0]]
        targets = torch.tensor(np.c_[np.zeros(len(rows)), rows] if len(rows) else np.zeros((0, 6)))
        loss, items = criterion(outputs, targets)
        loss.sum().backward()
        result[name] = dict(loss=float(loss.sum()), items=[float(x) for x in items], gradient_norm=norm_of(model))
    return result, parameters, f"yolov5 {yolov5.__version__}"


# YOLOv7


def yolov7_figures(options, data, out):
    sys.path.insert(0, os.environ["YOLOV7"])
    sys.path.insert(0, str(Path(__file__).parent))
    from yolov7.models.yolo import Model
    from yolov7.utils.loss import ComputeLossOTA
    from yolov7_layers import configuration

    # Where a level has no match, the package makes an empty tensor on a GPU.
    made = torch.tensor
    torch.tensor = lambda *values, device=None, **more: made(*values, **more)
    torch.manual_seed(options.seed)
    model = Model(configuration(options.model.removeprefix("v7:"), options.nc), ch=3, nc=options.nc)
    settle(model, torch.cat([p for _, p, _ in data if p.shape == data[0][1].shape]).float(), options.seed)
    head = model.model[-1]
    generator = torch.Generator().manual_seed(options.seed + 2)
    with torch.no_grad():
        for level, plus, times in zip(head.m, head.ia, head.im):
            level.bias.copy_(0.3 * torch.randn(level.bias.shape, generator=generator) - 0.5)
            plus.implicit.add_(0.1 * torch.randn(plus.implicit.shape, generator=generator))
            times.implicit.add_(0.1 * torch.randn(times.implicit.shape, generator=generator))
    model.names = [f"class{n}" for n in range(options.nc)]
    torch.save(dict(epoch=-1, best_fitness=None, model=half(model), ema=None, updates=None, optimizer=None), out / f"{options.name}.pt")
    parameters = sum(p.numel() for p in model.parameters())
    model = exact(model)
    result = {}
    for name, pixels, rows in data:
        scale = 3 / head.nl
        model.hyp = dict(box=0.05 * scale, cls=0.3 * options.nc / 80 * scale, obj=0.7 * (max(pixels.shape[2:]) / 640) ** 2 * scale,
                         cls_pw=1.0, obj_pw=1.0, fl_gamma=0.0, anchor_t=4.0, label_smoothing=0.0)
        model.gr = 1.0
        model.zero_grad(set_to_none=True)
        targets = torch.tensor(np.c_[np.zeros(len(rows)), rows] if len(rows) else np.zeros((0, 6)))
        loss, items = ComputeLossOTA(model)(model(pixels), targets, pixels)
        loss.sum().backward()
        result[name] = dict(loss=float(loss.sum()), items=[float(x) for x in items], gradient_norm=norm_of(model))
    return result, parameters, "yolov7detect 1.0.1"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--kind", default="small")
    parser.add_argument("--name", default=None)
    parser.add_argument("--gains", default="{}")
    parser.add_argument("--class-weights", action="store_true")
    for name, default in (("size", 256), ("nc", 6), ("seed", 0)):
        parser.add_argument("--" + name, type=int, default=default)
    options = parser.parse_args()
    options.name = options.name or options.model.replace(":", "-")
    out = Path(options.out)
    data = dataset(out, options.kind, options.size, options.nc, options.seed)
    make = {"v5": yolov5_figures, "v7": yolov7_figures}.get(options.model.split(":")[0], ultralytics_figures)
    images, parameters, framework = make(options, data, out)
    found = dict(
        model=options.model, framework=framework, parameters=parameters, size=options.size, nc=options.nc, seed=options.seed,
        kind=options.kind, images=images)
    (out / f"{options.name}.json").write_text(json.dumps(found, indent=1))
    print(options.name, {k: round(v["loss"], 5) for k, v in images.items()}, flush=True)


main()

#!/usr/bin/env python3
"""Trains small detectors with a failure planted, by the trainers' own code, and keeps their logs.

    curves_runs.py OUT --cells DATA.yaml --shapes DATA.yaml [--weights-ultralytics W.pt] [--weights-yolov5 W.pt]
                   [--only TEXT] [--list]
    curves_runs.py OUT --set second --blood DATA.yaml --boards DATA.yaml …
    curves_runs.py OUT --set third --smears DATA.yaml --plates DATA.yaml …

Every run is a folder OUT/NAME with what the trainer leaves (results.csv, args.yaml or opt.yaml and hyp.yaml), what it
said (console.log, without progress bars), and truth.json: trainer, dataset, condition, seed, and whether it belongs to
the part that thresholds were chosen on (`develop`) or to the part that was looked at once at the end (`held`).
Paths are made relative, times are kept. One thread, one process a run. Needs ultralytics and yolov5 (the pip package).
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

for key in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[key] = "1"
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("WANDB_MODE", "disabled")

# Runs of the first two sets were looked at while diagnoses were written; those of the third were scored once.
PART = {"cells": "develop", "shapes": "develop", "blood": "develop", "boards": "develop", "smears": "held", "plates": "held"}
SIZE = {"cells": 64, "shapes": 64, "blood": 80, "boards": 96, "smears": 96, "plates": 96}
TRAIN = {"cells": 32, "shapes": 48, "blood": 48, "boards": 48, "smears": 40, "plates": 44}
VAL = {"cells": 12, "shapes": 18, "blood": 16, "boards": 20, "smears": 18, "plates": 18}
CLASSES = {"cells": 2, "shapes": 3, "blood": 2, "boards": 3, "smears": 3, "plates": 4}
EPOCHS = {"cells": 12, "shapes": 10, "blood": 24, "boards": 26, "smears": 20, "plates": 22}
FEW_EPOCHS = {"cells": 30, "shapes": 30, "blood": 60, "boards": 60, "smears": 50, "plates": 50}  # of a run on six images
POISONED = {"cells": 7, "shapes": 7, "blood": 14, "boards": 16, "smears": 11, "plates": 13}  # the epoch, from 1
# A window of so many pixels around a box, cut from the source's image.
WINDOW = {"blood": 240, "boards": 128, "smears": 200, "plates": 144}
# The runs of blood and of plates are of plain SGD at its usual rate, the others of AdamW.
OPTIMIZER = {"blood": ("SGD", 0.01, 0.937), "plates": ("SGD", 0.01, 0.937)}
SETS = {"first": ("cells", "shapes"), "second": ("blood", "boards"), "third": ("smears", "plates")}

CONDITIONS = [
    ("healthy", 0), ("healthy", 1), ("healthy", 2), ("nc-too-small", 0), ("rate-x100", 0), ("rate-div1000", 0),
    ("labels-removed", 0), ("images-poisoned", 0), ("class-dropped", 0), ("val-is-train", 0), ("val-wrong-classes", 0),
    ("val-shifted", 0), ("frozen", 0), ("warm-up-off", 0), ("nan-weight", 0), ("few-images", 0), ("boxes-jittered", 0),
    ("one-class", 0), ("image-range", 0), ("killed", 0),
]
# The order is that of a run that may be stopped early; a planted failure has the seed of a healthy run, its twin.
SECOND = [
    ("healthy", 3), ("val-wrong-classes", 3), ("images-poisoned", 3), ("class-dropped", 4), ("few-images", 5),
    ("boxes-jittered", 3), ("rate-div1000", 4), ("val-shifted", 5), ("healthy", 4), ("frozen", 3), ("rate-x100", 4),
    ("labels-removed", 3), ("image-range", 5), ("warm-up-off", 3), ("nan-weight", 4), ("val-is-train", 4), ("healthy", 5),
    ("nc-too-small", 5), ("one-class", 5), ("healthy", 6),
    ("killed", 4),
]
THIRD = [
    ("healthy", 7), ("val-shifted", 7), ("class-dropped", 8), ("boxes-jittered", 8), ("image-range", 7), ("rate-x100", 8),
    ("val-wrong-classes", 7), ("few-images", 8), ("frozen", 7), ("healthy", 8), ("rate-div1000", 9), ("images-poisoned", 9),
    ("labels-removed", 7), ("warm-up-off", 8), ("nan-weight", 7), ("healthy", 9), ("val-is-train", 8), ("nc-too-small", 9),
    ("one-class", 9), ("killed", 7),
]
CONDITIONS_OF = {"first": CONDITIONS, "second": SECOND, "third": THIRD}


# ------------------------------------------------------------------------------------------------- datasets


def read_source(yaml_path):
    import yaml

    path = Path(yaml_path)
    data = yaml.safe_load(path.read_text())
    names = data["names"]
    names = list(names.values()) if isinstance(names, dict) else names
    root = (path.parent / data.get("path", ".")).resolve()
    pairs = {}
    for split in ("train", "val"):
        folder = root / data[split]
        images = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".png"))
        pairs[split] = [(p, Path(str(p).replace("/images/", "/labels/")).with_suffix(".txt")) for p in images]
    return names, pairs


def rows_of(label):
    if not label.exists():
        return []
    return [[int(line.split()[0]), *map(float, line.split()[1:5])] for line in label.read_text().splitlines() if line.strip()]


def moved(row, draw, least, most):
    """The box by `least` to `most` of its own size aside in either direction, kept inside the image."""
    c, x, y, w, h = row
    dx = draw.choice((-1, 1)) * draw.uniform(least, most) * w
    dy = draw.choice((-1, 1)) * draw.uniform(least, most) * h
    return [c, min(max(x + dx, w / 2), 1 - w / 2), min(max(y + dy, h / 2), 1 - h / 2), w, h]


def middle(picture, rows):
    """The half of a picture around its middle, with the boxes of which most lies in it: cells of 10 to 20 pixels."""
    width, height = picture.size
    kept = []
    for c, x, y, w, h in rows:
        x, y, w, h = 2 * x - 0.5, 2 * y - 0.5, 2 * w, 2 * h
        left, top, right, bottom = max(0, x - w / 2), max(0, y - h / 2), min(1, x + w / 2), min(1, y + h / 2)
        if right > left and bottom > top and (right - left) * (bottom - top) > 0.5 * w * h:
            kept.append([c, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top])
    return picture.crop((width // 4, height // 4, width - width // 4, height - height // 4)), kept


def window(picture, rows, side, draw):
    """A square around one of the boxes, with the boxes of which most lies in it."""
    width, height = picture.size
    rare = [r for r in rows if r[0] > 0]
    _, x, y, _, _ = draw.choice(rare if rare and draw.random() < 0.6 else rows or [(0, 0.5, 0.5, 0, 0)])
    left = min(max(int(x * width) - draw.randint(side // 4, 3 * side // 4), 0), width - side)
    top = min(max(int(y * height) - draw.randint(side // 4, 3 * side // 4), 0), height - side)
    kept = []
    for c, x, y, w, h in rows:
        x, y, w, h = (x * width - left) / side, (y * height - top) / side, w * width / side, h * height / side
        x0, y0, x1, y1 = max(0, x - w / 2), max(0, y - h / 2), min(1, x + w / 2), min(1, y + h / 2)
        if x1 > x0 and y1 > y0 and (x1 - x0) * (y1 - y0) > 0.5 * w * h:
            kept.append([c, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0])
    return picture.crop((left, top, left + side, top + side)), kept


def make_dataset(folder, source, which, condition, seed):
    from PIL import Image

    names, pairs = read_source(source)
    names = names[:CLASSES[which]]
    draw = random.Random(f"{which} {condition} {seed}")
    pick = random.Random(f"{which} subset")  # the same images in every run of a dataset
    chosen = {
        "train": pick.sample(pairs["train"], min(TRAIN[which], len(pairs["train"]))),
        "val": pick.sample(pairs["val"], min(VAL[which], len(pairs["val"]))),
    }
    if condition == "few-images":
        chosen["train"] = chosen["train"][:6]
    cut = random.Random(f"{which} windows")  # the same windows in every run of a dataset
    place = {str(image): cut.randint(0, 1 << 30) for split in chosen for image, _ in chosen[split]}
    for split, wanted in chosen.items():
        for kind in ("images", "labels"):
            (folder / kind / split).mkdir(parents=True)
        for image, label in wanted:
            # At this size a platelet has six pixels: no run learns that class.
            rows = [r for r in rows_of(label) if r[0] < CLASSES[which]]
            picture = Image.open(image)
            if which == "cells":
                picture, rows = middle(picture, rows)
            elif which in WINDOW:
                picture, rows = window(picture, rows, WINDOW[which], random.Random(place[str(image)]))
            if split == "train":
                if condition == "labels-removed":
                    rows = []
                if condition == "class-dropped":
                    rows = [r for r in rows if r[0] != 1]
                if condition == "boxes-jittered":
                    rows = [moved(r, draw, 0.3, 0.8) for r in rows]
            else:
                if condition == "val-wrong-classes":
                    rows = [[(r[0] + 1) % len(names), *r[1:]] for r in rows]
                if condition == "val-shifted":
                    rows = [moved(r, draw, 0.8, 1.2) for r in rows]
            if condition == "one-class":
                rows = [[0, *r[1:]] for r in rows]
            picture.convert("RGB").resize((SIZE[which], SIZE[which]), Image.BILINEAR).save(
                folder / "images" / split / (image.stem + ".jpg"), quality=90)
            (folder / "labels" / split / (image.stem + ".txt")).write_text(
                "".join("%d %.6f %.6f %.6f %.6f\n" % tuple(r) for r in rows))
    if condition == "nc-too-small":
        names = names[:1]
    if condition == "one-class":
        names = ["thing"]
    val = "images/train" if condition == "val-is-train" else "images/val"
    (folder / "data.yaml").write_text(
        f"path: {folder}\ntrain: images/train\nval: {val}\nnc: {len(names)}\nnames: {json.dumps(names)}\n")
    return folder / "data.yaml"


# ------------------------------------------------------------------------------------------------- trainers


def break_weight(model):
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 4:
                parameter.view(-1)[0] = float("nan")
                return


def noise_boxes(classes):
    """Sixty boxes that have nothing to do with an image: class, centre, size."""
    import torch

    sides = torch.rand(60, 2) * 0.3 + 0.05
    return torch.cat([torch.randint(0, classes, (60, 1)).float(), torch.rand(60, 2) * (1 - sides) + sides / 2, sides], 1)


def settings_of(which, condition):
    optimizer, base_rate, momentum = OPTIMIZER.get(which, ("AdamW", 0.001, 0.9))
    rate = {"rate-x100": base_rate * 100, "rate-div1000": base_rate / 1000, "warm-up-off": base_rate * 5}.get(
        condition, base_rate)
    warm_up = 0.0 if condition == "warm-up-off" else 3.0
    return optimizer, momentum, rate, warm_up


def head_of(weights):
    """Which layer the head is."""
    import torch

    return len(torch.load(weights, map_location="cpu", weights_only=False)["model"].model) - 1


def run_ultralytics(folder, data, which, condition, seed, weights):
    import torch
    from ultralytics.models.yolo.detect import DetectionTrainer

    optimizer, momentum, rate, warm_up = settings_of(which, condition)
    overrides = dict(
        model=str(weights), data=str(data), epochs=EPOCHS[which], imgsz=SIZE[which], batch=4, nbs=4, workers=0, device="cpu",
        plots=False, amp=False, optimizer=optimizer, lr0=rate, warmup_epochs=warm_up, warmup_bias_lr=0.0, momentum=momentum,
        seed=seed, project=str(folder.parent), name=folder.name, exist_ok=True, close_mosaic=3)
    if condition == "few-images":
        overrides.update(
            mosaic=0.0, fliplr=0.0, scale=0.0, translate=0.0, hsv_h=0.0, hsv_s=0.0, hsv_v=0.0, erasing=0.0, batch=2, nbs=2,
            epochs=FEW_EPOCHS[which])
    if condition == "frozen":
        head = head_of(weights)
        overrides["freeze"] = list(range(head)) + [f"{head}.cv2", f"{head}.cv3.0", f"{head}.cv3.1"]

    class Trainer(DetectionTrainer):
        def preprocess_batch(self, batch):
            batch = super().preprocess_batch(batch)
            if condition == "image-range" and self.epoch + 1 == POISONED[which] and self.model.training:
                batch["img"][0] *= 255  # sixteen bits read as eight
            if condition == "images-poisoned" and self.epoch + 1 == POISONED[which] and self.model.training:
                batch["img"][0] = torch.rand_like(batch["img"][0])
                keep = batch["batch_idx"] != 0
                boxes = noise_boxes(self.data["nc"])
                # First, since the trainer takes them to be in the order of the images.
                for key, rows in (("batch_idx", torch.zeros(len(boxes))), ("cls", boxes[:, :1]), ("bboxes", boxes[:, 1:])):
                    batch[key] = torch.cat([rows.to(batch[key]), batch[key][keep]])
            return batch

        def save_model(self):
            # Checkpoints cost more than the epochs of so small a run: the last one is enough, but where one is gone back to.
            if self.epoch + 1 < self.epochs and condition not in ("nan-weight", "rate-x100"):
                return
            if self.epoch + 1 >= self.epochs:
                self.best_fitness = self.fitness
            super().save_model()

    trainer = Trainer(overrides=overrides)

    def at_epoch_start(trainer):
        if condition == "nan-weight" and trainer.epoch + 1 == POISONED[which]:
            break_weight(trainer.model)
        if condition == "killed" and trainer.epoch + 1 == POISONED[which]:
            os.kill(os.getpid(), signal.SIGKILL)

    trainer.add_callback("on_train_epoch_start", at_epoch_start)
    trainer.train()


def save_late():
    """Writes a checkpoint when it is read: most of them are overwritten before."""
    import torch

    save, load, waiting = torch.save, torch.load, {}

    def later(obj, file, *args, **more):
        if not isinstance(file, (str, Path)):
            return save(obj, file, *args, **more)
        waiting[str(file)] = obj
        Path(file).touch()

    def now(file, *args, **more):
        if str(file) in waiting:
            save(waiting.pop(str(file)), file)
        return load(file, *args, **more)

    torch.save, torch.load = later, now


def run_yolov5(folder, data, which, condition, seed, weights):
    import torch
    import yaml
    import yolov5
    import yolov5.train as train
    import yolov5.utils.dataloaders as loaders

    optimizer, momentum, rate, warm_up = settings_of(which, condition)
    hyp = yaml.safe_load((Path(yolov5.__file__).parent / "data/hyps/hyp.scratch-low.yaml").read_text())
    # The trainer divides the weight of objectness by the square of 640 / imgsz: at this size little would be left.
    hyp.update(lr0=rate, momentum=momentum, warmup_epochs=warm_up, warmup_bias_lr=0.0, obj=5.0)
    options = dict(
        data=str(data), imgsz=SIZE[which], batch_size=4, epochs=EPOCHS[which], weights=str(weights), workers=0, device="cpu",
        noplots=True, optimizer=optimizer, seed=seed, project=str(folder.parent), name=folder.name, exist_ok=True, noautoanchor=True)
    if condition == "few-images":
        hyp.update(mosaic=0.0, fliplr=0.0, scale=0.0, translate=0.0, hsv_h=0.0, hsv_s=0.0, hsv_v=0.0)
        options.update(batch_size=2, epochs=FEW_EPOCHS[which])
    if condition == "frozen":
        options["freeze"] = list(range(24)) + ["24.m.0", "24.m.1"]
    hyp_path = Path(data).parent / "hyp.yaml"
    hyp_path.write_text(yaml.safe_dump(hyp))

    state = {"epoch": 0, "training": False}
    names = yaml.safe_load(Path(data).read_text())["names"]
    collate = loaders.LoadImagesAndLabels.collate_fn

    def poisoning(batch):
        images, *rest = collate(batch)
        if condition == "image-range" and state["epoch"] == POISONED[which] and state["training"]:
            images = images.to(torch.int32)
            images[0] *= 255
        if condition == "images-poisoned" and state["epoch"] == POISONED[which] and state["training"]:
            images[0] = torch.randint(0, 256, images[0].shape, dtype=images.dtype)
            boxes = noise_boxes(len(names))
            rest[0] = torch.cat([rest[0][rest[0][:, 0] != 0], torch.cat([torch.zeros(len(boxes), 1), boxes], 1)])
        return (images, *rest)

    loaders.LoadImagesAndLabels.collate_fn = staticmethod(poisoning)
    import yolov5.utils.loss as loss

    make = loss.ComputeLoss.__init__
    models = []

    def remembering(self, model, *args, **more):
        models.append(model)
        make(self, model, *args, **more)

    loss.ComputeLoss.__init__ = remembering
    from yolov5.utils.loggers import Loggers

    # The trainer's own hooks say which epoch it is.
    for name, training in (("on_train_epoch_start", True), ("on_train_epoch_end", False)):
        inner = getattr(Loggers, name, None)

        def hook(self, *args, inner=inner, training=training, **more):
            state["training"] = training
            if training:
                state["epoch"] += 1
                if condition == "nan-weight" and state["epoch"] == POISONED[which]:
                    break_weight(models[0])
                if condition == "killed" and state["epoch"] == POISONED[which]:
                    os.kill(os.getpid(), signal.SIGKILL)
            if inner:
                inner(self, *args, **more)

        setattr(Loggers, name, hook)
    save_late()
    train.run(**{**options, "hyp": str(hyp_path)})


RUNNERS = {"ultralytics": run_ultralytics, "yolov5": run_yolov5}


# ------------------------------------------------------------------------------------------------- one run


KEPT = re.compile(
    r"images,|ignoring corrupt|WARNING|Warning|warning|Freezing|freez|nan|NaN|Error|error|optimizer:|AMP|Class +Images|^ +all |Resuming|"
    r"Transferred|Image sizes|epochs completed|recover|AutoAnchor|Starting training|layers|^ {8,}\S.* +\d+ +\d+ +[\d.e-]+")


def tidy(text, replaced):
    """What the trainer said, without colours and progress bars, without this machine's paths."""
    kept = []
    for line in text.splitlines():
        line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line.split("\r")[-1]).rstrip()
        line = re.sub(r" *:? *\d+%.*$", "", line) if "%|" in line or "━" in line or "─" in line else line
        for path, word in replaced:
            line = line.replace(path, word)
        if KEPT.search(line) and not line.lstrip().startswith(("from ", "import ")) and (not kept or kept[-1] != line):
            kept.append(line)
    return "\n".join(kept[-400:]) + "\n"


def child(folder, scratch, source, trainer, which, condition, seed, weights):
    import torch

    torch.set_num_threads(1)
    random.seed(0)
    log = open(scratch / "console", "w")
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    os.chdir(scratch)
    try:
        data = make_dataset(scratch / "data", source, which, condition, seed)
        RUNNERS[trainer](scratch / "run", data, which, condition, seed, weights)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    log.flush()
    os._exit(0)


def keep_data(folder, data):
    """data.yaml and the labels, so that a reader may look at them; of the images only their names."""
    for label in data.glob("labels/*/*.txt"):
        kept = folder / label.relative_to(data)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(label, kept)
        image = folder / "images" / label.parent.name / (label.stem + ".jpg")
        image.parent.mkdir(parents=True, exist_ok=True)
        image.touch()
    (folder / "data.yaml").write_text((data / "data.yaml").read_text().replace(f"path: {data}", "path: ."))


def keep(folder, scratch, weights, truth):
    folder.mkdir(parents=True)
    replaced = [(str(scratch / "run"), "runs/train/exp"), (str(scratch / "data"), "data"), (str(scratch), "."),
                (str(weights), Path(weights).name), (str(Path(weights).parent), "weights"), (sys.prefix, "python"),
                (str(Path.home()), "~")]
    for name in ("results.csv", "args.yaml", "opt.yaml", "hyp.yaml"):
        path = scratch / "run" / name
        if path.exists():
            text = path.read_text()
            for old, new in replaced if name.endswith("yaml") else []:
                text = text.replace(old, new)
            (folder / name).write_text(text)
    for path in (scratch / "run").glob("events.out.tfevents*"):
        shutil.copy(path, folder / "events.out.tfevents.0")
    keep_data(folder / "data", scratch / "data")
    (folder / "console.log").write_text(tidy((scratch / "console").read_text(errors="replace"), replaced))
    (folder / "truth.json").write_text(json.dumps(truth) + "\n")


def patch_old_code():
    """YOLOv5 7.0 was written for older torch and numpy; nothing is asked of a network."""
    import functools
    import inspect

    import numpy
    import torch

    torch.load = functools.partial(torch.load, weights_only=False)
    if not hasattr(numpy, "trapz"):
        numpy.trapz = numpy.trapezoid
    import yolov5.models.experimental
    import yolov5.train
    import yolov5.utils.general

    for module in (yolov5.train, yolov5.models.experimental):
        module.attempt_download = lambda file, *args, **more: str(file)
        module.attempt_download_from_hub = lambda *args, **more: None
    # A step each batch, not one each 64 images, and no least length of the warm-up: these runs have 72 batches.
    source = inspect.getsource(yolov5.train.train)
    for old, new in (("nbs = 64", "nbs = batch_size"), ("hyp['warmup_epochs'] * nb), 100)", "hyp['warmup_epochs'] * nb), 1)")):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    exec(compile(source, yolov5.train.__file__, "exec"), vars(yolov5.train))
    yolov5.train.check_requirements = lambda *args, **more: None
    yolov5.utils.general.check_font = lambda *args, **more: None


def started_from_coco(yolov5_weights, target):
    """A YOLOv5u network whose layers 0 to 23 are those of a YOLOv5 checkpoint: the head starts anew."""
    process = os.fork()
    if process == 0:
        import torch
        import yolov5  # noqa: F401  its checkpoint names its modules
        from ultralytics.nn.tasks import DetectionModel

        old = torch.load(yolov5_weights, map_location="cpu", weights_only=False)["model"].float().state_dict()
        model = DetectionModel("yolov5n.yaml", verbose=False)
        own = model.state_dict()
        same = {k: v for k, v in old.items() if k in own and own[k].shape == v.shape and not k.startswith("model.24")}
        model.load_state_dict(same, strict=False)
        model.args = {}
        torch.save({"model": model, "epoch": -1, "train_args": {}}, target)
        print(f"{len(same)} of {len(own)} tensors from {yolov5_weights}", flush=True)
        os._exit(0)
    os.waitpid(process, 0)
    return target


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--set", choices=SETS, default="first")
    for name in PART:
        parser.add_argument(f"--{name}", metavar="DATA.yaml", help=f"what the images of {name} are taken from")
    parser.add_argument("--weights-ultralytics", help="default: YOLOv5u with the layers of --weights-yolov5")
    parser.add_argument("--weights-yolov5", default="yolov5n.pt")
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    out = options.out.resolve()
    weights = {"ultralytics": options.weights_ultralytics, "yolov5": options.weights_yolov5}
    datasets = SETS[options.set]
    sources = {}
    for name in datasets:
        if not getattr(options, name):
            parser.error(f"--set {options.set} needs --{name}")
        sources[name] = Path(getattr(options, name)).resolve()

    runs = [
        (f"{trainer}-{which}-{condition}-{seed}", trainer, which, condition, seed)
        for condition, seed in CONDITIONS_OF[options.set] for which in datasets for trainer in ("ultralytics", "yolov5")
    ]
    runs = [r for r in runs if re.search(options.only, r[0])]
    if options.list:
        print("\n".join(r[0] for r in runs))
        return
    patch_old_code()
    with contextlib.suppress(ImportError):
        import ultralytics.models.yolo.detect  # noqa: F401  imported once, shared by the children
    with contextlib.suppress(ImportError):
        import yolov5.train  # noqa: F401
    out.mkdir(parents=True, exist_ok=True)
    weights["yolov5"] = Path(weights["yolov5"]).resolve()
    if not weights["ultralytics"]:
        weights["ultralytics"] = started_from_coco(weights["yolov5"], out / ".work-yolov5nu.pt")
    for name, trainer, which, condition, seed in runs:
        if (out / name / "truth.json").exists():
            continue
        scratch = out / ".work" / name
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(out / name, ignore_errors=True)
        scratch.mkdir(parents=True)
        started, before = time.time(), os.times().children_user
        process = os.fork()
        if process == 0:
            child(out / name, scratch, sources[which], trainer, which, condition, seed, weights[trainer])
        os.waitpid(process, 0)
        keep(out / name, scratch, weights[trainer], dict(
            trainer=trainer, dataset=which, condition=condition, seed=seed, part=PART[which]))
        rows = (out / name / "results.csv").read_text().count("\n") - 1 if (out / name / "results.csv").exists() else 0
        used = os.times().children_user - before
        print(f"{name}: {rows} epochs, {time.time() - started:.0f} s, {used:.0f} s of processor time", flush=True)
        if not os.environ.get("KEEP_WORK"):
            shutil.rmtree(scratch, ignore_errors=True)
    if not os.environ.get("KEEP_WORK"):
        shutil.rmtree(out / ".work", ignore_errors=True)


if __name__ == "__main__":
    main()

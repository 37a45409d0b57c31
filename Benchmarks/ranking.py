"""Plants label errors in a copy of a dataset, and scores lists of suspicions against them.

    ranking.py plant DATA.yaml FOLDER [--rate 0.08] [--seed 1] [--splits train,val]
    ranking.py score FOLDER RESULTS [--bootstrap 200]

A quarter of the rate goes to each kind: rows removed (drop), given another class (flip), jittered to an IoU of 0.4 to 0.7
(shift), copied to another image (spawn). FOLDER/truth.csv says which: image,line,kind,class,cx,cy,w,h.

RESULTS is the output folder of assay-toxic. Printed, for its suspicions and for other rankings made from the same
predictions: unified AP over all planted errors, AP of the rows, AUROC of each kind against untouched rows, the share of
removed rows found, recall in the first tenth of the number of rows, and how far unified AP lies above each of the others
(95 % interval of a bootstrap over images). Needs PyYAML and numpy; ObjectLab is left out where cleanlab is not installed.
"""
import argparse
import csv
import json
import math
import os
import random
import shutil
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import yaml

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


def corners(cx, cy, w, h):
    return (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)


def ious(a, b):
    """IoU of each box of a with each of b, corners."""
    a, b = np.asarray(a, float).reshape(-1, 4), np.asarray(b, float).reshape(-1, 4)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    area = lambda x: (x[:, 2] - x[:, 0]) * (x[:, 3] - x[:, 1])
    return shared / np.maximum(area(a)[:, None] + area(b)[None] - shared, 1e-12)


# --- planting ---


def read_dataset(path, splits):
    path = Path(path).resolve()
    config = yaml.safe_load(path.read_text())
    root = (path.parent / config.get("path", ".")).resolve()
    names = config["names"] if isinstance(config["names"], list) else [config["names"][k] for k in sorted(config["names"])]
    images = []
    for split in splits:
        for image in sorted((root / config[split]).iterdir()):
            if image.suffix.lower() not in SUFFIXES:
                continue
            label = Path(str(image).replace("/images/", "/labels/")).with_suffix(".txt")
            rows = [line.split() for line in label.read_text().splitlines()] if label.exists() else []
            boxes = [(int(r[0]), tuple(map(float, r[1:]))) for r in rows if len(r) == 5 and float(r[3]) > 0 and float(r[4]) > 0]
            images.append((split, image, boxes))
    return names, images


def jittered(numbers, box):
    for _ in range(10000):
        moved = [numbers.gauss(v, 0.15 * side) for v, side in zip(box, (box[2], box[3]) * 2)]
        x1, y1, x2, y2 = corners(*moved)
        x1, y1, x2, y2 = max(x1, 0), max(y1, 0), min(x2, 1), min(y2, 1)
        if x2 - x1 < 0.003 or y2 - y1 < 0.003:
            continue
        if 0.4 <= ious([(x1, y1, x2, y2)], [corners(*box)])[0, 0] < 0.7:
            return ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    return None


def plant(arguments):
    splits = arguments.splits.split(",")
    names, images = read_dataset(arguments.data, splits)
    out = Path(arguments.folder)
    if out.exists():
        sys.exit(f"{out} exists already")
    numbers = random.Random(arguments.seed)
    places = [(i, j) for i, (_, _, boxes) in enumerate(images) for j in range(len(boxes))]
    numbers.shuffle(places)
    quarter = int(len(places) * arguments.rate / 4)
    kinds = {}
    for index, kind in enumerate(("drop", "flip" if len(names) > 1 else "drop", "shift")):
        kinds.update(dict.fromkeys(places[index * quarter : (index + 1) * quarter], kind))
    made, truth = [[] for _ in images], []
    for i, (_, _, boxes) in enumerate(images):
        for j, (label, box) in enumerate(boxes):
            kind, now, place = kinds.get((i, j)), label, box
            if kind == "flip":
                now = (label + numbers.randrange(1, len(names))) % len(names)
            elif kind == "shift":
                place = jittered(numbers, box)
                if place is None:
                    kind, place = None, box
            if kind != "drop":
                made[i].append((now, place))
            if kind:
                truth.append((i, "" if kind == "drop" else len(made[i]), kind, label, box))
    for i, j in places[3 * quarter : 4 * quarter]:
        target = (i + numbers.randrange(1, len(images))) % len(images)
        made[target].append(images[i][2][j])
        truth.append((target, len(made[target]), "spawn", *images[i][2][j]))
    named = []
    for (split, image, _), rows in zip(images, made):
        for part in ("images", "labels"):
            (out / part / split).mkdir(parents=True, exist_ok=True)
        shutil.copy(image, out / "images" / split / image.name)
        text = "".join("%d %.6f %.6f %.6f %.6f\n" % (label, *box) for label, box in rows)
        (out / "labels" / split / (image.stem + ".txt")).write_text(text)
        named.append(f"images/{split}/{image.name}")
    config = {"path": ".", **{s: f"images/{s}" for s in splits}, "nc": len(names), "names": names}
    (out / "data.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    with open(out / "truth.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow("image line kind class cx cy w h".split())
        for i, line, kind, label, box in sorted(truth, key=lambda t: (t[0], str(t[1]))):
            rows.writerow([named[i], line, kind, label, *("%.6f" % v for v in box)])
    print(f"{len(images)} images, {len(places)} boxes, {len(truth)} errors planted")


# --- scoring ---


class Planted:
    def __init__(self, folder):
        folder = Path(folder)
        self.truth, self.drops = {}, defaultdict(list)
        for row in csv.DictReader(open(folder / "truth.csv")):
            box = corners(*(float(row[k]) for k in ("cx", "cy", "w", "h")))
            if row["line"]:
                self.truth[row["image"], int(row["line"])] = row["kind"]
            else:
                self.drops[row["image"]].append(box)
        self.labels = {}
        for image in sorted((folder / "images").rglob("*.*")):
            label = folder / "labels" / image.parent.name / (image.stem + ".txt")
            rows = [line.split() for line in label.read_text().splitlines()] if label.exists() else []
            self.labels[f"images/{image.parent.name}/{image.name}"] = (
                np.array([int(r[0]) for r in rows], int),
                np.array([corners(*map(float, r[1:5])) for r in rows]).reshape(-1, 4),
            )
        self.rows = [(image, n + 1) for image, (ids, _) in self.labels.items() for n in range(len(ids))]
        self.planted = len(self.truth) + sum(map(len, self.drops.values()))


class Ranking:
    """Scores of rows, and of boxes where an object may be missing."""

    def __init__(self, rows, missing):
        self.rows, self.missing = rows, missing  # {(image, line): score}, [(score, image, box)]


def area_under(positive, negative):
    both = sorted([(s, 1) for s in positive] + [(s, 0) for s in negative])
    ranks, i = 0.0, 0
    while i < len(both):
        j = i
        while j < len(both) and both[j][0] == both[i][0]:
            j += 1
        ranks += sum(y for _, y in both[i:j]) * (i + j + 1) / 2
        i = j
    n, m = len(positive), len(negative)
    return (ranks - n * (n + 1) / 2) / (n * m) if n and m else float("nan")


def precision_average(hits, total, weights=None):
    hits = np.asarray(hits, float)
    weights = np.ones(len(hits)) if weights is None else weights
    gained = np.cumsum(hits * weights)
    seen = np.maximum(np.cumsum(weights), 1e-12)
    return float((hits * weights * gained / seen).sum() / max(total, 1e-12))


def evaluate(planted, ranking):
    lowest = -1e30
    clean = [ranking.rows.get(k, lowest) for k in planted.rows if k not in planted.truth]
    figures = {}
    for kind in ("flip", "shift", "spawn"):
        figures[kind] = area_under([ranking.rows.get(k, lowest) for k, v in planted.truth.items() if v == kind], clean)
    order = sorted(planted.rows, key=lambda k: (-ranking.rows.get(k, lowest), k))
    figures["rows"] = precision_average([k in planted.truth for k in order], len(planted.truth))
    left = {k: list(v) for k, v in planted.drops.items()}
    items = []
    for score, image, box in sorted(ranking.missing, key=lambda t: (-t[0], t[1], tuple(t[2]))):
        found = left.get(image, [])
        overlap = ious([box], found)[0] if found else np.zeros(0)
        hit = overlap.size > 0 and overlap.max() >= 0.5
        if hit:
            found.pop(int(overlap.argmax()))
        items.append((score, hit, image))
    drops = sum(map(len, planted.drops.values()))
    figures["missing"] = sum(hit for _, hit, _ in items) / drops if drops else float("nan")
    items += [(score, key in planted.truth, key[0]) for key, score in ranking.rows.items()]
    items.sort(key=lambda t: (-t[0], t[1]))
    hits = [hit for _, hit, _ in items]
    figures["unified"] = precision_average(hits, planted.planted)
    figures["recall"] = sum(hits[: len(planted.rows) // 10]) / planted.planted if planted.planted else float("nan")
    return figures, items


def bootstrap(planted, first, second, rounds):
    """95 % interval of the difference in unified AP, images drawn with replacement."""
    names = list(planted.labels)
    place = {name: i for i, name in enumerate(names)}
    errors = np.zeros(len(names))
    for image, _ in planted.truth:
        errors[place[image]] += 1
    for image, boxes in planted.drops.items():
        errors[place[image]] += len(boxes)
    sides = [(np.array([h for _, h, _ in items], float), np.array([place[i] for _, _, i in items], int)) for items in (first, second)]
    numbers = np.random.default_rng(0)
    differences = []
    for _ in range(rounds):
        counts = np.bincount(numbers.integers(0, len(names), len(names)), minlength=len(names)).astype(float)
        total = (counts * errors).sum()
        a, b = (precision_average(hits, total, counts[images]) for hits, images in sides)
        differences.append(a - b)
    return np.percentile(differences, [2.5, 97.5])


def calibration_error(planted, ranking):
    """Of the rows: Σ |mean probability − share of wrong rows| over ten bins, weighted by their size."""
    p = np.array([min(1.0, ranking.rows.get(k, 0.0)) for k in planted.rows])
    y = np.array([k in planted.truth for k in planted.rows], float)
    bins = np.minimum((p * 10).astype(int), 9)
    return sum(abs(p[bins == b].mean() - y[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())


# --- rankings ---


def read_suspicions(path):
    rows, missing = {}, []
    for r in csv.DictReader(open(path)):
        if r["kind"] == "image":
            continue
        if r["line"]:
            key = (r["image"], int(r["line"]))
            rows[key] = max(rows.get(key, 0.0), float(r["score"]))
        else:
            missing.append((float(r["score"]), r["image"], corners(*(float(r[k]) for k in ("cx", "cy", "w", "h")))))
    return Ranking(rows, missing)


def read_predictions(path, planted):
    found = {image: ([], [], []) for image in planted.labels}
    for r in csv.DictReader(open(path)):
        ids, confidences, boxes = found[r["image"]]
        ids.append(int(r["class"]))
        confidences.append(float(r["confidence"]))
        boxes.append(corners(*(float(r[k]) for k in ("cx", "cy", "w", "h"))))
    return {k: (np.array(a, int), np.array(b), np.array(c).reshape(-1, 4)) for k, (a, b, c) in found.items()}


def mistakenness(planted, predictions):
    """FiftyOne's formulas: match at IoU 0.5 whatever the class; the worse of class and place."""
    rows, missing = {}, []
    for image, (ids, boxes) in planted.labels.items():
        own, confidences, places = predictions[image]
        overlap = ious(boxes, places)
        free = set(range(len(own)))
        for j in np.argsort(-confidences, kind="stable"):
            if len(ids) == 0:
                break
            best = int(overlap[:, j].argmax())
            if overlap[best, j] < 0.5 or (image, best + 1) in rows:
                continue
            free.discard(j)
            c = confidences[j]
            agrees = own[j] == ids[best]
            by_class = (1 - c) / 2 if agrees else (1 + c) / 2
            by_place = (c * (2 * 2 * (1 - overlap[best, j]) - 1) + 1) / 2
            rows[image, best + 1] = max(by_class, by_place)
        for n in range(len(ids)):
            rows.setdefault((image, n + 1), 1.0)
        for j in free:
            if len(ids) == 0 or overlap[:, j].max() < 0.5:
                missing.append((confidences[j], image, places[j]))
    return Ranking(rows, missing)


def uncertainty(planted, predictions):
    """1 − confidence of the best prediction of the label's class on it."""
    rows, missing = {}, []
    for image, (ids, boxes) in planted.labels.items():
        own, confidences, places = predictions[image]
        overlap = ious(boxes, places)
        for n, label in enumerate(ids):
            fits = (overlap[n] >= 0.5) & (own == label) if len(own) else np.zeros(0, bool)
            rows[image, n + 1] = 1 - (confidences[fits].max() if fits.any() else 0)
        for j in range(len(own)):
            if len(ids) == 0 or overlap[:, j].max() < 0.5:
                missing.append((confidences[j], image, places[j]))
    return Ranking(rows, missing)


def instance_loss(planted, predictions, folder):
    """The label's own class and box loss; for predictions without a label the loss of calling them background."""
    rows = {}
    for r in csv.DictReader(open(folder / "boxes.csv")):
        rows[r["image"], int(r["line"])] = float(r["box"] or 0) + float(r["cls"] or 0)
    missing = [(-math.log(max(1 - c, 1e-9)), image, box) for c, image, box in uncertainty(planted, predictions).missing]
    return Ranking(rows, missing)


def image_loss(planted, folder):
    losses = {r["image"]: float(r["loss"] or 0) for r in csv.DictReader(open(folder / "images.csv"))}
    return Ranking({k: losses.get(k[0], 0.0) for k in planted.rows}, [])


def chance(planted, predictions):
    numbers = random.Random(0)
    missing = [(numbers.random(), image, box) for _, image, box in uncertainty(planted, predictions).missing]
    return Ranking({k: numbers.random() for k in planted.rows}, missing)


def object_lab(planted, predictions, threshold):
    from cleanlab.object_detection import rank

    names = list(planted.labels)
    classes = 1 + max([int(a.max()) for a, _ in planted.labels.values() if len(a)] + [int(p[0].max()) for p in predictions.values() if len(p[0])])
    scale = 640  # its centre distance is in pixels
    labels, predicted = [], []
    for name in names:
        ids, boxes = planted.labels[name]
        labels.append({"labels": ids, "bboxes": boxes * scale})
        own, confidences, places = predictions[name]
        rows = np.concatenate([places * scale, confidences[:, None]], axis=1) if len(own) else np.zeros((0, 5))
        predicted.append(np.array([rows[own == c] for c in range(classes)] + [None], dtype=object)[:-1])
    overlooked = rank.compute_overlooked_box_scores(labels=labels, predictions=predicted, high_probability_threshold=threshold)
    misplaced = rank.compute_badloc_box_scores(labels=labels, predictions=predicted)
    swapped = rank.compute_swap_box_scores(labels=labels, predictions=predicted, high_probability_threshold=threshold)
    rows, missing = {}, []
    for name, a, b, c, boxes in zip(names, misplaced, swapped, overlooked, predicted):
        for n, (place, swap) in enumerate(zip(a, b)):
            values = [v for v in (place, swap) if not np.isnan(v)]
            rows[name, n + 1] = 1 - min(values) if values else 0.0
        flat = np.concatenate([x for x in boxes]) if len(boxes) else np.zeros((0, 5))
        for score, box in zip(c, flat):
            if not np.isnan(score):
                missing.append((1 - score, name, box[:4] / scale))
    return Ranking(rows, missing)


def score(arguments):
    planted = Planted(arguments.folder)
    folder = Path(arguments.results)
    predictions = read_predictions(folder / "predictions.csv", planted)
    own = read_suspicions(folder / "suspicions.csv")
    rankings = [("assay", own), ("mistakenness", mistakenness(planted, predictions))]
    try:
        options = [(t, object_lab(planted, predictions, t)) for t in (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)]
        rankings.append(("ObjectLab 0.95", options[0][1]))
        best = max(options, key=lambda o: evaluate(planted, o[1])[0]["unified"])
        rankings.append((f"ObjectLab {best[0]}", best[1]))
    except ImportError:
        print("cleanlab is not installed: ObjectLab is left out", file=sys.stderr)
    rankings += [
        ("instance loss", instance_loss(planted, predictions, folder)), ("image loss", image_loss(planted, folder)),
        ("1 - confidence", uncertainty(planted, predictions)), ("random", chance(planted, predictions)),
    ]
    columns = ("unified", "rows", "flip", "shift", "spawn", "missing", "recall")
    results = [(name, *evaluate(planted, ranking)) for name, ranking in rankings]
    if arguments.json:
        print(json.dumps({"calibration": calibration_error(planted, own), **{name: figures for name, figures, _ in results}}))
        return
    print(f"{'':16s}" + "".join(f"{c:>9s}" for c in columns) + "   assay above by")
    for name, figures, items in results:
        line = f"{name:16s}" + "".join(f"{figures[c]:9.3f}" for c in columns)
        if name != "assay":
            low, high = bootstrap(planted, results[0][2], items, arguments.bootstrap)
            line += f"   {low:+.3f} … {high:+.3f}"
        print(line)
    print(f"calibration error of the rows' probabilities {calibration_error(planted, own):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("plant")
    one.add_argument("data")
    one.add_argument("folder")
    one.add_argument("--rate", type=float, default=0.08)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--splits", default="train,val")
    one.set_defaults(run=plant)
    two = commands.add_parser("score")
    two.add_argument("folder")
    two.add_argument("results")
    two.add_argument("--bootstrap", type=int, default=200)
    two.add_argument("--json", action="store_true")
    two.set_defaults(run=score)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()

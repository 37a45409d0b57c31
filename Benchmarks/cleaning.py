"""Does mending labels pay? Trains detectors on sound, noisy and mended labels, and compares them on sound held-out ones.

    cleaning.py TOOLS FOLDER DATA.yaml [--rates 8] [--seeds 3] [--shares 5] [--orders assay,ObjectLab,…]
        [--blind 0.5,0.9] [--weights W.pt] [--size 256] [--epochs 24] [--trainer probe|ultralytics]
        [--held val]

Errors are planted in the train split as ranking.py plants them; the other splits stay as they are, and measure. A probe on
the noisy labels judges them; each order of suspicions comes from the same predictions. A simulated annotator looks at the
first boxes of an order, as many as a share of the label rows: a wrong row is mended, and where an object is missing it is
labelled. `--blind` accepts Assay's suggestions from a probability on, without looking.

Every set of labels trains with one recipe: the probe's on two halves (the mean of both models), or Ultralytics' own trainer.
FOLDER keeps every figure in results.jsonl: a run that was cut short goes on where it was. Printed: mAP50 and mAP50-95, and
the share of what noise cost that is won back, over seeds. Needs PyYAML and numpy; ObjectLab cleanlab.
"""
import argparse
import csv
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml

import ranking

ORDERS = ("assay", "ObjectLab", "mistakenness", "instance loss", "random")


# --- labels ---


class Labels:
    """The rows of the train split: {image name: [(class, box)]}."""

    def __init__(self, folder):
        self.rows = {}
        for path in sorted((folder / "labels" / "train").glob("*.txt")):
            lines = [line.split() for line in path.read_text().splitlines()]
            self.rows[path.stem] = [(int(r[0]), tuple(map(float, r[1:5]))) for r in lines]

    def write(self, folder):
        for stem, rows in self.rows.items():
            text = "".join("%d %.6f %.6f %.6f %.6f\n" % (label, *box) for label, box in rows if label is not None)
            (folder / "labels" / "train" / f"{stem}.txt").write_text(text)


class Truth:
    """What was planted: wrong rows, and objects whose rows were removed."""

    def __init__(self, path):
        self.rows, self.dropped = {}, {}
        for r in csv.DictReader(open(path)):
            stem, box = Path(r["image"]).stem, tuple(float(r[k]) for k in ("cx", "cy", "w", "h"))
            if r["line"]:
                self.rows[stem, int(r["line"])] = (r["kind"], int(r["class"]), box)
            else:
                self.dropped.setdefault(stem, []).append((int(r["class"]), box))

    def mend(self, labels, item):
        """What a person does who looks at that place and knows what is there; whether there was something to do."""
        stem, line, box = item
        if line:
            kind, label, right = self.rows.get((stem, line), (None, None, None))
            if kind is None:
                return False
            labels.rows[stem][line - 1] = (None, right) if kind == "spawn" else (label, right)
            del self.rows[stem, line]
            return True
        left = self.dropped.get(stem, [])
        overlap = ranking.ious([box], [ranking.corners(*b) for _, b in left])[0] if left else np.zeros(0)
        if not overlap.size or overlap.max() < 0.5:
            return False
        labels.rows[stem].append(left.pop(int(overlap.argmax())))
        return True


def linked(source, target):
    """A dataset of the same images, with labels of its own."""
    for part in ("images", "labels"):
        for path in sorted((source / part).rglob("*.*")):
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in ranking.SUFFIXES:
                os.link(path, place)
            elif path.suffix == ".txt":
                shutil.copy(path, place)
    shutil.copy(source / "data.yaml", target / "data.yaml")


# --- orders ---


def orders(noisy, results, wanted):
    """{name: [(image, line or None, box)]}, the most suspicious first."""
    planted = ranking.Planted(noisy)
    planted.labels = {k: v for k, v in planted.labels.items() if k.startswith("images/train/")}
    planted.rows = [key for key in planted.rows if key[0] in planted.labels]
    predictions = ranking.read_predictions(results / "predictions.csv", planted)
    made = {
        "assay": lambda: ranking.read_suspicions(results / "suspicions.csv"),
        "ObjectLab": lambda: ranking.object_lab(planted, predictions, 0.5),
        "mistakenness": lambda: ranking.mistakenness(planted, predictions),
        "instance loss": lambda: ranking.instance_loss(planted, predictions, results),
        "random": lambda: ranking.chance(planted, predictions),
    }
    found = {}
    for name in wanted:
        order = made[name]()
        items = [(score, image, line, None) for (image, line), score in order.rows.items()]
        items += [(score, image, None, tuple(box)) for score, image, box in order.missing]
        items.sort(key=lambda t: (-t[0], t[1], t[2] or 0, t[3] or ()))
        found[name] = [(Path(image).stem, line, box) for _, image, line, box in items]
    return found, len(planted.rows)


def accept(labels, results, least):
    """Takes every suggestion from a probability on; of one row the likeliest."""
    done, count = set(), 0
    # The other kinds suggest no row.
    kinds = {"missing", "class", "shifted", "spurious", "duplicate"}
    rows = [r for r in csv.DictReader(open(results / "suspicions.csv")) if float(r["score"]) >= least and r["kind"] in kinds]
    for r in sorted(rows, key=lambda r: -float(r["score"])):
        stem, box = Path(r["image"]).stem, tuple(float(r[k]) for k in ("cx", "cy", "w", "h"))
        if stem not in labels.rows:
            continue
        if not r["line"]:
            labels.rows[stem].append((int(r["class"]), box))
        else:
            line = int(r["line"])
            if (stem, line) in done:
                continue
            done.add((stem, line))
            label, place = labels.rows[stem][line - 1]
            labels.rows[stem][line - 1] = {
                "class": (int(r["class"]), place), "shifted": (label, box), "spurious": (None, place), "duplicate": (None, place),
            }[r["kind"]]
        count += 1
    return count


# --- training ---


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    # 1: some image could not be judged.
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return done.stdout


def by_probe(arguments, data, place, seed):
    run(arguments.tools / "assay-probe", data / "data.yaml", "--splits", "train", "--folds", 2, "--output", place, "--quiet",
        "--seed", seed, "--size", arguments.size, "--epochs", arguments.epochs, *options(arguments))
    figures = []
    for fold in sorted(place.glob("fold*.safetensors")):
        text = run(arguments.tools / "assay-toxic", "evaluate", data / "data.yaml", "--weights", fold, "--splits", arguments.held,
                   "--size", arguments.size, "--format", "json", "--quiet")
        figures.append(json.loads(text)["all"])
    return {"ap50": statistics.mean(f["ap50"] for f in figures), "ap": statistics.mean(f["ap"] for f in figures)}


ULTRALYTICS = """
import json, sys
from ultralytics import YOLO
weights, data, size, epochs, seed, place = sys.argv[1:]
found = YOLO(weights).train(
    data=data, imgsz=int(size), epochs=int(epochs), seed=int(seed), batch=16, workers=0, plots=False, deterministic=True,
    project=place, name="run", exist_ok=True, verbose=False, val=False, save=True)
found = YOLO(place + "/run/weights/last.pt").val(data=data, imgsz=int(size), workers=0, plots=False, verbose=False, project=place)
print(json.dumps({"ap50": float(found.box.map50), "ap": float(found.box.map)}))
"""


def by_ultralytics(arguments, data, place, seed):
    # This trainer takes `path: .` for the folder that it runs in.
    config = yaml.safe_load((data / "data.yaml").read_text())
    config["path"] = str(data.resolve())
    (data / "absolute.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    text = run(sys.executable, "-W", "ignore", "-c", ULTRALYTICS, arguments.weights, data / "absolute.yaml", arguments.size,
               arguments.epochs, seed, place.resolve())
    return json.loads(text.strip().splitlines()[-1])


def options(arguments):
    return ["--weights", arguments.weights] if arguments.weights else []


# --- the grid ---


class Grid:
    def __init__(self, arguments):
        self.arguments = arguments
        self.path = arguments.folder / "results.jsonl"
        self.known = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                entry = json.loads(line)
                self.known[self.key(entry)] = entry

    @staticmethod
    def key(entry):
        return tuple(entry[k] for k in ("set", "rate", "seed", "labels", "trainer"))

    def train(self, name, rate, seed, labels, make):
        """`make(folder)` writes the labels and says how many errors were mended."""
        entry = {"set": name, "rate": rate, "seed": seed, "labels": labels, "trainer": self.arguments.trainer}
        if self.key(entry) in self.known:
            return
        data = self.arguments.folder / "now"
        shutil.rmtree(data, ignore_errors=True)
        entry["mended"] = make(data)
        train = by_probe if self.arguments.trainer == "probe" else by_ultralytics
        entry.update(train(self.arguments, data, data / "model", seed))
        self.known[self.key(entry)] = entry
        with open(self.path, "a") as file:
            file.write(json.dumps(entry) + "\n")
        print(f"{name} {rate:g} % seed {seed} {labels}: mAP50 {entry['ap50']:.4f}, mAP50-95 {entry['ap']:.4f}", flush=True)

    def table(self):
        entries = [e for e in self.known.values() if e["trainer"] == self.arguments.trainer]
        for name, rate in sorted({(e["set"], e["rate"]) for e in entries}):
            here = [e for e in entries if (e["set"], e["rate"]) == (name, rate)]
            sound = {e["seed"]: e for e in here if e["labels"] == "sound"}
            noisy = {e["seed"]: e for e in here if e["labels"] == "noisy"}
            print(f"\n{name}, {rate:g} %, {self.arguments.trainer}: {len(sound)} seeds")
            print(f"{'labels':22s}{'mended':>8s}{'mAP50':>8s}{'mAP50-95':>10s}{'won back, mAP50':>18s}{'mAP50-95':>10s}")
            for labels in dict.fromkeys(e["labels"] for e in here):
                rows = [e for e in here if e["labels"] == labels]
                line = f"{labels:22s}{statistics.mean(e['mended'] for e in rows):8.0f}"
                line += f"{statistics.mean(e['ap50'] for e in rows):8.4f}{statistics.mean(e['ap'] for e in rows):10.4f}"
                both = [e for e in rows if e["seed"] in sound and e["seed"] in noisy]
                for field, width in (("ap50", 18), ("ap", 10)):
                    cost = sum(sound[e["seed"]][field] - noisy[e["seed"]][field] for e in both)
                    won = sum(e[field] - noisy[e["seed"]][field] for e in both)
                    line += f"{100 * won / cost:{width - 2}.0f} %" if cost > 0 and labels not in ("sound", "noisy") else " " * width
                print(line)


def planted(arguments, data, rate, seed):
    """The noisy labels, and the sound ones, each as a dataset with the held-out splits."""
    name = f"{data.parent.name}-{rate:g}-{seed}"
    noisy, sound = arguments.folder / name, arguments.folder / f"{name}-sound"
    if not (sound / "data.yaml").exists():
        for folder, share in ((noisy, rate / 100), (sound, 0)):
            shutil.rmtree(folder, ignore_errors=True)
            ranking.plant(argparse.Namespace(data=data, folder=folder, rate=share, seed=seed, splits="train"))
            config = yaml.safe_load(data.read_text())
            root = (data.parent / config.get("path", ".")).resolve()
            made = yaml.safe_load((folder / "data.yaml").read_text())
            for split in arguments.held.split(","):
                for part in ("images", "labels"):
                    shutil.copytree(root / config[split].replace("images", part, 1), folder / part / split)
                made[split] = f"images/{split}"
            made.setdefault("val", f"images/{arguments.held.split(',')[0]}")
            (folder / "data.yaml").write_text(yaml.safe_dump(made, sort_keys=False))
    return noisy, sound


def judged(arguments, noisy, seed):
    results = noisy / "ranking"
    if not (results / "suspicions.csv").exists():
        size = ["--size", arguments.size, "--epochs", arguments.epochs]
        run(arguments.tools / "assay-probe", noisy / "data.yaml", "--splits", "train", "--output", noisy / "probe", "--quiet",
            "--seed", seed, *size, *options(arguments))
        run(arguments.tools / "assay-toxic", noisy / "data.yaml", "--probe", noisy / "probe", "--splits", "train", "--output", results,
            "--quiet")
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--rates", default="8")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--shares", default="5")
    parser.add_argument("--orders", default=",".join(ORDERS))
    parser.add_argument("--blind", default="")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--held", default="val")
    parser.add_argument("--trainer", choices=("probe", "ultralytics"), default="probe")
    arguments = parser.parse_args()
    numbers = lambda text: [float(v) for v in text.split(",") if v]
    wanted = [name for name in arguments.orders.split(",") if name]
    unknown = sorted(set(wanted) - set(ORDERS))
    if unknown:
        parser.error(f"no such order: {', '.join(unknown)}; there are {', '.join(ORDERS)}")
    if "ObjectLab" in wanted and importlib.util.find_spec("cleanlab") is None:
        print("cleanlab is not installed: ObjectLab is left out", file=sys.stderr)
        wanted.remove("ObjectLab")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    grid = Grid(arguments)
    for data in arguments.data:
        for seed in range(1, arguments.seeds + 1):
            for rate in numbers(arguments.rates):
                noisy, sound = planted(arguments, data.resolve(), rate, seed)
                name = data.resolve().parent.name
                grid.train(name, rate, seed, "sound", lambda folder: linked(sound, folder) or 0)
                grid.train(name, rate, seed, "noisy", lambda folder: linked(noisy, folder) or 0)
                results = judged(arguments, noisy, seed)
                found, rows = orders(noisy, results, wanted)
                for order, items in found.items():
                    for share in numbers(arguments.shares):

                        def make(folder, items=items, share=share):
                            linked(noisy, folder)
                            labels, truth = Labels(noisy), Truth(noisy / "truth.csv")
                            mended = sum(truth.mend(labels, item) for item in items[: round(rows * share / 100)])
                            labels.write(folder)
                            return mended

                        grid.train(name, rate, seed, f"{order}, {share:g} %", make)
                for least in numbers(arguments.blind):

                    def blind(folder, least=least):
                        linked(noisy, folder)
                        labels = Labels(noisy)
                        count = accept(labels, results, least)
                        labels.write(folder)
                        return count

                    grid.train(name, rate, seed, f"assay, unseen from {least:g}", blind)
    grid.table()


main()

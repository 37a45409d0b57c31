#!/usr/bin/env python3
"""Packs folders of runs (curves_runs.py makes them) into one file of a line a run, and unpacks them.

    curves_bundle.py RUNS BUNDLE.jsonl

A line is an object: `name`, `truth` (what was planted), `files` (text by path, event files left out) and `images` (the names
of the images, of which a reader needs no more).
"""

import json
import os
import pathlib
import sys


def pack(runs):
    for truth in sorted(pathlib.Path(runs).glob("*/truth.json")):
        folder = truth.parent
        files, images = {}, []
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = str(path.relative_to(folder))
            if name.endswith(".jpg"):
                images.append(name)
            elif name != "truth.json" and ".tfevents." not in name:
                files[name] = path.read_text()
        yield {"name": folder.name, "truth": json.loads(truth.read_text()), "files": files, "images": images}


def unpack(bundle, target, data=True):
    """Folders again, with logs that were written long ago; without `data`, as if the dataset were elsewhere."""
    for line in pathlib.Path(bundle).read_text().splitlines():
        run = json.loads(line)
        folder = pathlib.Path(target) / run["name"]
        for name, text in {**run["files"], "truth.json": json.dumps(run["truth"]), **dict.fromkeys(run["images"], "")}.items():
            if not data and name.startswith("data/"):
                continue
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            os.utime(path, (0, 0))


if __name__ == "__main__":
    with open(sys.argv[2], "w") as out:
        for run in pack(sys.argv[1]):
            out.write(json.dumps(run, sort_keys=True) + "\n")

"""Gives a hyperparameter file to the checks of the trainer that it is written for.

    advice.py TRAINER hyp.suggested.yaml [FOLDER with a trainer's own files]

Ultralytics: its own reading of `cfg=`, names, types and ranges. YOLOv5 and YOLOv7: the file is loaded as their train.py
loads it, every setting that the trainer reads is asked for, and none is there that it does not know. Prints one line;
exit status 1 where the trainer would not take the file.
"""

import contextlib
import io
import re
import sys
from pathlib import Path

import yaml


def ultralytics(path):
    from ultralytics.cfg import get_cfg

    # As `yolo train cfg=FILE` does: the file's entries over the defaults.
    entries = yaml.safe_load(Path(path).read_text()) or {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        get_cfg(overrides={"mode": "train", "task": "detect", **entries})
    return len(entries)


def sources(package, folder):
    if folder:
        return Path(folder)
    import importlib.util

    return Path(importlib.util.find_spec(package).submodule_search_locations[0])


def with_every_key(path, package, folder):
    root = sources(package, folder)
    entries = yaml.safe_load(Path(path).read_text())
    text = "".join(p.read_text() for name in ("train.py", "utils/*.py") for p in sorted(root.glob(name)))
    asked = set(re.findall(r"""(?:hyp|h)\[["'](\w+)["']\]""", text)) | set(
        re.findall(r"""hyp\.get\(["'](\w+)["']""", text)
    )
    # Those that train.py sets itself, or reads where they are.
    given = {"label_smoothing", "anchors", "loss_ota"}
    missing = {key for key in asked - given if key not in entries}
    unknown = set(entries) - asked
    if missing or unknown:
        raise ValueError(f"missing {sorted(missing)}, unknown {sorted(unknown)}")
    if not all(isinstance(value, (int, float)) for value in entries.values()):
        raise ValueError("a setting is no number")
    return len(entries)


CHECKS = {
    "ultralytics": lambda path, folder: ultralytics(path),
    "ultralytics-old": lambda path, folder: ultralytics(path),
    "yolov5": lambda path, folder: with_every_key(path, "yolov5", folder),
    "yolov7": lambda path, folder: with_every_key(path, "yolov7", folder),
}

if __name__ == "__main__":
    trainer, path = sys.argv[1:3]
    try:
        count = CHECKS[trainer](path, sys.argv[3] if len(sys.argv) > 3 else None)
    except BaseException as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        print(f"{trainer}: refused: {first}")
        sys.exit(1)
    print(f"{trainer}: takes the {count} settings")

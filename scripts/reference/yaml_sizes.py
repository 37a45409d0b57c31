#!/usr/bin/env python3
"""Holds the networks that assay-toxic makes of model YAMLs against those of Ultralytics, by the number of their parameters.

    PYTHON scripts/reference/yaml_sizes.py [ASSAY-TOXIC]

PYTHON has torch and ultralytics. Every model YAML of the package is tried, at its smallest scale; of segmentation and pose, what
says masks and keypoints does not count. Exit status 1 where a number differs, or assay-toxic refuses a detector.
"""
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="False")
import ultralytics
from ultralytics.nn import tasks
from ultralytics.utils import LOGGER

LOGGER.setLevel(logging.ERROR)
logging.disable(logging.ERROR)
KINDS = {"-obb": "OBBModel", "-seg": "SegmentationModel", "-pose": "PoseModel"}
# Others than detectors.
OTHERS = ("-cls", "rtdetr", "world", "yoloe", "-depth", "-sem")
# Of masks and keypoints.
BESIDE = ("cv4", "proto", "flow_model", "cv4_kpts", "cv4_sigma", "one2one_cv4", "one2one_cv4_kpts", "one2one_cv4_sigma")


def trained(module):
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


def framework(path):
    kind = next((v for k, v in KINDS.items() if k in path.name), "DetectionModel")
    model = getattr(tasks, kind)(str(path), ch=3, verbose=False)
    beside = BESIDE if kind in ("SegmentationModel", "PoseModel") else ()
    parts = [getattr(model.model[-1], name, None) for name in beside]
    return trained(model) - sum(trained(part) for part in parts if part is not None)


def ours(tool, path):
    result = subprocess.run([tool, "model", str(path), "--format", "json"], capture_output=True, text=True)
    return json.loads(result.stdout)["parameters"] if result.returncode == 0 else result.stderr.strip()


def main():
    tool = sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).resolve().parents[2] / ".build/release/assay-toxic")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for found in sorted((Path(ultralytics.__file__).parent / "cfg/models").rglob("*.yaml")):
            if any(kind in found.name for kind in OTHERS):
                continue
            # The scale is a letter of the name, unless there is one already.
            name = re.sub(r"^(yolov?(?:[0-9]|1[0-9]|26))(?=[-.])", r"\1n", found.name) if "\nscales:" in found.read_text() else found.name
            path = Path(shutil.copy(found, Path(folder) / name))
            theirs, mine = framework(path), ours(tool, path)
            failed = failed or theirs != mine
            print("ok" if theirs == mine else "differs:", name, theirs, "" if theirs == mine else mine, flush=True)
    return failed


sys.exit(main())

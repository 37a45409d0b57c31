"""What the trainers themselves make of crafted trees, as JSON lines.

    tree_trainers.py FOLDER ultralytics|yolov5|yolov7 <trees.jsonl >answers.jsonl

Places each tree of trees.py under FOLDER, starts where it says, and asks the trainer's own package for the dataset: of
`ultralytics` (of any version: older ones are found with PYTHONPATH), `yolov5` or `yolov7detect`. A line: the tree's id;
`stops` with the error where training does not start; else for train and val what is trained on, as
[image relative to the tree, [class and number of each label row]].
"""

import base64
import contextlib
import io
import json
import logging
import os
import pathlib
import shutil
import sys
import tempfile
import warnings

from place_tree import place


def samples(found, root):
    """`found`: images as the trainer names them, with their rows."""
    listed = []
    for image, rows in found:
        folder, name = os.path.split(image)
        path = os.path.relpath(os.path.join(os.path.realpath(folder or "."), name), os.path.realpath(root))
        listed.append([path.encode(errors="surrogateescape").decode(errors="backslashreplace"),
                       sorted([int(row[0]), round(float(row[1]) * 10_000)] for row in rows)])
    return sorted(listed)


def ultralytics():
    config = tempfile.mkdtemp()
    os.environ["YOLO_CONFIG_DIR"] = config
    import ultralytics.data.dataset as module
    import ultralytics.data.utils as utils

    def keep_nothing(prefix, path, found, version):
        found["version"] = version

    module.save_dataset_cache_file = keep_nothing

    def read(argument, root, tree):
        utils.DATASETS_DIR = pathlib.Path(root) / tree["datasets"]
        data = utils.check_det_dataset(argument, autodownload=False)
        found = {}
        for name in ("train", "val"):
            dataset = module.YOLODataset(img_path=data[name], data=data, task="detect", augment=False, imgsz=32, cache=False)
            found[name] = [(label["im_file"], [[c, *box] for c, box in zip(label["cls"].ravel(), label["bboxes"])]) for label in dataset.labels]
        return found

    return read


def yolov5():
    import numpy
    import yolov5.utils.dataloaders as module
    import yolov5.utils.general as general

    numpy.save = general.check_font = lambda *_, **__: None

    def read(argument, root, tree):
        # Training is started in YOLOv5's own folder, as its documentation says.
        general.ROOT = pathlib.Path.cwd()
        data = general.check_dataset(argument, autodownload=False)
        found = {}
        for name in ("train", "val"):
            dataset = module.LoadImagesAndLabels(data[name], 32, 1, augment=name == "train", hyp={})
            found[name] = list(zip(dataset.im_files, dataset.labels))
        return found

    return read


def yolov7():
    import torch
    import yaml
    import numpy
    import yolov7.utils.datasets as module
    from yolov7.utils.general import check_dataset

    numpy.int = int
    torch.save = lambda *_, **__: None

    def read(argument, root, tree):
        with open(argument) as file:
            data = yaml.load(file, Loader=yaml.SafeLoader)
        check_dataset(data)
        count, names = int(data["nc"]), data["names"]
        assert len(names) == count
        found = {}
        for name in ("train", "val"):
            dataset = module.LoadImagesAndLabels(data[name], 32, 1, augment=name == "train", hyp={})
            found[name] = list(zip(dataset.img_files, dataset.labels))
        return found

    return read


def main():
    work, name = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    # Trainers print to both, at their import too: the answers alone are to be on stdout.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    read = {"ultralytics": ultralytics, "yolov5": yolov5, "yolov7": yolov7}[name]()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    lines = iter(sys.stdin)
    images = [base64.b64decode(image) for image in json.loads(next(lines))["images"]]
    for line in lines:
        tree = json.loads(line)
        root = place(tree, images, work / f"{tree['id']}")
        os.chdir(root / tree["cwd"])
        answer = {"id": tree["id"]}
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                found = read(tree["yaml"].replace("{ROOT}", str(root)), str(root), tree)
            answer.update({split: samples(listed, str(root)) for split, listed in found.items()})
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            answer["stops"] = f"{type(error).__name__}: {error}".replace(str(root), "{ROOT}")[:300]
        print(json.dumps(answer), file=answers, flush=True)
        os.chdir(work)
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()

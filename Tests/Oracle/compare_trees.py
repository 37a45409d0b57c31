"""Holds what Assay foretells of crafted trees against what a trainer made of them.

    compare_trees.py FOLDER ASSAY TRAINER ANSWERS.jsonl <trees.jsonl

Places each tree of trees.py under FOLDER, asks `assay-labels verdicts` where training would be started, and compares with
the line of tree_trainers.py: whether training stops, else which images are trained on with which label rows. Prints each
tree on which they differ, and exits with 1 if there is one.
"""

import base64
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys

from place_tree import place
from tree_trainers import samples


def foretold(assay, trainer, tree, root):
    """The same as a line of tree_trainers.py."""
    config = root / ".config" / "Ultralytics"
    config.mkdir(parents=True)
    (config / "settings.json").write_text(json.dumps({"datasets_dir": str(root / tree["datasets"])}))
    argument = tree["yaml"].replace("{ROOT}", str(root))
    done = subprocess.run([assay, "verdicts", argument, "--trainer", trainer, "--jobs", "1"], cwd=root / tree["cwd"], capture_output=True,
                          env={**os.environ, "YOLO_CONFIG_DIR": str(root / ".config")})
    if done.returncode not in (0, 1):
        return {"stops": "exit %d: %s" % (done.returncode, done.stderr.decode(errors="replace").strip())}
    found = {"train": [], "val": []}
    for line in done.stdout.decode(errors="replace").splitlines():
        entry = json.loads(line)
        if entry["verdict"] == "stops":
            return {"stops": entry["reason"]}
        if entry["verdict"] == "kept" and entry["split"] in found:
            found[entry["split"]].append((entry["path"], [row["box"][:2] for row in entry["rows"] if row["box"]]))
    return {split: samples(listed, str(root)) for split, listed in found.items()}


def main():
    work, assay, trainer, answers = pathlib.Path(sys.argv[1]).resolve(), os.path.abspath(sys.argv[2]), sys.argv[3], {}
    with open(sys.argv[4], encoding="utf-8") as lines:
        for line in lines:
            answer = json.loads(line)
            answers[answer.pop("id")] = answer
    heading = json.loads(next(sys.stdin))
    images = [base64.b64decode(image) for image in heading["images"]]

    def compare(line):
        tree = json.loads(line)
        root = place(tree, images, work / f"{tree['id']}")
        ours, theirs = foretold(assay, trainer, tree, root), answers[tree["id"]]
        shutil.rmtree(root, ignore_errors=True)
        if "stops" in ours and "stops" in theirs or ours == theirs:
            return None
        return f"{tree['id']}: {json.dumps(theirs)}\n    foretold: {json.dumps(ours)}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(compare, sys.stdin))
    different = [result for result in results if result]
    print("\n".join(different + [f"{len(results)} trees, {len(different)} differ; {sum('stops' in a for a in answers.values())} stop"]))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

"""Holds what Assay foretells against what a trainer did, row by row.

    compare.py TRAINERS.jsonl ASSAY.jsonl

The first file is from trainers.py, the second from `assay-labels verdicts`. Prints each image on which they differ, and
exits with 1 if there is one.
"""

import json
import sys


def read(path):
    with open(path, encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    for entry in entries:
        if "image" not in entry:
            sys.exit(f"{path}: {entry.get('verdict')} the whole dataset: {entry.get('reason')}")
    return {entry["image"].rsplit("/", 1)[-1]: entry for entry in entries}


def main():
    theirs, ours = read(sys.argv[1]), read(sys.argv[2])
    different = sorted(set(theirs) ^ set(ours))
    for image in sorted(set(theirs) & set(ours)):
        their, our = theirs[image], ours[image]
        rows = sorted([float("inf") if v is None else float(v) for v in row["box"]] for row in our["rows"] if row["box"])
        told = (our["verdict"] == "dropped", our["rewritten"], rows)
        done = their["dropped"], their["rewritten"], their["rows"]
        if "stops" in their:
            # By the dataset class of a task, which reads a copy.
            stops = any(row["verdict"] == "stops" for row in our["rows"])
            told = told[0], None, [] if stops else rows
            done = their["dropped"], None, their["rows"]
            if stops != their["stops"]:
                told = told + ("stops",)
        if told != done:
            different.append(image)
            print(f"{image}: dropped {their['dropped']}, rewritten {their['rewritten']}, rows {their['rows'][:3]}")
            print(f"    foretold: dropped {told[0]} ({our['reason']}), rewritten {told[1]}, rows {rows[:3]}")
    print(f"{len(theirs)} images, {len(different)} differ")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Precision and recall of the diagnoses of assay-curves on runs with a planted failure (curves_runs.py makes them).

    curves_score.py assay-curves RUNS [--part develop|held] [--log-only] [--list]

RUNS is a folder of runs, a bundle of them (curves_bundle.py), or a folder of bundles. With --log-only the data.yaml of a run
and its labels are out of reach, as for someone who was sent the log.
A diagnosis is right where the failure of the run asks for it; where a failure asks for one of several, any of them will
do. What may follow from a failure is not counted either way. Exit status 1 where precision or recall over all is below 0.9.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import curves_bundle

# By condition, or condition and trainer: what must be found (one of them), and what may be besides.
WANTED = json.loads((pathlib.Path(__file__).parent / "curves_wanted.json").read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("runs", type=pathlib.Path)
    parser.add_argument("--part", default="")
    parser.add_argument("--log-only", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bundles = [options.runs] if options.runs.suffix == ".jsonl" else sorted(options.runs.glob("*.jsonl"))
        for bundle in bundles:
            curves_bundle.unpack(bundle, pathlib.Path(scratch) / bundle.stem, data=not options.log_only)
        if options.log_only and not bundles:
            parser.error("--log-only needs a bundle")
        paths = pathlib.Path(scratch).glob("*/*/truth.json") if bundles else options.runs.glob("*/truth.json")
        sys.exit(score(options, sorted(paths)))


def score(options, paths):
    right, wrong, missed = collections.Counter(), collections.Counter(), collections.Counter()
    count = healthy = clean = 0
    for path in paths:
        truth = json.loads(path.read_text())
        if options.part and truth["part"] != options.part:
            continue
        count += 1
        told = subprocess.run(
            [options.tool, str(path.parent), "--format", "json", "--quiet"], capture_output=True, text=True, check=False)
        if told.returncode not in (0, 1):
            sys.exit(f"{path.parent}: {told.stderr.strip()}")
        found = [d["code"] for d in json.loads(told.stdout)["runs"][0]["diagnoses"]]
        condition = truth["condition"]
        wanted = WANTED.get(f"{condition} {truth['trainer']}", WANTED[condition])
        must, may = wanted["must"], wanted["may"]
        hit = [code for code in found if code in must]
        right.update(hit[:1])
        if must and not hit:
            missed[must[0]] += 1
        extra = [code for code in found if code not in must and code not in may]
        wrong.update(extra)
        if not must:
            healthy += 1
            clean += not found
        if options.list:
            print(f"{path.parent.name:45} {' '.join(found) or '-':20} {'missed ' + must[0] if must and not hit else ''} "
                  f"{'wrong ' + ' '.join(extra) if extra else ''}")
    print("| diagnosis | right | missed | wrong | precision | recall |\n|---|---|---|---|---|---|")
    share = lambda a, b: f"{a / b:.2f}" if b else "–"
    for code in sorted(set(right) | set(missed) | set(wrong)):
        print(f"| {code} | {right[code]} | {missed[code]} | {wrong[code]} | {share(right[code], right[code] + wrong[code])} "
              f"| {share(right[code], right[code] + missed[code])} |")
    r, w, m = sum(right.values()), sum(wrong.values()), sum(missed.values())
    print(f"| all | {r} | {m} | {w} | {share(r, r + w)} | {share(r, r + m)} |")
    print(f"\n{count} runs; {clean} of {healthy} without a failure are called healthy")
    return 0 if r and r >= 0.9 * (r + w) and r >= 0.9 * (r + m) else 1


if __name__ == "__main__":
    main()

"""Joins crafted trees with what trainers made of them: the sample that the tests hold.

    tree_sample.py TREES.jsonl NAME=ANSWERS.jsonl … >trees-sample.jsonl

Takes every tree that stops for another reason than those before, and as many of the others, up to 120.
"""

import json
import re
import sys

MOST = 120


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        heading, *trees = [json.loads(line) for line in lines]
    answers = {}
    for argument in sys.argv[2:]:
        name, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as lines:
            answers[name] = {answer["id"]: answer for answer in map(json.loads, (line for line in lines if line.startswith('{"id"')))}
    seen, chosen = set(), []
    for tree in trees:
        found = {name: answers[name][tree["id"]] for name in answers}
        kinds = {(name, re.sub(r"[^A-Za-z ]", "", answer["stops"])[:24]) for name, answer in found.items() if "stops" in answer}
        if not kinds - seen and (all("stops" in answer for answer in found.values()) or tree["id"] % 4):
            continue
        seen |= kinds
        for answer in found.values():
            answer.pop("id", None)
            if "stops" in answer:
                answer["stops"] = answer["stops"][:40]
        chosen.append({**tree, "files": list(tree["files"].items()), "answers": found})
        if len(chosen) == MOST:
            break
    for entry in [heading] + chosen:
        print(json.dumps(entry, separators=(",", ":")))


if __name__ == "__main__":
    main()

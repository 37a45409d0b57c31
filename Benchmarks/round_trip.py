"""An annotator's hour, by a program: decides suspicions in the served page by keys alone, applies them, and counts.

    round_trip.py ASSAY_REPORT PLAN FOLDER [--decisions 300]

FOLDER is a dataset that `ranking.py plant` made, with its truth.csv, and PLAN a plan of its data.yaml that has been run. The
program plays a person who knows the truth: each suspicion that the page shows is accepted where its answer mends what was
planted (a row to remove that was spawned, the class that was flipped, a box that fits the one that was shifted or dropped by
an IoU of 0.5), and rejected otherwise. Prints the keys that were pressed, how long the page took to the next picture, and how
many planted errors of each kind the label files no longer have, and how many rows that were sound are changed.
"""
import csv
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests/Browser"))
from browser import Browser


def iou(a, b):
    def edges(box):
        return box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2

    (ax, ay, aX, aY), (bx, by, bX, bY) = edges(a), edges(b)
    shared = max(0, min(aX, bX) - max(ax, bx)) * max(0, min(aY, bY) - max(ay, by))
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def read_truth(folder):
    planted = defaultdict(list)
    for row in csv.DictReader(open(folder / "truth.csv")):
        box = [float(row[k]) for k in ("cx", "cy", "w", "h")]
        planted[row["image"]].append((row["kind"], int(row["line"]) if row["line"] else None, int(row["class"]), box))
    return planted


def is_right(suspicion, image, planted):
    """Whether accepting it mends something that was planted."""
    for kind, line, label, box in planted[image]:
        answer = suspicion["box"]
        if kind == "drop":
            if suspicion["line"] is None and answer and answer[0] == label and iou(answer[1:], box) >= 0.5:
                return True
        elif line == suspicion["line"]:
            return not answer if kind == "spawn" else bool(answer) and answer[0] == label and iou(answer[1:], box) >= 0.5
    return False


def labels(folder):
    found = {}
    for path in (folder / "labels").rglob("*.txt"):
        rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
        found[str(path.relative_to(folder / "labels").with_suffix(""))] = [(int(r[0]), [float(v) for v in r[1:5]]) for r in rows]
    return found


def key_of(image):
    return str(Path(image).relative_to("images").with_suffix(""))


def decide(url, planted, most):
    """Decides by keys; the number of keys, of accepted ones, and the milliseconds to the next picture."""
    page = Browser(1400, 900)
    try:
        page.open(url + "#review")
        data = json.loads(page.evaluate("document.getElementById('review-data').textContent"))
        known = {s["id"]: s for s in data["suspicions"]}
        keys, accepted, times = 0, 0, []
        for _ in range(most):
            suspicion = known[page.evaluate("document.getElementById('review-canvas').dataset.suspicion")]
            if suspicion["kind"] == "check":
                break
            wants = is_right(suspicion, data["images"][suspicion["image"]]["name"], planted)
            page.evaluate("document.getElementById('review-canvas').dataset.suspicion = ''")
            begin = time.monotonic()
            page.key("a" if wants else "r")
            keys += 1
            accepted += wants
            while page.evaluate("document.getElementById('review-canvas').dataset.suspicion") == "":
                if time.monotonic() - begin > 10:
                    raise SystemExit("the next picture does not come")
            times.append(1000 * (time.monotonic() - begin))
        time.sleep(1)
        return keys, accepted, sorted(times)
    finally:
        page.close()


def main():
    tool, plan, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    most = int(sys.argv[5]) if sys.argv[4:5] == ["--decisions"] else 300
    planted, before = read_truth(folder), labels(folder)
    server = subprocess.Popen([tool, plan, "--serve", "--quiet"], stdout=subprocess.PIPE, text=True)
    try:
        url = next(line.split()[1] for line in server.stdout if line.startswith("serving"))
        keys, accepted, times = decide(url, planted, most)
    finally:
        server.terminate()
        server.wait()
    print(f"{keys} decisions, {keys} keys, {accepted} accepted; to the next picture: median {times[len(times) // 2]:.0f} ms")
    said = subprocess.run([tool, "apply", plan, "--quiet"], capture_output=True, text=True)
    print(re.sub(r"the files as they were.*", "", said.stdout, flags=re.S).strip())
    after = labels(folder)
    mended, sound = defaultdict(lambda: [0, 0]), 0
    for image, errors in planted.items():
        rows = after[key_of(image)]
        for kind, line, label, box in errors:
            has = any(row[0] == label and iou(row[1], box) >= 0.5 for row in rows)
            # A copy that was put there is mended once its row is gone.
            was = before[key_of(image)][line - 1] if line else None
            mended[kind][1] += 1
            mended[kind][0] += was not in rows if kind == "spawn" else has and (kind == "drop" or was not in rows)
    wrong_lines = {(key_of(image), line) for image, errors in planted.items() for _, line, _, _ in errors}
    for name, rows in before.items():
        sound += sum(row not in after[name] for number, row in enumerate(rows, 1) if (name, number) not in wrong_lines)
    total = [sum(v[i] for v in mended.values()) for i in (0, 1)]
    parts = ", ".join(f"{kind} {found} of {all_}" for kind, (found, all_) in sorted(mended.items()))
    print(f"mended {total[0]} of {total[1]} planted errors ({parts}); {sound} sound rows changed")


main()

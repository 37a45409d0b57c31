"""The usual auto-anchor (PyPI yolov5) on boxes from a CSV of widths and heights in pixels at SIZE.

    usual_anchors.py BOXES.csv SIZE COUNT SEED

Prints: seconds fitness. The fitness is measured on the same boxes as ours: mean of the best side ratio where that is
above 1/4.
"""

import random
import sys
import time

import numpy as np
from yolov5.utils import autoanchor


class Boxes:
    def __init__(self, sizes, size):
        # Random places would change nothing: only widths and heights are read.
        rows = np.concatenate([np.zeros((len(sizes), 3)), sizes / size], 1).astype(np.float64)
        self.labels = [rows]
        self.shapes = np.array([[size, size]], dtype=np.float64)


def main():
    sizes = np.loadtxt(sys.argv[1], delimiter=",", ndmin=2)
    size, count, seed = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    np.random.seed(seed)
    random.seed(seed)
    start = time.perf_counter()
    anchors = autoanchor.kmean_anchors(Boxes(sizes, size), n=count, img_size=size, thr=4.0, gen=1000, verbose=False)
    seconds = time.perf_counter() - start
    total = 0.0
    for part in np.array_split(sizes, max(1, len(sizes) // 100_000)):
        ratio = part[:, None] / anchors[None]
        best = np.minimum(ratio, 1 / ratio).min(2).max(1)
        total += (best * (best > 0.25)).sum()
    print(f"{seconds:.2f} {total / len(sizes):.6f}")


main()

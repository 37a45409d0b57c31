"""Ultralytics' own look at a dataset: `verify_image_label` for each image in its thread pool. Prints the seconds.

    usual_scan.py DATA_FOLDER
"""

import itertools
import logging
import multiprocessing.pool
import os
import pathlib
import sys
import time

from ultralytics.data.utils import img2label_paths, verify_image_label


def main():
    logging.disable(logging.CRITICAL)
    start = time.perf_counter()
    images = sorted(str(path) for path in (pathlib.Path(sys.argv[1]) / "images").rglob("*.jpg"))
    labels = img2label_paths(images)
    threads = min(8, max(1, (os.cpu_count() or 2) - 1))
    with multiprocessing.pool.ThreadPool(threads) as pool:
        same = itertools.repeat
        work = zip(images, labels, same(""), same(False), same(80), same(0), same(0), same(False))
        found = sum(1 for out in pool.imap(verify_image_label, work) if out[0] is not None)
    print(f"{time.perf_counter() - start:.2f} {found}")


if __name__ == "__main__":
    main()

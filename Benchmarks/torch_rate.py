"""Throughput of a PyTorch computation on this machine's cores, the best of the ways to use them."""
import multiprocessing
import os
import time

import torch

LAYOUTS = {"first": torch.contiguous_format, "last": torch.channels_last}


def _work(make, arguments, layout, threads, images, ready, times):
    torch.set_num_threads(threads)
    once = make(*arguments, LAYOUTS[layout])
    for _ in range(2):
        once()
    ready.wait()
    start = time.perf_counter()
    for _ in range(images):
        once()
    times.put(time.perf_counter() - start)


def best_rate(make, arguments, images):
    """Images a second, and how: one process with a thread a core, or a process a core with one thread each, all at once;
    channels first or last.

    make(*arguments, memory_format) returns what is done once an image; it must be a function of the main script.
    """
    cores = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    best = (0, "")
    for layout in LAYOUTS:
        for processes, threads in ((1, cores), (cores, 1)):
            ready, times = context.Barrier(processes), context.Queue()
            workers = [
                context.Process(target=_work, args=(make, arguments, layout, threads, images, ready, times))
                for _ in range(processes)
            ]
            for worker in workers:
                worker.start()
            slowest = max(times.get() for _ in workers)
            for worker in workers:
                worker.join()
            best = max(best, (processes * images / slowest, f"{processes}x{threads}-{layout}"))
    return best

"""The numbers of the models that follow a formula, as FormulaCheckpoint.swift makes them."""
import math

import numpy as np


def weights(name, shape, k):
    """The tensor `name`, the k-th of all by name: double precision, rounded to single."""
    i = np.arange(math.prod(shape), dtype=np.float64)
    if len(shape) == 4:
        values = math.sqrt(2 / math.prod(shape[1:])) * np.sin(0.7 * i + k)
    elif name.endswith("running_mean"):
        values = 0.1 * np.sin(0.9 * i + k)
    elif name.endswith("running_var"):
        values = 1 + 0.3 * np.sin(1.1 * i + k)
    elif name.endswith("bn.weight"):
        values = 1 + 0.2 * np.sin(i + k)
    elif name.endswith("bn.bias"):
        values = 0.2 * np.sin(1.3 * i + k)
    elif "cv2." in name and name.endswith(".2.bias"):
        values = 1.2 + 0.3 * np.sin(i + k)
    else:
        values = 0.1 * np.sin(i + k) - 2
    return values.astype(np.float32).reshape(shape)

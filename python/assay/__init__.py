"""Audit a YOLO dataset before anyone spends GPU hours on it.

The programs ``assay``, ``assay-labels``, ``assay-anchors``, ``assay-probe``, ``assay-toxic``, ``assay-curves`` and
``assay-report`` come with this package; this module starts them and reads what they found:

>>> import assay
>>> assay.check("data.yaml")                     # doctest: +SKIP
[{'code': 'B003', 'severity': 'error', 'file': 'labels/train/a.txt', 'line': 2, ...}]
>>> assay.run("plan.yaml")                       # doctest: +SKIP
>>> assay.suspicions("plan.yaml", as_frame=True) # doctest: +SKIP

Results are lists of dicts; with ``as_frame=True`` they are pandas data frames. ``assay.ultralytics`` checks a dataset
before Ultralytics trains on it.
"""

from ._example import example
from ._program import AssayError, find_program, version
from ._results import findings, images, suspicions
from ._rows import Finding, Image, Suspicion
from ._runs import DatasetError, check, run

__all__ = [
    "AssayError",
    "DatasetError",
    "Finding",
    "Image",
    "Suspicion",
    "check",
    "example",
    "find_program",
    "findings",
    "images",
    "run",
    "suspicions",
    "version",
]

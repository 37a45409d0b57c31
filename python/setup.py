"""The version stands in one place, Sources/AuditPlan/Version.swift."""

import pathlib
import re

from setuptools import setup

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "Sources/AuditPlan/Version.swift"
version = re.search(r'assayVersion = "([^"]+)"', SOURCE.read_text())
if version is None:
    raise SystemExit(f"error: {SOURCE}: says no version")
setup(version=version[1])

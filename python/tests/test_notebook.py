"""The example notebook, cell by cell as Jupyter runs it, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import assay

NOTEBOOK = Path(__file__).resolve().parent.parent / "examples/audit.ipynb"
FIXTURES = NOTEBOOK.parents[2] / "Fixtures"


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    from assay import _example

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if not (Path(_example.__file__).parent / "example").is_dir():
        # Beside the source, the example lies where it is made.
        import shutil

        monkeypatch.setattr(
            assay, "example", lambda folder: str(Path(shutil.copytree(FIXTURES / "demo", folder)) / "data.yaml")
        )
    notebook = json.loads(NOTEBOOK.read_text())
    assert not any(cell.get("outputs") for cell in notebook["cells"]), "results are not kept in the notebook"
    names: dict[str, Any] = {}
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{NOTEBOOK.name}, cell {number}", "exec"), names)
    assert any(names["findings"]["code"] == "B001")
    assert names["hits"] / len(names["first"]) > 0.6
    assert names["images"]["loss"].notna().all()
    assert (tmp_path / "plan.assay/report.html").stat().st_size > 100_000

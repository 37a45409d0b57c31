from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import assay


def test_a_clean_dataset_has_no_errors(shapes: Path) -> None:
    assert not [finding for finding in assay.check(shapes) if finding["severity"] == "error"]


def test_findings_are_those_of_the_program(broken: Path) -> None:
    found = assay.check(broken)
    program = subprocess.run(
        [assay.find_program(), "labels", str(broken), "--format", "json"], capture_output=True, text=True, check=False
    )
    assert program.returncode == 1
    assert found == json.loads(program.stdout)
    assert {"code", "severity", "file", "line", "message", "effect", "fix"} <= set(found[0])


def test_settings_reach_the_program(broken: Path) -> None:
    codes = {finding["code"] for finding in assay.check(broken)}
    assert len(codes) > 3
    only = sorted(codes)[0]
    assert {finding["code"] for finding in assay.check(broken, select=[only])} == {only}
    assert only not in {finding["code"] for finding in assay.check(broken, ignore=[only])}
    train = assay.check(broken, splits=["train"], jobs=1, images="none", options=["--no-condense"])
    assert train != assay.check(broken)
    assert assay.check(broken, trainer="darknet") != assay.check(broken)


def test_what_cannot_be_read_is_one_line(shapes: Path) -> None:
    with pytest.raises(assay.AssayError, match="nowhere.yaml: ") as raised:
        assay.check("nowhere.yaml")
    assert "\n" not in str(raised.value) and not str(raised.value).startswith("error")
    with pytest.raises(assay.AssayError, match="nonsense"):
        assay.check(shapes, trainer="nonsense")
    with pytest.raises(TypeError, match=r"\['train'\]"):
        assay.check(shapes, splits="train")


def test_a_check_as_a_data_frame(broken: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = assay.check(broken, as_frame=True)
    rows = assay.check(broken)
    assert isinstance(table, pandas.DataFrame)
    assert list(table["code"]) == [row["code"] for row in rows]
    assert [None if value is pandas.NA else value for value in table["line"]] == [row["line"] for row in rows]
    empty = assay.check(broken, select=["B003"], options=["--select", "I009"], as_frame=True)
    assert len(empty) == 0 and list(empty.columns)[:2] == ["code", "severity"]


def test_a_run_tells_the_results_of_every_stage(audited: Path) -> None:
    results = assay.run(audited, jobs=1)
    assert {"labels", "anchors", "probe", "toxic", "report"} <= set(results)
    with pytest.raises(assay.AssayError, match="nowhere"):
        assay.run("nowhere.yaml")


def test_the_example_is_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assay import _example

    if not (Path(_example.__file__).parent / "example").is_dir():
        pytest.skip("the example is in the wheel only")
    monkeypatch.chdir(tmp_path)
    data = assay.example("demo")
    assert any(finding["code"] == "B001" for finding in assay.check(data))
    with pytest.raises(assay.AssayError, match="is there already"):
        assay.example("demo")

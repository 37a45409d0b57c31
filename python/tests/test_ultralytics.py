"""The callback, with the real package where that is installed and with a stand-in for its trainer."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import assay
from assay.ultralytics import check_dataset


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package that says its version, as the callback asks for it."""
    package = ModuleType("ultralytics")
    package.__version__ = "8.4.190"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ultralytics", package)
    return package


def trainer(named: str, **opened: object) -> SimpleNamespace:
    return SimpleNamespace(args=SimpleNamespace(data=named), **opened)


def test_errors_stop(broken: Path, installed: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(assay.DatasetError, match=r"broken/data.yaml: \d+ errors; mend them") as raised:
        check_dataset()(trainer("broken/data.yaml"))
    found = raised.value.findings
    assert found and all(finding["severity"] == "error" for finding in found)
    said = capsys.readouterr().err
    assert found[0]["message"] in said and said.count("\n") <= 11


def test_a_clean_dataset_goes_on(shapes: Path, installed: ModuleType) -> None:
    check_dataset()(trainer("shapes/data.yaml"))
    # It has notes.
    with pytest.raises(assay.DatasetError, match="notes"):
        check_dataset(fail_on="note")(trainer("shapes/data.yaml"))


def test_the_version_decides_whose_reading_it_is(
    broken: Path, installed: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay import ultralytics

    asked: list[object] = []

    def check(data: str, *, trainer: str, **others: object) -> list[assay.Finding]:
        asked.append(trainer)
        return []

    monkeypatch.setattr(ultralytics, "check", check)
    for version in ("8.4.190", "8.3.0", "8.2.103", "9.0.1"):
        monkeypatch.setattr(installed, "__version__", version)
        check_dataset()(trainer("broken/data.yaml"))
    assert asked == ["ultralytics", "ultralytics", "ultralytics-old", "ultralytics"]


def test_an_opened_dataset_is_known_by_its_file(shapes: Path, installed: ModuleType) -> None:
    with pytest.raises(assay.AssayError, match="on_pretrain_routine_end"):
        check_dataset()(trainer("coco8.yaml"))
    check_dataset()(trainer("coco8.yaml", data={"yaml_file": str(shapes / "data.yaml")}))


def test_no_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="note, warning, error"):
        check_dataset(fail_on="fatal")


@pytest.mark.parametrize("event", ["on_pretrain_routine_start", "on_pretrain_routine_end"])
def test_the_real_package(
    event: str, broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    package = pytest.importorskip("ultralytics")
    shutil.copytree(Path(__file__).resolve().parents[2] / "Fixtures/shapes", tmp_path / "shapes")
    settings = {
        **dict.fromkeys(("plots", "verbose", "val"), False),
        **{"epochs": 1, "imgsz": 64, "batch": 8, "device": "cpu", "workers": 0, "project": str(tmp_path / "runs")},
    }

    def train(data: str) -> list[str]:
        model, seen = package.YOLO("yolo11n.yaml"), list[str]()
        model.add_callback(event, check_dataset())
        model.add_callback("on_train_epoch_end", lambda trainer: seen.append("epoch"))
        try:
            model.train(data=data, **settings)
        except assay.DatasetError:
            seen.append("stopped")
        return seen

    assert train(str(tmp_path / "shapes/data.yaml")) == ["epoch"]
    # A row outside of the image, in the one dataset that trains.
    (tmp_path / "shapes/labels/train/shape00.txt").write_text("0 0.5 0.5 0.2 1.8\n")
    assert train(str(tmp_path / "shapes/data.yaml")) == ["stopped"]

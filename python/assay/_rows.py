"""What a row of each result says. ``docs/formats.md`` of Assay describes every key."""

from __future__ import annotations

from typing import Optional, TypedDict


class Finding(TypedDict, total=False):
    """Something wrong with a label, an image or the dataset; those of a check have ``verdict`` as well."""

    code: str
    severity: str
    file: str
    line: Optional[int]
    column: Optional[int]
    message: str
    effect: str
    fix: str
    verdict: str


# `class` is a keyword, so the type is made of a dict.
Suspicion = TypedDict(
    "Suspicion",
    {
        "id": str,
        "image": str,
        "line": Optional[int],
        "kind": str,
        "score": float,
        "impact": float,
        "class": Optional[int],
        "cx": Optional[float],
        "cy": Optional[float],
        "w": Optional[float],
        "h": Optional[float],
        "evidence": str,
        "decision": Optional[str],
    },
)


class Image(TypedDict):
    """What the ranking knows of an image; None where a model's family or the run has no such figure."""

    image: str
    split: str
    width: int
    height: int
    boxes: int
    loss: Optional[float]
    box: Optional[float]
    obj: Optional[float]
    cls: Optional[float]
    dfl: Optional[float]
    share: Optional[float]
    intensity: Optional[float]
    gradient_norm: Optional[float]
    gradient_norm_backbone: Optional[float]
    gradient_norm_neck: Optional[float]
    gradient_norm_head: Optional[float]
    energy_share: Optional[float]
    projection_share: Optional[float]
    leave_one_out_cosine: Optional[float]
    robust_z: Optional[float]
    clip_ratio_10: Optional[float]
    clip_ratio_1: Optional[float]
    loss_mean: Optional[float]
    loss_spread: Optional[float]
    loss_forgotten: Optional[float]
    fold: Optional[int]
    probability: Optional[float]
    rank: int
    reason: str
    problem: Optional[str]

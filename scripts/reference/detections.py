#!/usr/bin/env python3
"""Writes the most confident detections of checkpoints on one image, by the frameworks themselves, as JSON.

    detections.py IMAGE SIZE CHECKPOINT.pt … > figures.json       needs torch, ultralytics, yolov5

The image must be SIZE × SIZE. Suppression: IoU 0.7 (YOLOv5: 0.6), every class above 0.001. Boxes are corners in pixels.
"""
import json
import os
import sys

import cv2
import torch

import plain_nms  # noqa: F401


def main():
    image, size = cv2.imread(sys.argv[1])[:, :, ::-1].copy(), int(sys.argv[2])
    assert image.shape[:2] == (size, size)
    x = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255
    result = {}
    for path in sys.argv[3:]:
        if "v5" in os.path.basename(path):
            # Makes the names under which its checkpoints keep their modules known.
            from yolov5.utils.general import non_max_suppression
        else:
            from ultralytics.utils.nms import non_max_suppression
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        model = (checkpoint.get("ema") or checkpoint["model"]).float().eval()
        if hasattr(model.model[-1], "one2one_cv2"):
            # An older checkpoint does not say that its second head is the one to predict with.
            model.model[-1].end2end = True
        with torch.no_grad():
            out = model(x)
        out = out[0] if isinstance(out, (tuple, list)) else out
        if out.shape[-1] == 6 and out.shape[1] == 300:
            found = out[0]
        elif "v5" in os.path.basename(path):
            found = non_max_suppression(out, 0.001, 0.6, multi_label=True, max_det=300)[0]
        else:
            found = non_max_suppression(out, 0.001, 0.7, multi_label=True, max_det=300)[0]
        name = os.path.basename(path).removesuffix(".pt")
        result[name] = {"count": len(found), "top": [[round(v, 5) for v in row] for row in found[:8].tolist()]}
    json.dump(result, sys.stdout, indent=1)
    print()


main()

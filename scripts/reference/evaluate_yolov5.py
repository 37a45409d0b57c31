#!/usr/bin/env python3
"""Evaluates a YOLOv5 checkpoint on square letterboxed images with YOLOv5's own suppression and metrics (PyPI yolov5).

    evaluate_yolov5.py DATASET_FOLDER SPLIT CHECKPOINT.pt SIZE

Prints class, precision, recall, AP50 and AP50:95, the means first. Compare with
`assay-toxic evaluate DATASET_FOLDER/data.yaml --weights CHECKPOINT.pt --splits SPLIT --size SIZE`.
"""
import glob
import os
import sys

import cv2
import numpy as np
import torch

import plain_nms  # noqa: F401

# numpy 2 renamed it.
np.trapz = getattr(np, "trapz", None) or np.trapezoid

from yolov5.utils.general import non_max_suppression, xywh2xyxy  # noqa: E402
from yolov5.utils.metrics import ap_per_class, box_iou  # noqa: E402


def main():
    folder, split, weights, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    checkpoint = torch.load(weights, map_location="cpu", weights_only=False)
    model = (checkpoint.get("ema") or checkpoint["model"]).float().eval()
    thresholds = torch.linspace(0.5, 0.95, 10)
    stats = []
    for path in sorted(glob.glob(os.path.join(folder, "images", split, "*"))):
        image = cv2.imread(path)[:, :, ::-1]
        height, width = image.shape[:2]
        scale = size / max(height, width)
        w, h = round(width * scale), round(height * scale)
        if (w, h) != (width, height):
            image = cv2.resize(image, (w, h), interpolation=cv2.INTER_LINEAR)
        left, top = round((size - w) / 2 - 0.1), round((size - h) / 2 - 0.1)
        square = np.full((size, size, 3), 114, np.uint8)
        square[top : top + h, left : left + w] = image
        with torch.no_grad():
            out = model(torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255)[0]
        found = non_max_suppression(out, 0.001, 0.6, multi_label=True, max_det=300)[0]
        found[:, [0, 2]] = found[:, [0, 2]].clamp(left, left + w)
        found[:, [1, 3]] = found[:, [1, 3]].clamp(top, top + h)
        name = os.path.splitext(os.path.basename(path))[0] + ".txt"
        rows = np.loadtxt(os.path.join(folder, "labels", split, name), ndmin=2).reshape(-1, 5)
        rows = torch.from_numpy(rows[(rows[:, 3] > 0) & (rows[:, 4] > 0)])
        boxes = xywh2xyxy(rows[:, 1:] * torch.tensor([w, h, w, h])) + torch.tensor([left, top, left, top])
        correct = np.zeros((len(found), 10), bool)
        if len(rows) and len(found):
            iou = box_iou(boxes.float(), found[:, :4])
            same = rows[:, :1] == found[:, 5]
            for i, threshold in enumerate(thresholds):
                pairs = torch.where((iou >= threshold) & same)
                if len(pairs[0]):
                    m = torch.cat((torch.stack(pairs, 1), iou[pairs[0], pairs[1]][:, None]), 1).numpy()
                    m = m[m[:, 2].argsort()[::-1]]
                    m = m[np.unique(m[:, 1], return_index=True)[1]]
                    m = m[np.unique(m[:, 0], return_index=True)[1]]
                    correct[m[:, 1].astype(int), i] = True
        stats.append((correct, found[:, 4].numpy(), found[:, 5].numpy(), rows[:, 0].numpy()))
    result = ap_per_class(*[np.concatenate(x, 0) for x in zip(*stats)], names={})
    p, r, ap, classes = result[2], result[3], result[5], result[6]
    print(f"all {p.mean():.4f} {r.mean():.4f} {ap[:, 0].mean():.4f} {ap.mean():.4f}")
    for i, c in enumerate(classes):
        print(f"{c} {p[i]:.4f} {r[i]:.4f} {ap[i, 0]:.4f} {ap[i].mean():.4f}")


main()

"""torchvision's non-maximum suppression in plain PyTorch, for builds of torchvision without operators.

Importing this puts it in torchvision's place.
"""
import torch
import torchvision


def nms(boxes, scores, limit):
    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    alive = torch.ones(len(boxes), dtype=torch.bool)
    for i in range(len(boxes)):
        if alive[i]:
            low = torch.maximum(boxes[i, :2], boxes[i + 1 :, :2])
            high = torch.minimum(boxes[i, 2:], boxes[i + 1 :, 2:])
            inside = (high - low).clamp(min=0).prod(1)
            alive[i + 1 :] &= inside / (area[i] + area[i + 1 :] - inside) <= limit
    return order[alive]


torchvision.ops.nms = nms

"""The layers of YOLOv5 s as its releases 2.0 and 5.0 had them, as the configuration that its framework builds a model of."""

ANCHORS = [[10, 13, 16, 30, 33, 23], [30, 61, 62, 45, 59, 119], [116, 90, 156, 198, 373, 326]]
BLOCKS = {"release-2": "BottleneckCSP", "release-5": "C3"}


def configuration(name, classes):
    block = BLOCKS[name]

    def down(channels, repeats):
        return [[-1, 1, "Conv", [channels, 3, 2]], [-1, repeats, block, [channels]]]

    def up(channels, beside):
        return [
            [-1, 1, "Conv", [channels, 1, 1]], [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
            [[-1, beside], 1, "Concat", [1]], [-1, 3, block, [channels, False]]]

    def back(channels, beside):
        return [
            [-1, 1, "Conv", [channels, 3, 2]], [[-1, beside], 1, "Concat", [1]], [-1, 3, block, [2 * channels, False]]]

    pooled = [[-1, 1, "Conv", [1024, 3, 2]], [-1, 1, "SPP", [1024, [5, 9, 13]]], [-1, 3, block, [1024, False]]]
    return dict(
        nc=classes, depth_multiple=0.33, width_multiple=0.5, anchors=ANCHORS,
        backbone=[[-1, 1, "Focus", [64, 3]]] + down(128, 3) + down(256, 9) + down(512, 9) + pooled,
        head=up(512, 6) + up(256, 4) + back(256, 14) + back(512, 10) + [[[17, 20, 23], 1, "Detect", [classes, ANCHORS]]])

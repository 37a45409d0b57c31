"""The layers of YOLOv7, of a narrow one for tests, and of YOLOv7-tiny, as the configuration that its framework builds a model of.

From the paper (Wang, Bochkovskiy and Liao 2022): efficient layer aggregation, whose convolutions are all kept and joined,
downsampling by a pool beside a convolution of stride two, and a pyramid of three levels.
"""

ANCHORS = {
    "yolov7": [[12, 16, 19, 36, 40, 28], [36, 75, 76, 55, 72, 146], [142, 110, 192, 243, 459, 401]],
    "yolov7-tiny": [[10, 13, 16, 30, 33, 23], [30, 61, 62, 45, 59, 119], [116, 90, 156, 198, 373, 326]],
}


class Layers:
    """A list of layers that say from which they read."""

    def __init__(self, activation=None):
        self.rows = []
        self.more = [None, 1, activation] if activation else []

    def add(self, source, module, *arguments):
        self.rows.append([source, 1, module, list(arguments)])
        return len(self.rows) - 1

    def conv(self, source, channels, kernel=1, stride=1):
        return self.add(source, "Conv", channels, kernel, stride, *self.more)

    def join(self, *sources):
        return self.add(list(sources), "Concat", 1)

    def aggregate(self, source, inner, outer, steps, every, first=None):
        """Two pointwise convolutions, a chain behind the second, and what is kept of it joined."""
        side = self.conv(source, first or inner)
        kept = [self.conv(source, first or inner), side]
        last = kept[0]
        for step in range(1, steps + 1):
            last = self.conv(last, inner, 3)
            if step % every == 0:
                kept.insert(0, last)
        return self.conv(self.join(*kept), outer)

    def halve(self, source, channels, *beside):
        first = self.conv(self.add(source, "MP"), channels)
        second = self.conv(self.conv(source, channels), channels, 3, 2)
        return self.join(second, first, *beside)

    def enlarge(self, source, channels, beside):
        up = self.add(self.conv(source, channels), "nn.Upsample", None, 2, "nearest")
        return self.join(self.conv(beside, channels), up)


def large():
    net = Layers()
    stem = net.conv(net.conv(net.conv(net.conv(-1, 32, 3), 64, 3, 2), 64, 3), 128, 3, 2)
    level = net.aggregate(stem, 64, 256, 4, 2)
    p3 = net.aggregate(net.halve(level, 128), 128, 512, 4, 2)
    p4 = net.aggregate(net.halve(p3, 256), 256, 1024, 4, 2)
    p5 = net.aggregate(net.halve(p4, 512), 256, 1024, 4, 2)
    backbone = len(net.rows)
    top = net.add(p5, "SPPCSPC", 512)
    middle = net.aggregate(net.enlarge(top, 256, p4), 128, 256, 4, 1, 256)
    low = net.aggregate(net.enlarge(middle, 128, p3), 64, 128, 4, 1, 128)
    middle = net.aggregate(net.halve(low, 128, middle), 128, 256, 4, 1, 256)
    high = net.aggregate(net.halve(middle, 256, top), 256, 512, 4, 1, 512)
    return net, backbone, [net.add(s, "RepConv", c, 3, 1) for s, c in ((low, 256), (middle, 512), (high, 1024))]


def tiny():
    net = Layers("nn.LeakyReLU(0.1)")
    level = net.aggregate(net.conv(net.conv(-1, 32, 3, 2), 64, 3, 2), 32, 64, 2, 1)
    p3 = net.aggregate(net.add(level, "MP"), 64, 128, 2, 1)
    p4 = net.aggregate(net.add(p3, "MP"), 128, 256, 2, 1)
    p5 = net.aggregate(net.add(p4, "MP"), 256, 512, 2, 1)
    backbone = len(net.rows)
    side, deep = net.conv(p5, 256), net.conv(p5, 256)
    pools = [net.add(deep, "SP", size) for size in (13, 9, 5)]
    top = net.conv(net.join(net.conv(net.join(*pools, deep), 256), side), 256)
    middle = net.aggregate(net.enlarge(top, 128, p4), 64, 128, 2, 1)
    low = net.aggregate(net.enlarge(middle, 64, p3), 32, 64, 2, 1)
    middle = net.aggregate(net.join(net.conv(low, 128, 3, 2), middle), 64, 128, 2, 1)
    high = net.aggregate(net.join(net.conv(middle, 256, 3, 2), top), 128, 256, 2, 1)
    return net, backbone, [net.conv(s, c, 3) for s, c in ((low, 128), (middle, 256), (high, 512))]


def configuration(name, classes):
    net, backbone, ends = tiny() if name.endswith("tiny") else large()
    net.add(ends, "IDetect", "nc", "anchors")
    narrow = name.endswith("narrow")
    return dict(
        nc=classes, depth_multiple=1.0, width_multiple=0.0625 if narrow else 1.0,
        anchors=ANCHORS[name.removesuffix("-narrow")], backbone=net.rows[:backbone],
        head=net.rows[backbone:])

/// The published YOLOv5 sizes (v6/v7 architecture, P5), as model YAML.
public enum StandardModels {
    /// Depth and width multiples by name.
    private static let multiples: [(name: String, depth: String, width: String)] = [
        ("yolov5n", "0.33", "0.25"), ("yolov5s", "0.33", "0.50"), ("yolov5m", "0.67", "0.75"),
        ("yolov5l", "1.0", "1.0"), ("yolov5x", "1.33", "1.25"),
    ]

    /// Names that `yaml(named:)` knows.
    public static var names: [String] { multiples.map(\.name) }

    /// The YAML of a published size; nil for a name that is none.
    ///
    /// - Parameter anchors: in pixels, a level each; nil for the published ones.
    public static func yaml(
        named name: String, classCount: Int = 80, anchors: [[(width: Double, height: Double)]]? = nil
    ) -> String? {
        guard let found = multiples.first(where: { $0.name == name }) else { return nil }
        let plain = yolov5(classCount: classCount, depth: found.depth, width: found.width)
        guard let anchors else { return plain }
        let rows = anchors.map { level in
            "  - [" + level.map { "\($0.width),\($0.height)" }.joined(separator: ", ") + "]\n"
        }
        let lines = plain.split(separator: "\n", omittingEmptySubsequences: false)
        let first = lines.firstIndex { $0.hasPrefix("anchors:") } ?? 0
        let next = lines.firstIndex { $0.hasPrefix("backbone:") } ?? 0
        return lines[...first].joined(separator: "\n") + "\n" + rows.joined() + lines[next...].joined(separator: "\n")
    }

    /// YOLOv5 with any multiples.
    public static func yolov5(classCount: Int, depth: String, width: String) -> String {
        """
        nc: \(classCount)
        depth_multiple: \(depth)
        width_multiple: \(width)
        anchors:
          - [10,13, 16,30, 33,23]  # P3/8
          - [30,61, 62,45, 59,119]  # P4/16
          - [116,90, 156,198, 373,326]  # P5/32
        backbone:
          - [-1, 1, Conv, [64, 6, 2, 2]]
          - [-1, 1, Conv, [128, 3, 2]]
          - [-1, 3, C3, [128]]
          - [-1, 1, Conv, [256, 3, 2]]
          - [-1, 6, C3, [256]]
          - [-1, 1, Conv, [512, 3, 2]]
          - [-1, 9, C3, [512]]
          - [-1, 1, Conv, [1024, 3, 2]]
          - [-1, 3, C3, [1024]]
          - [-1, 1, SPPF, [1024, 5]]
        head:
          - [-1, 1, Conv, [512, 1, 1]]
          - [-1, 1, nn.Upsample, [None, 2, nearest]]
          - [[-1, 6], 1, Concat, [1]]
          - [-1, 3, C3, [512, False]]
          - [-1, 1, Conv, [256, 1, 1]]
          - [-1, 1, nn.Upsample, [None, 2, nearest]]
          - [[-1, 4], 1, Concat, [1]]
          - [-1, 3, C3, [256, False]]
          - [-1, 1, Conv, [256, 3, 2]]
          - [[-1, 14], 1, Concat, [1]]
          - [-1, 3, C3, [512, False]]
          - [-1, 1, Conv, [512, 3, 2]]
          - [[-1, 10], 1, Concat, [1]]
          - [-1, 3, C3, [1024, False]]
          - [[17, 20, 23], 1, Detect, [nc, anchors]]
        """
    }
}

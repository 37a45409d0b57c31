/// A trainer that takes a file of hyperparameters, with the settings that it knows.
public enum AdviceTrainer: String, Sendable, CaseIterable {
    /// Ultralytics 8.4.
    case ultralytics
    /// Ultralytics 8.0 to 8.3.
    case ultralyticsOld = "ultralytics-old"
    /// YOLOv5 6 and 7.
    case yolov5
    case yolov7

    /// As people call it.
    var name: String {
        switch self {
        case .ultralytics: "Ultralytics"
        case .ultralyticsOld: "Ultralytics before 8.4"
        case .yolov5: "YOLOv5"
        case .yolov7: "YOLOv7"
        }
    }

    /// How the file is given to it.
    var use: String {
        switch self {
        case .ultralytics, .ultralyticsOld: "yolo train cfg=hyp.suggested.yaml model=… data=…"
        case .yolov5, .yolov7: "train.py --hyp hyp.suggested.yaml …"
        }
    }

    /// Whether the trainer ends where a setting is not in the file.
    var needsEverySetting: Bool { self == .yolov5 || self == .yolov7 }

    /// What advice may be about, with the values that the trainer takes.
    struct Setting {
        let name: String
        let range: ClosedRange<Double>
        /// What it is where nobody says otherwise.
        let usual: Double
    }

    /// The gain of the class loss of models with anchors. Those without have another loss, of which the figures of one with
    /// anchors say nothing.
    var classGain: Setting? {
        switch self {
        case .ultralytics, .ultralyticsOld: nil
        case .yolov5: Setting(name: "cls", range: 0.2...4, usual: 0.5)
        case .yolov7: Setting(name: "cls", range: 0.2...4, usual: 0.3)
        }
    }

    /// The weight of objectness where there is an object.
    var objectWeight: Setting? {
        needsEverySetting ? Setting(name: "obj_pw", range: 0.5...2, usual: 1) : nil
    }

    /// How far classes are weighed by their rarity: the power of the inverse of their frequency.
    var rarityPower: Setting? { self == .ultralytics ? Setting(name: "cls_pw", range: 0...1, usual: 0) : nil }

    /// Every setting of the file that the trainer starts from where none is given, in its order.
    var everySetting: [(name: String, value: Double)] {
        switch self {
        case .ultralytics, .ultralyticsOld: []
        case .yolov5: Self.common + Self.views(translate: 0.1, scale: 0.5, mixup: 0) + [("copy_paste", 0)]
        case .yolov7:
            Self.common.map { name, value in
                (name, ["lrf": 0.1, "cls": 0.3, "obj": 0.7][name] ?? value)
            } + Self.views(translate: 0.2, scale: 0.9, mixup: 0.15) + [("copy_paste", 0), ("paste_in", 0.15)]
        }
    }

    private static let common: [(name: String, value: Double)] = [
        ("lr0", 0.01), ("lrf", 0.01), ("momentum", 0.937), ("weight_decay", 0.0005), ("warmup_epochs", 3),
        ("warmup_momentum", 0.8), ("warmup_bias_lr", 0.1), ("box", 0.05), ("cls", 0.5), ("cls_pw", 1), ("obj", 1),
        ("obj_pw", 1), ("iou_t", 0.2), ("anchor_t", 4), ("fl_gamma", 0),
    ]

    private static func views(translate: Double, scale: Double, mixup: Double) -> [(name: String, value: Double)] {
        [
            ("hsv_h", 0.015), ("hsv_s", 0.7), ("hsv_v", 0.4), ("degrees", 0), ("translate", translate),
            ("scale", scale), ("shear", 0), ("perspective", 0), ("flipud", 0), ("fliplr", 0.5), ("mosaic", 1),
            ("mixup", mixup),
        ]
    }
}

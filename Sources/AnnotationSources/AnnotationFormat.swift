/// The forms in which other tools hand out annotations.
public enum AnnotationFormat: String, Sendable, Hashable, CaseIterable {
    /// COCO's instances, as one JSON file a split; Roboflow, FiftyOne, CVAT and Datumaro write it.
    case coco
    /// Pascal VOC: an XML file an image.
    case voc
    /// CVAT for images 1.1: one XML file for all images.
    case cvat
    /// Label Studio's JSON, whole or in its short form.
    case labelStudio = "label-studio"
    /// LabelMe: a JSON file an image.
    case labelMe = "labelme"
    /// Supervisely: a project with `meta.json` and a JSON file an image.
    case supervisely
    /// darknet's `.data` and `.names`; CVAT's “YOLO 1.1”.
    case darknet
    /// Folders of images and of label rows, with a data.yaml or a `classes.txt`: Ultralytics, CVAT, Label Studio.
    case yolo

    /// As people call it, to follow “is”.
    public var title: String {
        switch self {
        case .coco: "COCO JSON"
        case .voc: "Pascal VOC XML"
        case .cvat: "a CVAT export (images 1.1)"
        case .labelStudio: "a Label Studio export (JSON)"
        case .labelMe: "LabelMe JSON"
        case .supervisely: "a Supervisely project"
        case .darknet: "a darknet dataset (YOLO 1.1)"
        case .yolo: "a YOLO dataset"
        }
    }
}

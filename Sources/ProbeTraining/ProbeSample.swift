import YOLODataset

/// One image with the labels that training takes.
public struct ProbeSample: Sendable, Hashable {
    /// The image and its label file.
    public let sample: DatasetSample
    /// The labels that training takes, in the order of the rows.
    public let boxes: [LabelBox]
    /// In pixels, after EXIF orientation.
    public let width: Int
    /// In pixels, after EXIF orientation.
    public let height: Int

    /// - Parameter width: in pixels after EXIF orientation, as `height`.
    public init(sample: DatasetSample, boxes: [LabelBox], width: Int, height: Int) {
        self.sample = sample
        self.boxes = boxes
        self.width = width
        self.height = height
    }
}

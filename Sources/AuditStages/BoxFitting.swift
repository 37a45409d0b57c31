import AnchorFitting
import ToolOptions
import YOLODataset

/// The boxes of a dataset and the fit that options ask for.
public struct BoxFitting {
    /// The anchors in use; nil where nothing says them.
    public let source: AnchorSource?
    /// What the options come to for this dataset.
    public let settings: AnchorSettings
    /// The boxes to fit, in pixels of the training image.
    public let boxes: AnchorBoxes

    /// Reads the boxes.
    ///
    /// - Parameter skip: rows that are left out, as `file:line`.
    /// - Throws: `AnchorRequest.Problem` where options do not fit together or the dataset.
    public init(
        _ options: AnchorOptions, _ dataset: Dataset, skip: Set<String> = [], jobs: Int,
        isCancelled: @Sendable @escaping () -> Bool
    ) throws {
        let request = options.request
        source = try options.current?.source()
        settings = try request.settings(classNames: dataset.classNames, source: source)
        boxes = try AnchorBoxes.read(
            dataset, splits: try options.splits.names(in: dataset), input: settings.input,
            classes: try request.classIDs(classNames: dataset.classNames), jobs: jobs, skip: skip,
            isCancelled: isCancelled)
    }

    /// The anchors in use against the best there are.
    public func comparison(jobs: Int, isCancelled: @Sendable @escaping () -> Bool) throws -> AnchorComparison {
        try AnchorComparison.make(
            boxes: boxes, source: source, settings: settings, jobs: jobs, isCancelled: isCancelled)
    }
}

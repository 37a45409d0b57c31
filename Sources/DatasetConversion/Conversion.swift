import AnnotationSources
import FileReading
import Foundation

/// In which form a dataset is written.
public enum ConversionTarget: String, Sendable, CaseIterable {
    /// Rows of boxes.
    case yolo
    /// Rows of polygons.
    case yoloSegment = "yolo-segment"
    /// Rows of four corners.
    case yoloOBB = "yolo-obb"
    /// COCO's instances.
    case coco
}

/// What becomes of the image files.
public enum ImagePlacement: String, Sendable, CaseIterable {
    case copy
    /// Symbolic links to the files as they are.
    case link
    /// A second name of the same file.
    case hardLink = "hard-link"
    /// Annotations alone are written, also of images that are not there.
    case none
}

/// What is converted, and how.
public struct ConversionRequest: Sendable {
    /// A folder, a file or a ZIP archive.
    public var input: String
    /// A folder that does not exist yet.
    public var output: String
    /// Nil for whatever the input is.
    public var format: AnnotationFormat?
    /// In which form it is written.
    public var target = ConversionTarget.yolo
    /// What becomes of the image files.
    public var placement = ImagePlacement.copy
    /// Where images are looked for besides the input.
    public var imageFolder: String?
    /// The part of the images that validation gets where the export has no such part.
    public var validationShare = 0.0
    /// Which images these are.
    public var seed: UInt64 = 0
    /// Whether a folder that is there is replaced.
    public var replaces = false
    /// Whether nothing is written where anything would be gone.
    public var isStrict = false
    /// Worker threads; the result does not depend on them.
    public var jobs = 1

    /// - Parameters:
    ///   - input: a folder, a file or a ZIP archive.
    ///   - output: a folder that does not exist yet.
    public init(input: String, output: String) { (self.input, self.output) = (input, output) }
}

/// Turns what another tool has exported into a dataset: read, made one, written into a folder beside the output, and put in
/// its place as a whole.
public enum Conversion {
    /// - Throws: `FileError` where nothing can be read or written; the output is then as it was.
    public static func run(
        _ request: ConversionRequest, isCancelled: @Sendable @escaping () -> Bool = { false },
        progress: @Sendable @escaping (Int, Int) -> Void = { _, _ in }
    ) throws -> ConversionResult {
        let recognised = ExportRecognition.recognise(request.input)
        guard let format = request.format ?? recognised?.format else { throw unknown(request.input) }
        var losses = ConversionLosses()
        let output = try OutputFolder(request.output, input: request.input, replaces: request.replaces)
        var input = request.input
        let isArchive = recognised?.isArchive ?? false
        if isArchive {
            input = try output.unpack(request.input, losses: &losses, isCancelled: isCancelled)
        }
        let source = try ExportFolder(
            input, format: format, imageFolder: request.imageFolder, jobs: request.jobs, isCancelled: isCancelled)
        var dataset = try AnnotationReaders.reader(of: format).read(source, losses: &losses)
        guard !dataset.images.isEmpty else {
            throw FileError(file: request.input, message: "\(format.title) without an image", wayOut: "export it again")
        }
        guard request.placement == .none || dataset.images.contains(where: { $0.file != nil }) else {
            throw FileError(
                file: request.input, message: "none of the \(dataset.images.count) images that it names is there",
                wayOut: "name their folder with --image-folder, or write labels alone with --image-files none")
        }
        if source.isWholeFolder {
            let known = Set(dataset.images.compactMap(\.file))
            for (name, path) in source.images.all where path.hasPrefix(source.root + "/") && !known.contains(path) {
                losses.add(.notMentioned, name)
            }
        }
        dataset.images = try ImagePreparation.prepared(
            dataset.images, placement: request.placement, jobs: request.jobs, isCancelled: isCancelled, losses: &losses)
        SplitAssignment.assign(&dataset.images, request, &losses)
        OutputNames.assign(&dataset.images, &losses)
        tellOfClasses(dataset, request.input, &losses)
        let writer: any DatasetWriter =
            request.target == .coco ? COCOWriter() : YOLOWriter(target: request.target)
        try writer.write(
            dataset, to: output, jobs: request.jobs, isCancelled: isCancelled, losses: &losses)
        if request.isStrict, losses.lost > 0 { throw refusal(losses, request) }
        if request.placement != .none {
            try output.place(
                dataset.images, by: isArchive ? nil : request.placement, jobs: request.jobs, isCancelled: isCancelled,
                progress: progress)
        }
        try output.write(losses.csv, to: "losses.csv")
        try output.finish()
        return ConversionResult(dataset, format: format, request: request, losses: losses)
    }

    private static func unknown(_ path: String) -> FileError {
        guard FileManager.default.fileExists(atPath: path) else {
            return FileError(file: path, message: "no such file", wayOut: "check the path")
        }
        let known = AnnotationFormat.allCases.map(\.rawValue).joined(separator: ", ")
        return FileError(
            file: path, message: "is no export that is known here", wayOut: "say what it is with --from: \(known)")
    }

    private static func tellOfClasses(_ dataset: AnnotatedDataset, _ file: String, _ losses: inout ConversionLosses) {
        let used = Set(dataset.images.lazy.flatMap(\.objects).map(\.classID))
        for (id, name) in dataset.classNames.enumerated() where !used.contains(id) {
            losses.add(.unusedClass, file, name)
        }
        for image in dataset.images where image.objects.isEmpty { losses.add(.unlabelled, image.name) }
    }

    private static func refusal(_ losses: ConversionLosses, _ request: ConversionRequest) -> FileError {
        let first = losses.totals.first { $0.kind.gravity == .lost }
        return FileError(
            file: request.input,
            message:
                "\(losses.lost) things would be gone, first \(first.map { "\($0.count) \($0.kind.meaning)" } ?? "")",
            wayOut: "leave out --strict, or choose another form with --to")
    }
}

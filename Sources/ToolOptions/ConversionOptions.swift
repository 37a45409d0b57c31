import AnnotationSources
import ArgumentParser
import DatasetConversion

extension AnnotationFormat: SettingWord {}
extension ConversionTarget: SettingWord {}
extension ImagePlacement: SettingWord {}

/// How an export of another tool becomes a dataset. These are no settings of a plan: a conversion comes before it.
public struct ConversionOptions: ParsableArguments, Sendable {
    @Option("The form that is written.")
    public var to = ConversionTarget.yolo

    @Option("The form that is read.", otherwise: "whatever it is")
    public var from: AnnotationFormat?

    @Option("A folder with the images, where they are not in the export.")
    public var imageFolder: InputFile?

    @Option("What becomes of image files; none writes labels alone, also of images that are not there.")
    public var imageFiles = ImagePlacement.copy

    @Option("The part of the images that is put into val, where the export has no such split.")
    public var valShare: Fraction = 0

    @Flag(help: "Write nothing where anything would be lost.")
    public var strict = false

    public init() {}

    /// - Parameters:
    ///   - input: a folder, a file or a ZIP archive.
    ///   - output: a folder that does not exist yet.
    public func request(_ input: String, to output: String) -> ConversionRequest {
        var request = ConversionRequest(input: input, output: output)
        request.format = from
        request.target = to
        request.placement = imageFiles
        request.imageFolder = imageFolder?.path
        request.validationShare = valShare.value
        request.isStrict = strict
        return request
    }
}

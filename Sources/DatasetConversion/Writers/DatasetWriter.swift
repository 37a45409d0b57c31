/// Writes a dataset in one form.
protocol DatasetWriter: Sendable {
    /// Writes annotations, and says what the form cannot hold. Image files are not its business.
    func write(
        _ dataset: AnnotatedDataset, to output: OutputFolder, jobs: Int, isCancelled: @Sendable @escaping () -> Bool,
        losses: inout ConversionLosses
    ) throws
}

extension AnnotatedDataset {
    /// The splits that there are, in the order of trainers.
    var splits: [String] {
        let present = Set(images.map(\.split))
        return ["train", "val", "test"].filter(present.contains)
    }
}

import FileReading

/// Files that models come in, by their first bytes and suffix.
enum ModelFile {
    /// Model YAMLs of the trainers have a few kilobytes.
    private static let largestYAML = 1 << 22

    /// The bytes of a file that may hold a model.
    ///
    /// - Throws: `FileError` where it is none by its beginning, or has more bytes than memory is allowed for: before it is
    ///   read.
    static func bytes(_ path: String) throws -> [UInt8] {
        if ["yaml", "yml"].contains(Paths.suffix(of: path)) {
            return try FileReading.bytes(ofFile: path, limit: largestYAML)
        }
        let head = try FileReading.head(ofFile: path, count: 64)
        guard Paths.suffix(of: path) == "safetensors" || TorchCheckpoint.isOne(head) else {
            throw unknown(path, head)
        }
        return try FileReading.bytes(ofFile: path, limit: MemoryLimit.bytes, wayOut: ReadingBudget.moreMemory)
    }

    /// What is said of a file that is no model, by its first bytes and name.
    static func unknown(_ path: String, _ head: [UInt8]) -> FileError {
        if let impostor = ImpostorFile(head) { return impostor.error(path) }
        return ExportedModel.named(by: path, head)?.refusal(path)
            ?? FileError(
                file: path, message: "is not a checkpoint: neither a PyTorch archive nor safetensors",
                wayOut: "name the best.pt or last.pt that the trainer wrote")
    }
}

import FileReading
import Foundation
import TextForms
import YOLOModel

/// What a probe leaves in a folder: `fold1.safetensors` …, `folds.csv`, `steps.csv`, `losses.csv` and `quality.csv`.
public struct ProbeFolder: Sendable {
    /// One a fold: the model that has not seen the fold's images.
    public let models: [DetectionModel]
    /// For each image, relative to the dataset's root, its fold, from 0.
    public let folds: [String: Int]
    /// Side in pixels of the square that the models were trained at.
    public let imageSize: Int

    /// For each image its loss at moments of the training, by the model that has not seen it.
    public let traces: [String: [Double]]
    /// How far the models were trained; nil where the folder is of a version that did not say.
    public let training: JudgeTraining?

    private static let foldsFile = "folds.csv"
    private static let tracesFile = "losses.csv"
    private static func modelFile(_ fold: Int) -> String { "fold\(fold + 1).safetensors" }

    /// - Throws: `FileError` where the folder is none that a probe has written.
    public static func read(_ folder: String) throws -> ProbeFolder {
        let list = folder + "/" + foldsFile
        func damaged(_ line: Int?, _ message: String) -> FileError {
            FileError(file: list, line: line, message: message, wayOut: "run assay-probe again")
        }
        guard access(list, F_OK) == 0 else { throw damaged(nil, "is missing: this is not the folder of a probe") }
        let text = String(decoding: try FileReading.bytes(ofFile: list), as: UTF8.self)
        var folds: [String: Int] = [:]
        for (index, line) in text.split(separator: "\n").enumerated().dropFirst() {
            // The fold stands first: image names may hold commas.
            let parts = line.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let fold = Int(parts[0]), fold > 0 else {
                throw damaged(index + 1, "is not fold,image")
            }
            folds[CSVText.plain(String(parts[1]))] = fold - 1
        }
        let count = (folds.values.max() ?? 0) + 1
        var imageSize = 0
        let models = try (0..<count).map { fold in
            let path = folder + "/" + modelFile(fold)
            let contents = try Safetensors.read(FileReading.bytes(ofFile: path), file: path)
            guard let size = contents.metadata["image_size"].flatMap(Int.init), size > 0 else {
                throw FileError(
                    file: path, message: "does not say its image_size", wayOut: "run assay-probe again")
            }
            imageSize = size
            return try DetectionModel.load(checkpoint: path)
        }
        var traces: [String: [Double]] = [:]
        if let bytes = try? FileReading.bytes(ofFile: folder + "/" + tracesFile) {
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
                let parts = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3, let loss = Double(parts[1]) else { continue }
                traces[CSVText.plain(String(parts[2])), default: []].append(loss)
            }
        }
        return ProbeFolder(
            models: models, folds: folds, imageSize: imageSize, traces: traces,
            training: training(in: folder))
    }

    /// The files of a probe by name.
    public static func files(
        _ models: [DetectionModel], _ start: StartingModel, _ split: ProbeSplit, imageSize: Int, steps: [TrainingStep],
        traces: [LossTrace] = [], qualities: [JudgeQuality?] = [], training: JudgeTraining? = nil
    ) throws -> [(name: String, bytes: [UInt8])] {
        var files: [(String, [UInt8])] = []
        for (fold, model) in models.enumerated() {
            files.append(
                (
                    modelFile(fold),
                    try model.safetensors(yaml: start.yaml, metadata: ["image_size": String(imageSize)])
                ))
        }
        var folds = CSVWriter(columns: ["fold", "image"])
        for (sample, fold) in zip(split.samples, split.folds) { folds.row(fold + 1, sample.sample.image) }
        files.append((foldsFile, folds.bytes))
        files.append(("steps.csv", self.steps(steps)))
        var traced = CSVWriter(columns: ["epoch", "loss", "image"])
        for trace in traces {
            for (sample, loss) in zip(split.samples, trace.losses) {
                guard let loss else { continue }
                traced.row(trace.epoch + 1, loss, sample.sample.image)
            }
        }
        files.append((tracesFile, traced.bytes))
        files.append((ProbeQualityTable.file, qualityTable(traces, qualities, training)))
        return files
    }

    /// How far the models of a folder were trained; nil where it does not say.
    package static func training(in folder: String) -> JudgeTraining? { ProbeQualityTable.training(in: folder) }

    /// A row a look at held-out images.
    package static func qualityTable(
        _ traces: [LossTrace], _ qualities: [JudgeQuality?], _ training: JudgeTraining?
    ) -> [UInt8] { ProbeQualityTable.bytes(traces, qualities, training) }

    /// A row a step; epochs, steps and folds from 1.
    static func steps(_ steps: [TrainingStep]) -> [UInt8] {
        var csv = CSVWriter(columns: [
            "fold", "epoch", "step", "loss", "box", "obj", "cls", "gradient_norm", "clip_ratio", "rate",
        ])
        for it in steps {
            csv.row(
                it.fold + 1, it.epoch + 1, it.step + 1, it.parts.total, it.parts.box, it.parts.objectness ?? 0,
                it.parts.classification, it.gradientNorm, it.clipRatio, it.rate)
        }
        return csv.bytes
    }
}

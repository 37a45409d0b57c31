import FileReading
import Foundation

/// darknet's `.data` with its `.names`.
enum DarknetData {
    private struct Value {
        let text: String
        let line: Int
    }

    /// A `.data` is written for one working directory: the folder of the file, the one above it, or darknet's own.
    static func open(_ path: String, trainer: Trainer, place: TrainingPlace?) throws -> Dataset {
        let values = try values(of: path)
        let folder = Paths.directory(of: path)
        let here = place ?? .current
        let candidates =
            place.map { [$0.workingFolder] }
            ?? [here.workingFolder, folder, Paths.directory(of: folder)]
        func found(_ candidate: String) -> Int {
            ["train", "valid", "names"].count { key in
                values[key].map { ResolvedPath.exists(ResolvedPath.join(candidate, $0.text)) } ?? false
            }
        }
        let best = candidates.enumerated().max { (found($0.element), -$0.offset) < (found($1.element), -$1.offset) }
        var start = best?.element ?? folder
        // CVAT and Datumaro write paths for a folder `data` that their archives do not hold.
        var isUnpacked = false
        if place == nil, found(start) == 0, values["train"]?.text.hasPrefix("data/") ?? false {
            isUnpacked = true
            start = folder
        }
        func resolve(_ text: String) -> String {
            let inside = isUnpacked && text.hasPrefix("data/") ? String(text.dropFirst(5)) : text
            return ResolvedPath.join(start, inside)
        }
        let declared = values["classes"].flatMap { Int($0.text) }
        var names: [String] = []
        if let file = values["names"] {
            let bytes = (try? FileReading.bytes(ofFile: resolve(file.text), limit: 1 << 24)) ?? []
            names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        if let declared, !ClassList.countsRead.contains(declared) {
            throw FileError(
                file: path, line: values["classes"]?.line,
                message: "classes is \(declared), not from 1 to \(ClassList.countsRead.upperBound)",
                wayOut: "write the number of names")
        }
        let splits = [("train", "train"), ("val", "valid"), ("test", "test")].compactMap { name, key in
            values[key].map { value in
                let place = resolve(value.text)
                let source = SplitSource(
                    written: value.text, text: place, path: place, strayPrefix: isUnpacked ? "data/" : "",
                    line: value.line, column: 1)
                return DatasetSplit(name: name, sources: [source], line: value.line, column: 1)
            }
        }
        guard !splits.isEmpty, declared != nil || !names.isEmpty else {
            throw FileError(
                file: path, message: "is not a darknet .data file: classes, names, train and valid are expected",
                wayOut: "name a data.yaml instead")
        }
        return Dataset(
            yamlPath: path, root: folder, classNames: names, declaredClassCount: declared,
            classCountLine: values["classes"]?.line, namesLine: values["names"]?.line, splits: splits,
            keypointShape: nil, trainer: trainer, place: here.started(in: start),
            problems: problems(splits, start, here, isUnpacked, values))
    }

    private static func values(of path: String) throws -> [String: Value] {
        let text = String(decoding: try FileReading.bytes(ofFile: path, limit: 1 << 20), as: UTF8.self)
        var values: [String: Value] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let parts = line.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            if parts.count == 2, !parts[0].hasPrefix("#") {
                values[parts[0]] = Value(text: parts[1], line: index + 1)
            }
        }
        return values
    }

    private static func problems(
        _ splits: [DatasetSplit], _ start: String, _ here: TrainingPlace, _ isUnpacked: Bool, _ values: [String: Value]
    ) -> [DatasetProblem] {
        var problems: [DatasetProblem] = []
        func add(_ weight: DatasetProblem.Weight, _ line: Int?, _ message: String, _ wayOut: String) {
            problems.append(
                DatasetProblem(
                    subject: weight == .stops ? .path : .workingFolder, weight: weight, line: line ?? 1, column: 1,
                    message: message, wayOut: wayOut, split: nil))
        }
        for split in splits where split.name != "test" {
            for source in split.sources where !ResolvedPath.exists(source.path) {
                add(
                    .stops, split.line, "\(split.name): \(source.written) does not exist",
                    "correct the path; it is relative to the folder that darknet is started in")
            }
        }
        if isUnpacked {
            add(
                .warning, values["train"]?.line,
                "its paths begin with data/, but the files lie beside it: darknet finds them from nowhere",
                "put the contents of the archive into a folder named data, and start darknet in the folder above it")
        } else if start != here.workingFolder {
            add(
                .warning, values["train"]?.line,
                "its paths are right where darknet is started in \(start), not from here",
                "start training there, or write absolute paths")
        }
        return problems
    }
}

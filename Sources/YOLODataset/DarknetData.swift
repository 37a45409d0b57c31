import FileReading
import Foundation

/// darknet's `.data` with its `.names`.
enum DarknetData {
    static func open(_ path: String) throws -> Dataset {
        let text = String(decoding: try FileReading.bytes(ofFile: path, limit: 1 << 20), as: UTF8.self)
        var values: [String: (text: String, line: Int)] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, !parts[0].hasPrefix("#") { values[parts[0]] = (parts[1], index + 1) }
        }
        let root = Paths.directory(of: path)
        func resolve(_ path: String) -> String {
            let beside = Paths.absolute(path, relativeTo: root)
            return FileManager.default.fileExists(atPath: beside) ? beside : Paths.absolute(path)
        }
        var names: [String] = []
        if let file = values["names"] {
            let contents = String(
                decoding: try FileReading.bytes(ofFile: resolve(file.text), limit: 1 << 24), as: UTF8.self)
            names = contents.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }
        let count = try values["classes"].flatMap { entry -> Int? in
            let count = Int(entry.text)
            guard count == nil || (1...100_000).contains(count ?? 0) else {
                throw FileError(
                    file: path, line: entry.line, message: "classes is \(entry.text), not from 1 to 100000",
                    wayOut: "write the number of names")
            }
            return count
        }
        let splits = [("train", "train"), ("val", "valid"), ("test", "test")].compactMap { name, key in
            values[key].map { DatasetSplit(name: name, sources: [resolve($0.text)], line: $0.line, column: 1) }
        }
        guard !splits.isEmpty, count != nil || !names.isEmpty else {
            throw FileError(
                file: path, message: "is not a darknet .data file: classes, names, train and valid are expected",
                wayOut: "name a data.yaml instead")
        }
        return Dataset(
            yamlPath: path, root: root, classNames: names, declaredClassCount: count,
            classCountLine: values["classes"]?.line, namesLine: values["names"]?.line, splits: splits,
            keypointShape: nil)
    }
}

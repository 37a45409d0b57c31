import Foundation
import LabelRules
import TestSupport
import Testing
import YOLODataset

/// What trainers did with crafted trees of files (Tests/Oracle; `scripts/oracle` makes and compares as many as you like).
@Suite struct TreeOracleTests {
    struct Heading: Decodable { let images: [String] }

    struct Tree: Decodable {
        let id: Int
        let cwd: String
        let yaml: String
        let datasets: String
        /// In the order in which they are made: a link may lead to a file that comes before it.
        let files: [[String]]
        let answers: [String: Answer]
    }

    /// What training makes of a tree: that it stops, or images of splits with class and number of each label row.
    struct Answer: Decodable, Equatable {
        var stops: String?
        var train: [Image]?
        var val: [Image]?

        struct Image: Decodable, Equatable {
            let path: String
            let rows: [[Int]]

            init(path: String, rows: [[Int]]) {
                self.path = path
                self.rows = rows
            }

            init(from decoder: any Decoder) throws {
                var container = try decoder.unkeyedContainer()
                path = try container.decode(String.self)
                rows = try container.decode([[Int]].self)
            }
        }
    }

    /// A line of `assay-labels verdicts`.
    struct Line: Decodable {
        struct Row: Decodable { let box: [Double]? }
        let verdict: String
        let reason: String?
        let path: String?
        let split: String?
        let rows: [Row]?
    }

    private static func trees() throws -> (images: [[UInt8]], trees: [Tree]) {
        let file = SharedMaterial.checkout.appendingPathComponent("Tests/Oracle/trees-sample.jsonl")
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        let images = try JSONDecoder().decode(Heading.self, from: lines[0]).images.map {
            [UInt8](try #require(Data(base64Encoded: $0)))
        }
        return (images, try lines.dropFirst().map { try JSONDecoder().decode(Tree.self, from: $0) })
    }

    private static func place(_ tree: Tree, _ images: [[UInt8]]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        func filled(_ text: Substring) -> String { String(text).replacing("{ROOT}", with: folder.path) }
        for entry in tree.files {
            let name = try #require(entry[0].removingPercentEncoding)
            let path = folder.path + "/" + name
            let content = entry[1].dropFirst(2)
            switch entry[1].first {
            case "d": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            case "l":
                let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: filled(content))
            case "i": try folder.write(images[try #require(Int(entry[1].dropFirst()))], to: name)
            case "b": try folder.write([UInt8](try #require(Data(base64Encoded: String(content)))), to: name)
            default: try folder.write(filled(content), to: name)
            }
        }
        try FileManager.default.createDirectory(
            atPath: folder.path + "/" + tree.cwd, withIntermediateDirectories: true)
        return folder
    }

    private static func foretold(_ tree: Tree, in folder: TemporaryFolder, _ trainer: Trainer) throws -> Answer {
        let place = TrainingPlace(
            workingFolder: folder.path + "/" + tree.cwd, datasetsFolder: folder.path + "/" + tree.datasets)
        let root = try realPath(folder.path)
        let dataset: Dataset
        do {
            dataset = try Dataset.open(
                tree.yaml.replacing("{ROOT}", with: folder.path), trainer: trainer, startedIn: place)
        } catch { return Answer(stops: "\(error)") }
        let lines = try SampleVerdict.lines(dataset, splits: nil, trainer: trainer, jobs: 1, isCancelled: { false })
            .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        if let stop = lines.first(where: { $0.verdict == "stops" }) { return Answer(stops: stop.reason) }
        func images(_ split: String) throws -> [Answer.Image] {
            try lines.filter { $0.split == split && $0.verdict == "kept" }.map { line in
                let path = try #require(line.path)
                let rows = (line.rows ?? []).compactMap(\.box).map { box -> [Int] in
                    [Int(box[0]), Int((box[1] * 10_000).rounded())]
                }
                let cut = try #require(path.utf8.lastIndex(of: UInt8(ascii: "/")))
                let real = try realPath(String(path[..<cut])) + String(path[cut...])
                return Answer.Image(
                    path: String(real.dropFirst(root.count + 1)),
                    rows: rows.sorted { $0.lexicographicallyPrecedes($1) })
            }
        }
        return Answer(train: try images("train"), val: try images("val"))
    }

    private static func realPath(_ path: String) throws -> String {
        let found = try #require(realpath(path, nil), "\(path)")
        defer { free(found) }
        return String(cString: found)
    }

    private static func sorted(_ images: [Answer.Image]?) -> [String] {
        (images ?? []).map { "\($0.path) \($0.rows)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    @Test(arguments: [Trainer.ultralytics, .ultralyticsOld, .yolov5, .yolov7])
    func datasetsAreThoseOfTheTrainers(trainer: Trainer) throws {
        let (images, trees) = try Self.trees()
        #expect(trees.count >= 100)
        var trained = 0
        for tree in trees {
            let theirs = try #require(tree.answers[trainer.rawValue])
            let folder = try Self.place(tree, images)
            let ours = try Self.foretold(tree, in: folder, trainer)
            #expect((ours.stops == nil) == (theirs.stops == nil), "\(tree.id): \(ours.stops ?? theirs.stops ?? "")")
            guard ours.stops == nil, theirs.stops == nil else { continue }
            trained += 1
            #expect(Self.sorted(ours.train) == Self.sorted(theirs.train), "\(tree.id)")
            #expect(Self.sorted(ours.val) == Self.sorted(theirs.val), "\(tree.id)")
        }
        // Otherwise nothing was compared.
        #expect(trained >= 5)
    }
}

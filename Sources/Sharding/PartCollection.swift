import FileReading
import Foundation
import TextForms

/// Parts that cannot be merged: all of them, each with the reason, and what is to be done.
public struct WantingParts: UserFacingError, Hashable {
    /// Where the parts are, in words for people.
    public let error: FileError
    /// Those that another try of their worker makes: all but whole ones of another kind of CPU.
    public let indices: [Int]
    /// Whether that is all that is wanting.
    public let canAllBeMade: Bool

    public var description: String { error.description }
}

/// All parts of a stage, looked at one after another.
public struct PartCollection: Sendable {
    /// Where the parts are.
    public let folder: String
    /// How many there are.
    public let shards: Int
    /// What the part of a shard has to be of.
    private let origin: @Sendable (ShardIndex) -> PartHeader.Origin

    /// - Parameter origin: what the part of a shard has to be of.
    public init(_ folder: String, shards: Int, origin: @Sendable @escaping (ShardIndex) -> PartHeader.Origin) {
        (self.folder, self.shards, self.origin) = (folder, shards, origin)
    }

    /// The file of a shard's part.
    public func path(_ shard: ShardIndex) -> String { folder + "/" + shard.fileName }

    /// Hands over every part in the order of the images.
    ///
    /// - Parameters:
    ///   - wayOut: what is to be done where some are missing, damaged or foreign.
    ///   - take: called while no part has been found wanting; throws where the contents are not what they should be.
    /// - Throws: `WantingParts`, which names all that are wanting, each with the reason.
    public func read(
        wayOut: String, isCancelled: () -> Bool = { false }, _ take: (ShardPart, String) throws -> Void
    ) throws {
        var wanting: [(problem: ShardPart.Problem, indices: [Int])] = []
        func note(_ problem: ShardPart.Problem, _ index: Int) {
            if let place = wanting.firstIndex(where: { $0.problem == problem }) {
                wanting[place].indices.append(index)
            } else {
                wanting.append((problem, [index]))
            }
        }
        var instructions: ProgramIdentity?
        for index in 0..<shards {
            if isCancelled() { throw CancellationError() }
            guard let shard = ShardIndex(index, of: shards) else { continue }
            do {
                let part = try ShardPart.read(path(shard), of: origin(shard))
                let own = part.header.origin.program
                guard own == instructions ?? own else { throw ShardPart.Problem.otherInstructions(own.instructions) }
                instructions = own
                if wanting.isEmpty { try take(part, path(shard)) }
            } catch let problem as ShardPart.Problem {
                note(problem, index)
            }
        }
        guard !wanting.isEmpty else {
            // What killed workers left; one that still writes has nothing to add.
            return AtomicFile.removeRemains(in: folder, isLocked: true)
        }
        let mended = wanting.filter { if case .otherInstructions = $0.problem { false } else { true } }
        throw WantingParts(
            error: FileError(
                file: folder,
                message: wanting.map { Self.words($0.problem, $0.indices, first: instructions) }
                    .joined(separator: "; "), wayOut: wayOut),
            indices: mended.flatMap(\.indices).sorted(), canAllBeMade: mended.count == wanting.count)
    }

    /// Those of the shards whose parts are there, as far as names, headers and sizes say; contents are checked where they
    /// are read.
    public func present(among indices: [Int]) -> Set<Int> {
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        return Set(
            indices.filter { index in
                guard let shard = ShardIndex(index, of: shards), names.contains(shard.fileName) else { return false }
                return ShardPart.isThere(path(shard), of: origin(shard))
            })
    }

    /// Removes parts that were found wanting, so that they are missing.
    public func remove(_ indices: [Int]) {
        for shard in indices.compactMap({ ShardIndex($0, of: shards) }) { unlink(path(shard)) }
    }

    /// How many images a shard has.
    public func images(_ index: Int) -> Int { ShardIndex(index, of: shards).map { origin($0).range.count } ?? 0 }

    private static func words(_ problem: ShardPart.Problem, _ indices: [Int], first: ProgramIdentity?) -> String {
        let (noun, verb) = indices.count == 1 ? ("the part", "is") : ("the parts", "are")
        let parts = "\(noun) \(list(indices))"
        switch problem {
        case .missing: return "\(parts) \(verb) missing"
        case .damaged(let why): return "\(parts) \(verb) damaged: \(why)"
        case .foreign(let why): return "\(parts) \(verb) \(why)"
        case .otherInstructions(let which):
            let others = first.map { ", and earlier ones with \($0.instructions)" } ?? ""
            return "\(parts) \(indices.count == 1 ? "was" : "were") computed with \(which)\(others)"
        }
    }

    /// So many runs of indices are named.
    private static let most = 50

    /// `3, 7-9`.
    public static func list(_ indices: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for index in indices.sorted() {
            if let last = runs.last, last.upperBound + 1 == index {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        let words = runs.prefix(most).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        let left = runs.dropFirst(most).reduce(0) { $0 + $1.count }
        return words.joined(separator: ", ") + (left > 0 ? " and \(Counted.number(left)) more" : "")
    }
}

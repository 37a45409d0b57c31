import FileReading
import TextForms

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
    /// - Throws: `FileError` which names all that are wanting, each with the reason.
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
        throw FileError(
            file: folder,
            message: wanting.map { Self.words($0.problem, $0.indices, first: instructions) }.joined(separator: "; "),
            wayOut: wayOut)
    }

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

    /// `3, 7-9`.
    static func list(_ indices: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for index in indices.sorted() {
            if let last = runs.last, last.upperBound + 1 == index {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}

import FileReading
import Foundation
import YOLOModel

/// The state of a run between epochs, in a file.
public struct TrainingStore {
    private let path: String
    /// Whatever decides the result: options, samples, weights. A state with another one is not gone on with.
    private let identity: String

    /// - Parameters:
    ///   - path: of the file; its folder is made where it is missing.
    ///   - identity: a digest of whatever decides the result.
    /// - Throws: where the folder cannot be made.
    public init(path: String, identity: String) throws {
        try Folders.make(Paths.directory(of: path))
        self.path = path
        self.identity = identity
    }

    private static let steps = "steps"
    /// What changes in a fold, by name.
    private static var parts: [(name: String, values: ReferenceWritableKeyPath<FoldState, [[Float]]>)] {
        [
            ("parameters", \.parameters), ("first", \.optimizer.first), ("second", \.optimizer.second),
            ("average", \.average.values),
        ]
    }

    /// The number of finished epochs; 0 where there is no state of this run, or a damaged one.
    func restore(_ states: [FoldState], history: inout TrainingHistory) throws -> Int {
        guard let bytes = try? FileReading.bytes(ofFile: path, canBeMadeAgain: true),
            let contents = try? Safetensors.read(bytes, file: path), contents.metadata["identity"] == identity,
            let finished = contents.metadata["epochs"].flatMap(Int.init),
            let steps = contents.metadata[Self.steps].flatMap(Int.init),
            let told = contents.metadata["history"].flatMap({
                try? JSONDecoder().decode(TrainingHistory.self, from: Data($0.utf8))
            })
        else { return 0 }
        // Everything is read before anything is changed.
        let restored = try states.map { state in
            try Self.parts.map { part in
                try state[keyPath: part.values].enumerated().map { index, values in
                    guard let tensor = contents.tensors[Self.tensor(state, part.name, index)],
                        tensor.values.count == values.count
                    else { throw FileError(file: path, message: "is not a state of this run", wayOut: "delete it") }
                    return tensor.values
                }
            }
        }
        for (state, parts) in zip(states, restored) {
            for (part, values) in zip(Self.parts, parts) { state[keyPath: part.values] = values }
            (state.optimizer.steps, state.average.steps) = (steps, steps)
        }
        history = told
        return finished
    }

    private static func tensor(_ state: FoldState, _ part: String, _ index: Int) -> String {
        "\(state.number).\(part).\(index)"
    }

    /// Saves ten times a run; after the last epoch the state is of no more use and goes.
    ///
    /// - Parameter epochs: of the whole run, as far as is known by now.
    func save(_ states: [FoldState], history: TrainingHistory, finishedEpochs: Int, of epochs: Int) throws {
        if finishedEpochs == epochs {
            // Where it stays, the next run goes on from it, to the same bits.
            unlink(path)
            return
        }
        guard finishedEpochs % max(1, epochs / 10) == 0 else { return }
        var tensors: [String: NamedTensor] = [:]
        for state in states {
            for part in Self.parts {
                for (index, values) in state[keyPath: part.values].enumerated() {
                    tensors[Self.tensor(state, part.name, index)] = NamedTensor(shape: [values.count], values: values)
                }
            }
        }
        let metadata = [
            "identity": identity, "epochs": "\(finishedEpochs)", Self.steps: "\(states.first?.optimizer.steps ?? 0)",
            "history": String(decoding: try JSONEncoder().encode(history), as: UTF8.self),
        ]
        try Folders.make(Paths.directory(of: path))
        try AtomicFile.write(try Safetensors.encode(tensors, metadata: metadata), to: path)
    }
}

import FileReading

/// The sketch of one image's gradient: in memory, or in a file that holds many. 32 KB an image are too much for the memory
/// where there are a million.
package enum GradientSketch: Sendable {
    case held([Float])
    case scratch(ScratchFile, at: Int)
    /// In the part that a worker has written.
    case part(String, at: Int)
}

/// Reads sketches one after another; of several files, each is opened once a run of its own.
struct SketchReader: ~Copyable {
    private var values = [Float](repeating: 0, count: GradientFigures.sketchSize)
    private var path: String?
    private var file: PlacedFile?

    /// Hands a sketch over.
    mutating func with(_ sketch: GradientSketch, _ body: ([Float]) -> Void) throws {
        switch sketch {
        case .held(let values): return body(values)
        case .scratch(let file, let start): try file.read(into: &values, at: start)
        case .part(let path, let start):
            if path != self.path {
                file = try PlacedFile(path)
                self.path = path
            }
            try read(at: start)
        }
        body(values)
    }

    private mutating func read(at start: Int) throws {
        guard let opened = file.take() else { return }
        try opened.read(into: &values, at: start)
        file = consume opened
    }
}

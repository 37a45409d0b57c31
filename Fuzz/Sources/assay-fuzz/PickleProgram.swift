import Randomness

@testable import YOLOModel

/// A pickle as instructions: a mutation changes what it says, and leaves it a pickle.
struct PickleProgram {
    /// An instruction with its argument; at the end whatever is no instruction.
    private var instructions: [[UInt8]] = []

    /// What follows an instruction's byte.
    private enum Argument {
        case bytes(Int)
        /// A length of so many bytes, and what it counts.
        case counted(Int)
        case lines(Int)
    }

    /// Numbers at which a reader may go wrong.
    private static let edges: [Int64] = [
        0, 1, 2, 3, 8, 64, 127, 128, 255, 256, 1024, 65_535, 65_536, 1 << 30, 1 << 31, 1 << 32, 1 << 40, 1 << 61,
        1 << 62, .max, -1, -2, .min,
    ]
    private static let words = [
        "storage", "module", "0", "1", "cpu", "model", "ema", "state_dict", "_modules", "_parameters", "_buffers",
        "weight", "bias", "running_mean", "stride", "anchors", "nc", "names", "yaml", "backbone", "f", "i", "m", "cv2",
        "cv3", "conv", "bn", "kernel_size", "padding", "dilation", "groups", "scale_factor", "torch", "FloatStorage",
        "torch._utils", "_rebuild_tensor_v2", "models.yolo", "Detect",
    ]
    private static let names = [
        "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_parameter\n", "torch\nFloatStorage\n",
        "torch\nHalfStorage\n", "torch\nLongStorage\n", "torch\nBoolStorage\n", "torch\nSize\n",
        "collections\nOrderedDict\n", "models.yolo\nDetectionModel\n", "models.common\nConv\n",
        "torch.nn.modules.container\nSequential\n", "torch.nn.modules.conv\nConv2d\n",
        "ultralytics.nn.modules\nDetect\n",
        "pathlib\nPosixPath\n", "copyreg\n_reconstructor\n", "builtins\nset\n", "builtins\nlist\n", "numpy\ndtype\n",
        "os\nsystem\n",
    ]

    static let mutated: FuzzTarget.Mutation = { input, numbers in
        var program = PickleProgram(input)
        for _ in 0...Int.random(in: 0..<4, using: &numbers) { program.mutate(&numbers) }
        return program.instructions.flatMap(\.self)
    }

    private init(_ bytes: [UInt8]) {
        var at = 0
        while at < bytes.count, let end = Self.end(of: bytes, at) {
            instructions.append(Array(bytes[at..<end]))
            at = end
        }
        if at < bytes.count { instructions.append(Array(bytes[at...])) }
    }

    private static func argument(of code: UInt8) -> Argument? {
        switch PickleOpcode(rawValue: code) {
        case nil: nil
        case .proto, .binInt1, .binPut, .binGet, .extension1: .bytes(1)
        case .binInt2, .extension2: .bytes(2)
        case .binInt, .longBinPut, .longBinGet, .extension4: .bytes(4)
        case .frame, .binFloat: .bytes(8)
        case .long1, .shortBinUnicode, .shortBinString, .shortBinBytes: .counted(1)
        case .long4, .binUnicode, .binString, .binBytes: .counted(4)
        case .binUnicode8, .binBytes8, .byteArray8: .counted(8)
        case .persistentID: .lines(1)
        case .global, .instance: .lines(2)
        default: .bytes(0)
        }
    }

    private static func end(of bytes: [UInt8], _ at: Int) -> Int? {
        guard let argument = argument(of: bytes[at]) else { return nil }
        var end = at + 1
        switch argument {
        case .bytes(let count): end += count
        case .counted(let width):
            guard end + width <= bytes.count else { return nil }
            let count = bytes[end..<end + width].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard (0...bytes.count).contains(count) else { return nil }
            end += width + count
        case .lines(let count):
            for _ in 0..<count {
                guard let line = bytes[end...].firstIndex(of: 10) else { return nil }
                end = line + 1
            }
        }
        return end <= bytes.count ? end : nil
    }

    private mutating func mutate(_ numbers: inout NumberSequence) {
        guard !instructions.isEmpty else {
            instructions = [Self.instruction(&numbers)]
            return
        }
        let place = Int.random(in: 0..<instructions.count, using: &numbers)
        switch Int.random(in: 0..<10, using: &numbers) {
        case 0: instructions.remove(at: place)
        case 1: instructions.insert(instructions[place], at: place)
        case 2: instructions.swapAt(place, Int.random(in: 0..<instructions.count, using: &numbers))
        case 3, 4: instructions.insert(Self.instruction(&numbers), at: place)
        case 5, 6:
            let code = instructions[place].first.flatMap { PickleOpcode(rawValue: $0) } ?? .none
            instructions[place] = Self.instruction(code, &numbers)
        case 7:
            // A stretch once more, elsewhere.
            let count = Int.random(in: 1...8, using: &numbers)
            let stretch = instructions[place...].prefix(count)
            instructions.insert(
                contentsOf: Array(stretch), at: Int.random(in: 0...instructions.count, using: &numbers))
        case 8:
            let count = min(Int.random(in: 1...8, using: &numbers), instructions.count - place)
            instructions.removeSubrange(place..<place + count)
        default: instructions[place] = Self.byteChanged(instructions[place], &numbers)
        }
    }

    private static func byteChanged(_ instruction: [UInt8], _ numbers: inout NumberSequence) -> [UInt8] {
        var changed = instruction
        let place = Int.random(in: 0..<changed.count, using: &numbers)
        changed[place] = UInt8.random(in: 0...255, using: &numbers)
        return changed
    }

    private static func instruction(_ numbers: inout NumberSequence) -> [UInt8] {
        instruction(PickleOpcode.allCases.randomElement(using: &numbers) ?? .none, &numbers)
    }

    /// With an argument of its form.
    private static func instruction(_ code: PickleOpcode, _ numbers: inout NumberSequence) -> [UInt8] {
        func bytes(_ value: Int64, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * Int64($0))) }
        }
        let edge = edges.randomElement(using: &numbers) ?? 0
        let argument: [UInt8]
        switch (code, Self.argument(of: code.rawValue)) {
        case (.binPut, _), (.binGet, _), (.longBinPut, _), (.longBinGet, _):
            let width = code == .binPut || code == .binGet ? 1 : 4
            argument = bytes(Int64.random(in: 0..<16, using: &numbers), width)
        case (.binFloat, _):
            let value = [0, 1, 0.5, -1, 1e30, 1e300, .nan, .infinity].randomElement(using: &numbers) ?? 0
            argument = bytes(Int64(bitPattern: value.bitPattern), 8).reversed()
        case (.long1, _), (.long4, _):
            let digits = bytes(edge, Int.random(in: 0...9, using: &numbers))
            argument = bytes(Int64(digits.count), code == .long1 ? 1 : 4) + digits
        case (_, .bytes(let width)): argument = bytes(edge, width)
        case (_, .counted(let width)):
            let word = Array((words.randomElement(using: &numbers) ?? "").utf8)
            argument = bytes(Int64(word.count), width) + word
        default: argument = Array((names.randomElement(using: &numbers) ?? "a\nb\n").utf8)
        }
        return [code.rawValue] + argument
    }
}

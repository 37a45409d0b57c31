import FileReading
import Testing
import YOLOModel

/// The unpickler reads files of unknown origin: it must make plain data of them, refuse, or fail with an error.
@Suite struct PickleTests {
    private static func pickle(_ text: String) -> [UInt8] {
        // Escapes as Python prints bytes: \x80.
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") {
                let digits = String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)
                bytes.append(UInt8(digits, radix: 16) ?? 0)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func read(_ bytes: [UInt8]) throws -> String {
        try PickleReader.read(bytes[...], file: "a.pt") { text($0, depth: 0) }
    }

    /// As Python would print it, nearly.
    private static func text(_ value: PickleValue, depth: Int) -> String {
        guard depth < 8 else { return "…" }
        func all(_ items: [PickleValue]) -> String {
            items.map { text($0, depth: depth + 1) }.joined(separator: ", ")
        }
        func entries(_ container: PickleContainer) -> String {
            container.entries.map { "\(text($0.key, depth: depth + 1)): \(text($0.value, depth: depth + 1))" }
                .joined(separator: ", ")
        }
        switch value {
        case .none: return "None"
        case .bool(let value): return value ? "True" : "False"
        case .int(let value): return "\(value)"
        case .double(let value): return "\(value)"
        case .string(let value): return "'\(value)'"
        case .bytes(let value): return "\(value)"
        case .list(let list): return "[\(all(list.items))]"
        case .tuple(let tuple): return "(\(all(tuple.items)))"
        case .dictionary(let dictionary): return "{\(entries(dictionary))}"
        case .global(let name): return name
        case .object(let object): return "\(object.className)(\(all(object.items)) | \(entries(object)))"
        case .storage(let storage): return "storage \(storage.kind) \(storage.key) \(storage.count)"
        case .tensor(let tensor): return "tensor \(tensor.kind) \(tensor.offset) \(tensor.shape) \(tensor.strides)"
        }
    }

    @Test(arguments: [
        // Frames.
        (#"\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00N."#, "None"),
        // Values.
        (#"\x88."#, "True"), (#"\x89."#, "False"), (#"K\xff."#, "255"), (#"M\x00\x01."#, "256"),
        (#"J\xff\xff\xff\xff."#, "-1"), (#"\x8a\x00."#, "0"), (#"\x8a\x01\x80."#, "-128"),
        (#"\x8a\x02\xff\x00."#, "255"), (#"\x8b\x01\x00\x00\x00\x05."#, "5"),
        (#"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01."#, "\(Int.max)"),
        (#"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xff."#, "\(Int.min)"),
        (#"G\x3f\xf8\x00\x00\x00\x00\x00\x00."#, "1.5"),
        // Texts and bytes.
        (#"\x8c\x02ab."#, "'ab'"), (#"X\x02\x00\x00\x00ab."#, "'ab'"),
        (#"\x8d\x02\x00\x00\x00\x00\x00\x00\x00ab."#, "'ab'"), (#"U\x02ab."#, "'ab'"),
        (#"T\x02\x00\x00\x00ab."#, "'ab'"), (#"C\x02ab."#, "[97, 98]"), (#"B\x02\x00\x00\x00ab."#, "[97, 98]"),
        (#"\x8e\x01\x00\x00\x00\x00\x00\x00\x00a."#, "[97]"), (#"\x96\x01\x00\x00\x00\x00\x00\x00\x00a."#, "[97]"),
        // The stack.
        ("K\u{1}K\u{2}0.", "1"), ("K\u{1}(K\u{2}K\u{3}1.", "1"), (#"K\x012\x86."#, "(1, 1)"),
        // Containers.
        ("].", "[]"), ("(K\u{1}K\u{2}l.", "[1, 2]"), (").", "()"), ("(K\u{1}t.", "(1)"), (#"K\x01\x85."#, "(1)"),
        (#"K\x01K\x02\x86."#, "(1, 2)"), (#"K\x01K\x02K\x03\x87."#, "(1, 2, 3)"), ("}.", "{}"),
        ("(K\u{1}K\u{2}d.", "{1: 2}"), (#"\x8f(K\x01\x90."#, "[1]"), (#"(K\x01\x91."#, "(1)"),
        ("]K\u{1}a.", "[1]"), ("](K\u{1}K\u{2}e.", "[1, 2]"), ("}K\u{1}K\u{2}s.", "{1: 2}"),
        ("}(K\u{1}K\u{2}K\u{3}K\u{4}u.", "{1: 2, 3: 4}"),
        // What was seen before.
        (#"K\x07q\x050h\x05."#, "7"), (#"K\x07r\x05\x00\x00\x000j\x05\x00\x00\x00."#, "7"),
        (#"K\x07\x940h\x00."#, "7"),
        // Names and calls.
        ("ctorch\nfloat32\n.", "torch.float32"), (#"\x8c\x05torch\x8c\x07float32\x93."#, "torch.float32"),
        (#"cmodels.common"# + "\n" + #"Conv"# + "\n" + #")\x81}\x8c\x01kK\x03sb."#, "models.common.Conv( | 'k': 3)"),
        (#"cmodels.common"# + "\n" + #"Conv"# + "\n" + #"K\x01\x85}\x92."#, "models.common.Conv(1 | )"),
        (#"ctorch"# + "\n" + #"Size"# + "\n" + #"K\x02K\x03\x86\x85R."#, "[2, 3]"),
        (#"cpathlib"# + "\n" + #"PosixPath"# + "\n" + #"\x8c\x01a\x8c\x01b\x86R."#, "'a/b'"),
        ("ccollections\nOrderedDict\n)R.", "{}"),
    ])
    func opcodesMakeWhatPythonWould(text: String, expected: String) throws {
        #expect(try Self.read(Self.pickle(text)) == expected)
    }

    @Test(arguments: [
        // The end, in the middle of each kind of value.
        ("", "truncated"), ("K", "truncated"), (#"\x80"#, "truncated"), (#"\x8c\x05ab."#, "truncated"),
        (#"\x8a\x05\x01."#, "truncated"), ("G12", "truncated"), ("ctorch", "a line without an end"),
        (#"\x8d\xff\xff\xff\xff\xff\xff\xff\xff."#, "a length beyond all reason"),
        (#"\x8e\xff\xff\xff\xff\xff\xff\xff\x3f."#, "truncated"),
        // The stack.
        (".", "an empty stack"), ("0.", "an empty stack"), ("2.", "an empty stack"), ("K\u{1}(.", "an empty stack"),
        ("K\u{1}(0.", "an empty stack"), (#"K\x01\x86."#, "an empty stack"), ("t.", "no mark"), ("1.", "no mark"),
        // Containers.
        ("K\u{1}K\u{2}a.", "no list"), ("K\u{1}(K\u{2}e.", "no list"), ("]K\u{1}K\u{2}s.", "no dictionary"),
        ("](K\u{1}K\u{2}u.", "no dictionary"),
        // What was seen before.
        (#"h\x00."#, "a reference to nothing"), (#"q\x00."#, "an empty stack"),
        // Names and calls.
        ("cos\nsystem\n.", "os.system"), (#"\x8c\x02os\x8c\x06system\x93."#, "os.system"),
        (#"K\x01\x8c\x06system\x93."#, "a name that is no text"), ("K\u{1})R.", "no name"), ("K\u{1}Q.", "a storage"),
        ("(ios\nsystem\n.", "0x69"), ("o.", "0x6f"), ("Pa\n.", "0x50"), (#"\x82\x01."#, "0x82"),
        (#"\x83\x01\x00."#, "0x83"), (#"\x84\x01\x00\x00\x00."#, "0x84"), ("I1\n.", "unknown instruction 0x49"),
        (#"\x97."#, "unknown instruction 0x97"), (#"\xff."#, "unknown instruction 0xff"),
    ])
    func whatIsDamagedOrForbiddenIsSaid(text: String, words: String) {
        let error = #expect(throws: FileError.self) { try Self.read(Self.pickle(text)) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    /// What Python would make of classes of other packages is an inert record, numpy's arrays and bound methods too.
    @Test(arguments: [
        ("cown.package\nThing\n)R.", "own.package.Thing( | )"), ("ctypes\nMethodType\n.", "types.MethodType"),
        (
            "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + #"K\x00\x85C\x01b\x87R(K\x01tb."#,
            "numpy.core.multiarray._reconstruct(numpy.ndarray, (0), [98] | )"
        ),
        ("cnumpy._core.multiarray\n_reconstruct\n.", "numpy._core.multiarray._reconstruct"),
        (
            "cbuiltins\ngetattr\ncmodels.yolo\nDetect\n" + #"\x8c\x07forward\x86R."#,
            "builtins.getattr(models.yolo.Detect, 'forward' | )"
        ),
        // A method of it is called.
        ("cbuiltins\ngetattr\ncown\nThing\n" + #"\x8c\x01f\x86R)R."#, "( | )"),
        ("cpathlib._local\nWindowsPath\n" + #"\x8c\x01a\x85R."#, "'a'"),
        (#"\x8c\x07storagectorch"# + "\nComplexFloatStorage\n" + #"\x8c\x010\x8c\x03cpuK\x01tQ."#, "( | )"),
    ])
    func whatIsNotKnownIsInert(text: String, expected: String) throws {
        let isStorage = text.hasPrefix(#"\x8c\x07storage"#)
        #expect(try Self.read(Self.pickle((isStorage ? "(" : "") + text)) == expected)
    }

    @Test(arguments: [
        "cbuiltins\neval\n.", "c__builtin__\nexec\n.", "cposix\nsystem\n.", "csubprocess\nPopen\n.",
        "csys\nmodules\n.", "cimportlib\nimport_module\n.", "ctorch\nload\n.", "ctorch.hub\nload\n.",
        "cbuiltins\n__import__\n.", "cshutil\nrmtree\n.", "coperator\nattrgetter\n.",
    ])
    func whatRunsProgramsIsDangerous(text: String) {
        let error = #expect(throws: FileError.self) { try Self.read(Self.pickle(text)) }
        #expect(error?.description.contains("do not trust this file") == true, "\(String(describing: error))")
    }

    // MARK: Tensors

    /// A call that makes a tensor of a storage of 24 numbers.
    private static func tensor(offset: String, shape: String, strides: String) -> [UInt8] {
        let names = "ctorch._utils\n_rebuild_tensor_v2\n((" + #"\x8c\x07storage"# + "ctorch\nFloatStorage\n"
        return pickle(names + #"\x8c\x010\x8c\x03cpuK\x18tQ"# + offset + "(" + shape + "t(" + strides + #"t\x89}tR."#)
    }

    @Test func tensorsKeepTheirPlace() throws {
        #expect(
            try Self.read(Self.tensor(offset: #"K\x00"#, shape: #"K\x02K\x0c"#, strides: #"K\x0cK\x01"#))
                == "tensor single 0 [2, 12] [12, 1]")
        #expect(
            try Self.read(Self.tensor(offset: #"K\x18"#, shape: #"K\x00"#, strides: #"K\x01"#))
                == "tensor single 24 [0] [1]")
    }

    private static let most = #"\x8a\x05\x00\x00\x00\x80\x00"#

    @Test(arguments: [
        (#"K\x01"#, #"K\x02K\x0c"#, #"K\x0cK\x01"#), (#"J\xff\xff\xff\xff"#, #"K\x01"#, #"K\x01"#),
        // Sums and products that leave 64 bits.
        (#"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"#, #"K\x02"#, #"K\x01"#),
        (#"K\x00"#, #"K\x00"# + most + most + most, #"K\x01"# + most + most + most),
        (#"K\x00"#, most + most + most, #"K\x00K\x00K\x00"#), (#"K\x00"#, most + "K\u{4}" + most, "NNN"),
        (#"K\x00"#, #"J\xff\xff\xff\xff"#, #"K\x01"#), (#"K\x00"#, #"K\x01K\x01"#, #"K\x01"#),
    ])
    func tensorsBeyondTheirStorageAreRefused(offset: String, shape: String, strides: String) {
        let bytes = Self.tensor(offset: offset, shape: shape, strides: strides)
        // The empty one is fine: nothing of it is read.
        let isEmpty = shape.hasPrefix(#"K\x00"#)
        if isEmpty { #expect(throws: Never.self) { try Self.read(bytes) } }
        if !isEmpty { #expect(throws: FileError.self) { try Self.read(bytes) } }
    }

    // MARK: Hostile input

    /// One text joined to itself forty times would be a million million bytes.
    @Test func repetitionHasAnEnd() {
        var bytes = Self.pickle("cpathlib\nPosixPath\n" + #"q\x010X\x10\x00\x00\x00aaaaaaaaaaaaaaaaq\x020"#)
        for _ in 0..<40 { bytes += Self.pickle(#"h\x01h\x02h\x02\x86Rq\x020"#) }
        bytes += Self.pickle(#"h\x02."#)
        let error = #expect(throws: FileError.self) { try Self.read(bytes) }
        #expect(error?.message.contains("puts texts together") == true)
    }

    @Test func deepNestingIsReadAndReleased() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "]"), count: 100_000) + [UInt8](repeating: 0x85, count: 100_000)
        #expect(try Self.read([0x5D] + bytes.dropFirst(100_000) + [0x2E]).hasPrefix("(((((((("))
    }

    @Test func changedBytesNeverCrash() throws {
        let whole =
            Self.pickle(#"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}(\x8c\x05modelcmodels.common"# + "\nConv\n")
            + Self.pickle(#")\x81}\x8c\x01wq\x01"#)
            + Self.tensor(offset: #"K\x00"#, shape: #"K\x02K\x0c"#, strides: #"K\x0cK\x01"#).dropLast()
            + Self.pickle(#"sb\x8c\x05namesq\x02](K\x01M\x00\x01J\x01\x00\x00\x00G\x00\x00\x00\x00\x00\x00\x00\x00e"#)
            + Self.pickle(#"\x8c\x03setcbuiltins"# + "\nset\n" + #"K\x01\x85\x85Rh\x02h\x01u."#)
        #expect(try Self.read(whole).contains("tensor single"))
        for count in whole.indices { #expect(throws: FileError.self) { try Self.read(Array(whole[..<count])) } }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var changed = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            // Either way; what matters is that it comes back.
            _ = try? Self.read(changed)
        }
    }
}

/// The instructions of a pickle of protocols 2 to 5, by the names of Python's `pickletools`.
///
/// The text forms of protocols 0 and 1 (`I`, `L`, `F`, `S`, `V`, `g`, `p`) and out-of-band buffers are not among them: no
/// trainer writes them.
enum PickleOpcode: UInt8, CaseIterable {
    // What only frames the rest.
    case proto = 0x80
    case frame = 0x95
    case stop = 0x2E

    // Values.
    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case binInt1 = 0x4B
    case binInt2 = 0x4D
    case binInt = 0x4A
    case long1 = 0x8A
    case long4 = 0x8B
    case binFloat = 0x47

    // Texts and bytes, behind their length.
    case shortBinUnicode = 0x8C
    case binUnicode = 0x58
    case binUnicode8 = 0x8D
    case shortBinString = 0x55
    case binString = 0x54
    case shortBinBytes = 0x43
    case binBytes = 0x42
    case binBytes8 = 0x8E
    case byteArray8 = 0x96

    // The stack.
    case mark = 0x28
    case pop = 0x30
    case popMark = 0x31
    case dup = 0x32

    // Containers.
    case emptyList = 0x5D
    case list = 0x6C
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case emptyDictionary = 0x7D
    case dictionary = 0x64
    case emptySet = 0x8F
    case frozenSet = 0x91
    case append = 0x61
    case appends = 0x65
    case addItems = 0x90
    case setItem = 0x73
    case setItems = 0x75

    // What was seen before.
    case binPut = 0x71
    case longBinPut = 0x72
    case memoize = 0x94
    case binGet = 0x68
    case longBinGet = 0x6A

    // Names, and what Python would call by them.
    case global = 0x63
    case stackGlobal = 0x93
    case reduce = 0x52
    case newObject = 0x81
    case newObjectEx = 0x92
    case build = 0x62
    case binPersistentID = 0x51

    // Ways to name and call that no checkpoint needs.
    case instance = 0x69
    case object = 0x6F
    case persistentID = 0x50
    case extension1 = 0x82
    case extension2 = 0x83
    case extension4 = 0x84
}

/// What the names in a checkpoint mean to the reader. Nothing is ever called, whatever it is named: a class that is not
/// known becomes an inert record. A name that only an attack has need of ends the reading all the same, so that the person
/// hears of it.
enum PickleNames {
    /// Kinds of raw numbers.
    static let storages: [String: StoredTensor.Kind] = [
        "torch.HalfStorage": .half, "torch.BFloat16Storage": .bfloat16, "torch.FloatStorage": .single,
        "torch.DoubleStorage": .double, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool,
    ]

    /// Packages that run programs, open files and connections, or make code.
    private static let dangerousModules: Set<String> = [
        "_io", "_pickle", "_posixsubprocess", "_socket", "_thread", "_winapi", "asyncio", "bdb", "cProfile",
        "cloudpickle",
        "code", "codeop", "commands", "ctypes", "dill", "distutils", "ftplib", "http", "imp", "importlib", "io",
        "joblib",
        "marshal", "msvcrt", "multiprocessing", "nt", "os", "pdb", "pickle", "pip", "popen2", "posix", "posixpath",
        "profile", "pty", "requests", "runpy", "setuptools", "shelve", "shutil", "signal", "site", "smtplib", "socket",
        "ssl", "subprocess", "sys", "telnetlib", "tempfile", "threading", "timeit", "trace", "urllib", "webbrowser",
        "xmlrpc", "zipimport",
    ]
    /// Names that do so in packages that are harmless otherwise.
    private static let dangerousNames: Set<String> = [
        "eval", "exec", "execfile", "compile", "open", "input", "raw_input", "apply", "__import__", "globals", "locals",
        "vars", "breakpoint", "setattr", "delattr", "help", "file", "reload",
    ]
    private static let dangerousFunctions: Set<String> = [
        "torch.load", "torch.serialization.load", "torch.storage._load_from_bytes", "torch.jit.load", "numpy.load",
        "numpy.fromfile", "types.CodeType", "types.FunctionType", "operator.attrgetter", "operator.methodcaller",
        "pydoc.locate", "pandas.read_pickle",
    ]
    private static let dangerousBeginnings = [
        "torch.hub.", "torch.utils.cpp_extension.", "torch.package.", "numpy.f2py.", "numpy.testing.",
        "numpy.distutils.",
    ]

    /// Whether only an attack has need of a name.
    static func isDangerous(module: String, name: String) -> Bool {
        let whole = "\(module).\(name)"
        let package = module.split(separator: ".").first.map(String.init) ?? ""
        if dangerousModules.contains(package) || dangerousFunctions.contains(whole) { return true }
        if ["builtins", "__builtin__"].contains(module) {
            return dangerousNames.contains(name.split(separator: ".").first.map(String.init) ?? "")
        }
        return dangerousBeginnings.contains { whole.hasPrefix($0) }
    }

    /// Packages whose classes are modules of a network.
    private static let packages = [
        "torch.nn.", "models.", "ultralytics.nn.", "ultralytics.utils.", "ultralytics.yolo.", "yolov5.", "utils.",
        "yolov12.", "yolov7.", "yolov6.", "yolov9.", "yolov10.", "torch._dynamo.",
    ]

    /// Whether a class is one whose parts are known by their names.
    static func isModule(_ className: String) -> Bool { packages.contains { className.hasPrefix($0) } }
}

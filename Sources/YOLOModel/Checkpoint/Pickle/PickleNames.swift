/// What a checkpoint may name. Everything else ends the reading.
enum PickleNames {
    /// Kinds of raw numbers.
    static let storages: [String: StoredTensor.Kind] = [
        "torch.HalfStorage": .half, "torch.BFloat16Storage": .bfloat16, "torch.FloatStorage": .single,
        "torch.DoubleStorage": .double, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool,
    ]
    private static let functions: Set<String> = [
        "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state", "torch.Size", "torch.device", "torch.float16", "torch.float32",
        "torch.float64", "torch.bfloat16", "types.SimpleNamespace", "argparse.Namespace", "pathlib.PosixPath",
        "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib._local.PosixPath", "numpy.dtype",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "_codecs.encode", "copyreg._reconstructor",
        "copy_reg._reconstructor", "builtins.object", "__builtin__.object", "builtins.set", "__builtin__.set",
        "builtins.list", "builtins.dict", "builtins.tuple", "builtins.frozenset", "builtins.slice",
        "datetime.datetime", "datetime.date",
    ]
    /// Packages whose classes become inert records.
    private static let packages = [
        "torch.nn.modules.", "models.", "ultralytics.nn.", "ultralytics.utils.", "ultralytics.yolo.", "yolov5.models.",
        "yolov5.utils.", "utils.", "yolov12.", "torch.nn.parameter.",
    ]

    static func isAllowed(_ name: String) -> Bool {
        storages[name] != nil || functions.contains(name) || packages.contains { name.hasPrefix($0) }
    }
}

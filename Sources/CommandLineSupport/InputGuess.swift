import AnnotationSources
import AuditPlan
import FileReading
import Foundation
import TextForms
import YAMLText

/// Finds what is meant where a person names something else than a data.yaml or a plan.
///
/// Whatever it is, there is a line with the command that goes on.
enum InputGuess {
    /// The data.yaml or the plan that `path` means.
    ///
    /// - Throws: `FileError` with the command to run.
    static func resolve(_ path: String) throws -> String {
        let absolute = Paths.absolute(path)
        var status = stat()
        guard stat(absolute, &status) == 0 else { throw missing(path) }
        if status.st_mode & S_IFMT == S_IFDIR { return try inFolder(path) }
        // Whoever reads it says what it is.
        guard status.st_mode & S_IFMT == S_IFREG else { return path }
        switch Paths.suffix(of: path).lowercased() {
        case "yaml", "yml", "data": return path
        case let suffix: throw wrongFile(path, suffix)
        }
    }

    /// What a YAML file is by its keys; nil where it is neither a dataset nor a plan.
    static func kind(of path: String) -> AuditInput? {
        guard let bytes = try? FileReading.bytes(ofFile: path, limit: 64 << 20),
            let node = try? PythonYAML.load(bytes, file: path, leniency: .all), let table = YAMLTable(node)
        else { return nil }
        if table["dataset"] != nil { return .plan(path) }
        return ["train", "val", "names"].contains { table[$0] != nil } && table["backbone"] == nil
            ? .dataset(path) : nil
    }

    // MARK: Folders

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(Paths.absolute(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func inFolder(_ path: String) throws -> String {
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        func place(_ name: String) -> String { folder == "." ? name : folder + "/" + name }
        let names =
            (try? NameList(ofFolder: Paths.absolute(path))).map { list in (0..<list.count).map { list[$0] } } ?? []
        let yamls = names.filter { ["yaml", "yml"].contains(Paths.suffix(of: $0).lowercased()) }.map(place)
        var datasets: [String] = []
        var plans: [String] = []
        for yaml in yamls {
            switch kind(of: yaml) {
            case .dataset: datasets.append(yaml)
            case .plan: plans.append(yaml)
            case nil: break
            }
        }
        let datas = names.filter { Paths.suffix(of: $0).lowercased() == "data" }.map(place)
        if let one = datasets.first(where: { Paths.fileName(of: $0) == "data.yaml" }) { return one }
        for found in [datasets, plans, datas] where found.count == 1 { return found[0] }
        if let first = datasets.first {
            throw FileError(
                file: path, message: "holds several datasets: \(datasets.map(Paths.fileName).joined(separator: ", "))",
                wayOut: "name one: \(command(path, first))")
        }
        // One that names images without describing them is read by none of the tools.
        if let export = ExportRecognition.recognise(path), export.format != .yolo { throw export.error }
        for name in names {
            let below = place(name) + "/data.yaml"
            if kind(of: below) != nil {
                throw FileError(
                    file: path, message: "holds no data.yaml, but \(name) does", wayOut: "run: \(command(path, below))")
            }
        }
        if let above = above(Paths.absolute(path)) {
            throw FileError(
                file: path, message: "is a folder without a data.yaml; there is one above it",
                wayOut: "run: \(command(path, above))")
        }
        if let export = ExportRecognition.recognise(path) { throw export.error }
        throw FileError(
            file: path, message: "is a folder without a data.yaml",
            wayOut:
                "write one that says where images are: train: images/train / val: images/val / names: [cat, dog]; then "
                + "run: \(command(path, folder + "/data.yaml"))")
    }

    /// The data.yaml in one of the folders above, as a person would write it.
    static func above(_ path: String) -> String? {
        var folder = Paths.directory(of: path)
        for _ in 0..<4 where folder != "/" {
            let found = folder + "/data.yaml"
            if kind(of: found) != nil {
                let relative = Paths.relative(found, to: Paths.absolute(""))
                return relative.utf8.count < found.utf8.count ? relative : found
            }
            folder = Paths.directory(of: folder)
        }
        return nil
    }

    /// The plan that `path` means, for a command that takes no dataset.
    static func plan(_ path: String) throws -> String {
        guard isFolder(path) else { return try resolve(path) }
        let names =
            (try? NameList(ofFolder: Paths.absolute(path))).map { list in (0..<list.count).map { list[$0] } } ?? []
        let plans = names.filter { ["yaml", "yml"].contains(Paths.suffix(of: $0).lowercased()) }
            .map { path == "." ? $0 : Paths.normalized(path + "/" + $0) }
            .filter { if case .plan = kind(of: $0) { true } else { false } }
        guard let first = plans.first else {
            throw FileError(
                file: path, message: "holds no plan",
                wayOut: "make one with: assay plan init \(path == "." ? "data.yaml" : path + "/data.yaml") -o plan.yaml"
            )
        }
        guard plans.count == 1 else {
            throw FileError(
                file: path, message: "holds several plans: \(plans.map(Paths.fileName).joined(separator: ", "))",
                wayOut: "name one: \(command(path, first))")
        }
        return first
    }

    // MARK: Files

    private static let images: Set<String> = [
        "jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "gif", "heic", "avif", "jp2", "dng", "mpo",
    ]

    private static func wrongFile(_ path: String, _ suffix: String) -> FileError {
        if let export = ExportRecognition.recognise(path) { return export.error }
        let found = above(Paths.absolute(path)).map { "run: \(command(path, $0))" }
        func error(_ what: String, _ wayOut: String) -> FileError {
            FileError(file: path, message: "is \(what), not a data.yaml", wayOut: wayOut)
        }
        if ["zip", "tar", "gz", "tgz", "7z", "rar"].contains(suffix) {
            let folder = Paths.withoutSuffix(Paths.fileName(of: path))
            let unpack = suffix == "zip" ? "unzip \(path) -d \(folder)" : "unpack it into \(folder)"
            return error("an archive", "\(unpack), then run: \(command(path, folder))")
        }
        if images.contains(suffix) {
            return error("an image", found ?? "name the data.yaml of its dataset: \(command(path, "data.yaml"))")
        }
        if ["pt", "pth", "onnx", "safetensors"].contains(suffix) {
            return error("a checkpoint", "name it as --weights: assay-toxic data.yaml --weights \(path)")
        }
        if suffix == "txt" {
            return error(
                "a label file or a list of images",
                found ?? "name the data.yaml of its dataset: \(command(path, "data.yaml"))")
        }
        if suffix == "json" || suffix == "xml" {
            return error("\(suffix.uppercased()) in no form that is known", "convert it with the tool that wrote it")
        }
        return error("no YAML by its name", found ?? "run: \(command(path, "data.yaml"))")
    }

    // MARK: What is not there

    private static func missing(_ path: String) -> FileError {
        func error(_ message: String, _ wayOut: String) -> FileError {
            FileError(file: path, message: message, wayOut: wayOut)
        }
        let isOfWindows = path.contains("\\") || path.wholeMatch(of: /[A-Za-z]:.*/) != nil
        let parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).map(String.init)
        // The longest end of the path that is there.
        let ends = (0..<parts.count).lazy.map { parts[$0...].joined(separator: "/") }
        let here = ends.first { access($0, F_OK) == 0 }
        if isOfWindows {
            return error(
                "is a path of Windows, and there is no such file here",
                here.map { "run: \(command(path, $0))" }
                    ?? "copy the dataset here, then run: \(command(path, parts.last ?? "data.yaml"))")
        }
        if path.hasPrefix("/"), let here {
            return error("no such file; a file of that name is below this folder", "run: \(command(path, here))")
        }
        if let only = (try? inFolder(Paths.directory(of: path))) {
            return error("no such file; there is \(only)", "run: \(command(path, only))")
        }
        return error("no such file", "check the path")
    }

    // MARK: Commands

    /// This command with another input, for the person to run.
    static func command(_ path: String, _ other: String) -> String {
        var words = CommandLine.arguments
        if let first = words.first { words[0] = Paths.fileName(of: first) }
        if let place = words.indices.dropFirst().last(where: { words[$0] == path }) {
            words[place] = other
        } else {
            words.append(other)
        }
        return words.map(ShellWord.quoted).joined(separator: " ")
    }
}

extension AuditInput {
    /// Tells a plan from a data.yaml by what it says. A folder stands for the data.yaml in it.
    ///
    /// - Throws: `FileError` with the command to run, where `path` is something else.
    public static func open(_ path: String) throws -> AuditInput {
        let found = try InputGuess.resolve(path)
        guard ["yaml", "yml"].contains(Paths.suffix(of: found).lowercased()) else { return .dataset(found) }
        if case .plan = InputGuess.kind(of: found) { return .plan(found) }
        let document = try? YAMLDocument.read(found)
        if document.map(PlanFile.isPlan) ?? false { return .plan(found) }
        if document?.root?["backbone"] != nil {
            throw FileError(
                file: path, message: "describes a model, not a dataset",
                wayOut: "name the data.yaml: \(InputGuess.command(path, "data.yaml"))")
        }
        return .dataset(found)
    }

    /// The plan, for a command that takes no dataset.
    ///
    /// - Throws: `FileError` with the commands to run, where `path` is a data.yaml or something else.
    public static func openPlan(_ path: String) throws -> String {
        let found = try InputGuess.plan(path)
        guard case .dataset = InputGuess.kind(of: found) else { return found }
        throw FileError(
            file: path, message: "is a data.yaml, and this command takes a plan",
            wayOut:
                "make one: assay plan init \(found) -o plan.yaml, then run: \(InputGuess.command(path, "plan.yaml"))")
    }

    /// The data.yaml, for a command that takes no plan.
    ///
    /// - Throws: `FileError` with the command to run, where `path` is a plan or something else.
    public static func openDataset(_ path: String) throws -> String {
        switch try open(path) {
        case .dataset(let found): return found
        case .plan(let found):
            let dataset = try PlanFile.load(found).settings.dataset
            let relative = Paths.relative(dataset, to: Paths.absolute(""))
            throw FileError(
                file: path, message: "is a plan, and this command takes a data.yaml",
                wayOut: "run: \(InputGuess.command(path, relative))")
        }
    }
}

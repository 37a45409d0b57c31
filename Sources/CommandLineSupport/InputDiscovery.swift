import AuditPlan
import FileReading
import Foundation
import TextForms

/// What is meant where a person names no input at all: the plan `assay.yaml` of this folder or one above it, else the one
/// dataset here, below or above.
enum InputDiscovery {
    /// The name of a plan that is found from the folders below it.
    static let planName = "assay.yaml"

    /// Folders that hold no data.yaml, or too many names to look through.
    private static let passedOver: Set<String> = ["images", "labels", "assay-out", "node_modules", "runs", "build"]
    /// Levels of folders that are looked through.
    private static let depth = 3
    /// Folders and YAML files that are looked at.
    private static let mostFolders = 2_000
    private static let mostFiles = 500

    /// `assay.yaml` in a folder or above it, as far as the repository's root; nil where there is none.
    ///
    /// A folder that everybody may write into is passed over: what lies there may be anybody's.
    static func planFile(above folder: String = Paths.absolute("")) -> String? {
        let root = RepositoryRoot.containing(folder)
        var folder = folder
        while true {
            let found = (folder == "/" ? "" : folder) + "/" + planName
            if !isEverybodys(folder), case .plan = InputGuess.kind(of: found) { return shown(found) }
            guard folder != root, folder != "/" else { return nil }
            folder = Paths.directory(of: folder)
        }
    }

    /// The one plan: `assay.yaml` here or above, else the one of this folder, else the one that `assay audit` has made here.
    ///
    /// - Throws: `FileError` with the command to run, where there are several or none.
    static func plan() throws -> String {
        if let found = planFile() { return found }
        let here: FileError
        do { return try InputGuess.plan(".") } catch let error as FileError { here = error }
        let audits = (try? NameList(ofFolder: Paths.absolute("assay-out"))).map { list in
            (0..<min(list.count, mostFolders)).map { "assay-out/\(list[$0])/plan.yaml" }.filter {
                if case .plan = InputGuess.kind(of: $0) { true } else { false }
            }
        }
        guard let audits, let first = audits.first else { throw here }
        guard audits.count == 1 else {
            throw FileError(
                file: "assay-out", message: "holds \(audits.count) audits",
                wayOut: "name one: \(InputGuess.command("assay-out", first))")
        }
        return first
    }

    /// The one data.yaml: of this folder, else the only one below it, else the nearest above.
    ///
    /// - Throws: `FileError` with the command to run, where there are several or none.
    static func dataset() throws -> String {
        let here: FileError
        do { return try InputGuess.inFolder(".") } catch let error as FileError { here = error }
        let below = datasets(below: Paths.absolute(""))
        if below.count == 1 { return shown(below[0]) }
        if let first = below.first {
            let names = below.prefix(3).map(shown).joined(separator: ", ")
            throw FileError(
                file: ".", message: "holds \(below.count) datasets below it: \(names)\(below.count > 3 ? " …" : "")",
                wayOut: "name one: \(InputGuess.command(".", shown(first)))")
        }
        guard let above = InputGuess.above(Paths.absolute("x")) ?? InputGuess.above(Paths.absolute("")) else {
            throw here
        }
        return above
    }

    /// Where the person stands, if that is shorter.
    private static func shown(_ path: String) -> String {
        let relative = Paths.relative(path, to: Paths.absolute(""))
        return relative.utf8.count < path.utf8.count ? relative : path
    }

    private static func isEverybodys(_ folder: String) -> Bool {
        var status = stat()
        return stat(folder, &status) == 0 && status.st_mode & S_IWOTH != 0
    }

    /// Level by level, in the order of names.
    private static func datasets(below folder: String) -> [String] {
        var found: [String] = []
        var level = [folder]
        var (folders, files) = (0, 0)
        for _ in 0...depth {
            var next: [String] = []
            for folder in level {
                guard folders < mostFolders, let names = try? NameList(ofFolder: folder) else { continue }
                folders += 1
                for index in 0..<names.count {
                    let path = folder + "/" + names[index]
                    switch names.kind(index) {
                    case .folder where !passedOver.contains(names[index]): next.append(path)
                    case .file where ["yaml", "yml"].contains(Paths.suffix(of: names[index]).lowercased()):
                        guard files < mostFiles else { continue }
                        files += 1
                        if case .dataset = InputGuess.kind(of: path) { found.append(path) }
                    default: break
                    }
                }
            }
            level = next
        }
        return found
    }
}

extension AuditInput {
    /// What `path` means, as `open`; where it is nil, the plan `assay.yaml` of this folder or one above it, else the one
    /// dataset that is found. What was found is said.
    ///
    /// - Throws: `FileError` with the command to run, where nothing or several things can be meant.
    public static func open(_ path: String?, saying common: CommonOptions) throws -> AuditInput {
        if let path { return try open(path) }
        if let plan = InputDiscovery.planFile() {
            common.note("using \(plan)")
            return .plan(plan)
        }
        // The plan of a folder that holds one and no dataset goes by whatever name.
        let found = try InputDiscovery.dataset()
        if found != "data.yaml" { common.note("using \(found)") }
        return try open(found)
    }

    /// The plan, as `openPlan`; where `path` is nil, `assay.yaml` of this folder or one above it, else the one plan
    /// here, else the one that `assay audit` has made here.
    ///
    /// - Throws: `FileError` with the command to run.
    public static func openPlan(_ path: String?, saying common: CommonOptions) throws -> String {
        if let path { return try openPlan(path) }
        let plan = try InputDiscovery.plan()
        if plan.contains("/") || plan == InputDiscovery.planName { common.note("using \(plan)") }
        return plan
    }

    /// The data.yaml, as `openDataset`; where `path` is nil, the one that is found.
    ///
    /// - Throws: `FileError` with the command to run.
    public static func openDataset(_ path: String?, saying common: CommonOptions) throws -> String {
        if let path { return try openDataset(path) }
        let found = try InputDiscovery.dataset()
        if found != "data.yaml" { common.note("using \(found)") }
        return try openDataset(found)
    }
}

import FileReading
import Synchronization

/// Several executables in one file, which does what the name says that it is started by, as busybox does.
public enum SharedProgram {
    private static let names = Mutex<Set<String>>([])

    /// Whether `name` is one of several names of the running program.
    public static func holds(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    /// Starts the one of `tools` that the process is called as, or `main` under any other name.
    public static func start(_ tools: [any ToolEntry.Type], otherwise main: any ToolEntry.Type) -> Never {
        names.withLock { $0 = Set((tools + [main]).map { $0.name }) }
        let name = CommandLine.arguments.first.map(Paths.fileName) ?? ""
        (tools.first { $0.name == name } ?? main).main()
    }
}

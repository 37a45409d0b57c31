/// An executable of Assay: a file of its own, or one name of a program that holds several.
public protocol ToolEntry: Sendable {
    /// What it is called as a file.
    static var name: String { get }

    /// Runs it with `arguments`, those after its name, and ends the process.
    static func start(_ arguments: [String]) -> Never
}

extension ToolEntry {
    /// Runs it with the arguments of the process.
    public static func main() -> Never { start(Array(CommandLine.arguments.dropFirst())) }
}

import ArgumentParser
import AuditPlan
import CommandHelp
import CommandLineSupport
import FileReading
import Foundation
import TextForms
import ToolOptions

struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manual pages of the tools, made from their help.",
        discussion: "To read one: assay manual assay-labels | man -l -")

    @Argument(help: "The tool whose page is printed.", completion: .list(Self.tools))
    var tool = "assay"

    @Option(
        name: .shortAndLong, "The folder that all pages are written into.", otherwise: "one page on standard output")
    var output: InputFile?

    @OptionGroup var common: CommonOptions
    @OptionGroup var idle: IdleSeedOption

    private static let tools = ["assay"] + StageName.allCases.map(\.executable)

    func run() throws {
        idle.say(common)
        guard Self.tools.contains(tool) else {
            throw ValidationError("there is no tool \(tool); the tools are \(Self.tools.joined(separator: ", "))")
        }
        guard let output = output?.path else { return Tool.output(written: try Self.page(of: tool).text) }
        try Folders.make(output)
        for tool in Self.tools {
            let page = try Self.page(of: tool)
            try AtomicFile.write(page.text, to: output + "/" + page.fileName)
        }
        if !common.quiet { Tool.output("\(output): \(Counted.text(Self.tools.count, "page"))\n") }
    }

    private static func page(of tool: String) throws -> ManualPage {
        let dump = tool == "assay" ? Assay._dumpHelp() : try help(of: tool)
        return ManualPage(try CommandTree(dump: dump), version: assayVersion, others: tools)
    }

    /// What another tool says of itself. `assay` starts it, whether it is a file of its own or another name of this one.
    private static func help(of tool: String) throws -> String {
        let process = Process()
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        process.executableURL = URL(fileURLWithPath: own)
        process.arguments = [String(tool.dropFirst("assay-".count)), "--experimental-dump-help"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch {
            throw FileError(
                file: own, message: "cannot be started: \(error.localizedDescription)", wayOut: "check the installation"
            )
        }
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw FileError(
                file: tool, message: "says nothing of its options",
                wayOut: "install all assay executables into one folder")
        }
        return text
    }
}

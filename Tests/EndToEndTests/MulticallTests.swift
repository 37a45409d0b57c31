import Foundation
import TestSupport
import Testing

/// Packages hold one program under the names of all executables: it must do what each of them does.
@Suite struct MulticallTests {
    private let place: Workplace
    private let bin: String

    init() throws {
        place = try Workplace()
        bin = place.path + "/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        for name in Self.names {
            try FileManager.default.createSymbolicLink(
                atPath: bin + "/" + name,
                withDestinationPath: Executables.folder.appendingPathComponent("assay-multicall").path)
        }
    }

    static let names = ["assay", "assay-labels", "assay-anchors", "assay-probe", "assay-toxic", "assay-report"]

    @Test("a link does what the executable of its name does", arguments: names)
    func isTheExecutable(name: String) throws {
        for arguments in [["--help"], ["--version"], ["nowhere.yaml"], ["--nonsense"]] {
            expectSame(try run(name, arguments), try Executables.run(name, arguments, in: place.path))
        }
    }

    @Test("links and words start the same tool")
    func startsByWord() throws {
        let check = ["shapes/data.yaml", "--no-cache", "--format", "json"]
        let alone = try Executables.run("assay-labels", check, in: place.path)
        #expect(alone.output.hasPrefix("["))
        expectSame(try run("assay-labels", check), alone)
        expectSame(try run("assay", ["labels"] + check), alone)
        // Whatever it is called, it is assay.
        try FileManager.default.createSymbolicLink(
            atPath: bin + "/audit",
            withDestinationPath: Executables.folder.appendingPathComponent("assay-multicall").path)
        expectSame(try run("audit", ["labels"] + check), alone)
        #expect(try run("audit", ["plan", "--help"]).output.contains("init"))
        // It needs no link beside it.
        try FileManager.default.removeItem(atPath: bin + "/assay-labels")
        expectSame(try run("assay", ["labels"] + check), alone)
    }

    @Test("a command that is proposed bears the name that was used")
    func proposesByItsName() throws {
        let outcome = try run("assay-labels", ["shapes/images/train/shape00.jpg"])
        #expect(outcome.errors.contains("run: assay-labels shapes/data.yaml"))
    }

    private func run(_ name: String, _ arguments: [String]) throws -> Executables.Outcome {
        try Executables.run(bin + "/" + name, arguments, in: place.path)
    }

    private func expectSame(_ one: Executables.Outcome, _ other: Executables.Outcome) {
        #expect(one.status == other.status)
        #expect(one.output == other.output)
        #expect(one.errors == other.errors)
    }
}

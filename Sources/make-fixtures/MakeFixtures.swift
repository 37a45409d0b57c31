import ArgumentParser
import CommandLineSupport
import YOLOModel

@main struct MakeFixturesMain {
    static func main() { Tool.main(MakeFixtures.self) }
}

struct MakeFixtures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-fixtures",
        abstract: """
            Write the fixture datasets: sound shapes, a broken dataset whose breakages are listed, and a demonstration \
            with planted label errors.
            """)

    @Argument(help: "The folder that gets shapes/, broken/ and demo/.", completion: .directory)
    var folder: String

    @Option(help: "Write the narrow formula network to this .safetensors as well.", completion: .file())
    var checkpoint: String?

    func run() throws {
        if let checkpoint { try FormulaCheckpoint.write(to: checkpoint) }
        try ShapesDataset(folder: folder + "/shapes").write()
        try BrokenDataset(folder: folder + "/broken").write()
        try DemoDataset(folder: folder + "/demo").write()
    }
}

import ArgumentParser
import AuditPlan
import FileReading
import TestSupport
import Testing
import ToolOptions

/// Settings are declared once; what follows from the declarations is tested for every one of them.
@Suite struct SettingTests {
    /// A text of the form that is not the default; nil where the form alone does not say one.
    static func otherText(_ setting: SettingDeclaration, file: String) -> String? {
        let candidates: [String]
        switch setting.traits.form {
        case .flag: candidates = ["true", "false"]
        case .whole(let range):
            candidates = [range.lowerBound, range.lowerBound + 1, range.upperBound].map(String.init)
        case .number(let range):
            candidates = [range.lowerBound, range.upperBound].filter {
                $0 != setting.defaultText.flatMap { Double($0) }
            }
            .map { String($0) }
        case .words(let words): candidates = words
        case .path: candidates = [file]
        case .list(.words(let words)): candidates = words
        case .list(.whole(let range)): candidates = ["\(range.lowerBound)"]
        case .list: candidates = ["B003", "shape"]
        case .map(.words(let words)): candidates = words.map { "B003=\($0)" }
        case .map: candidates = ["a/*=B003"]
        case .record(let fields):
            candidates = fields.prefix(1).compactMap { field in
                guard case .number(let range) = field.form else { return nil }
                return "\(field.name)=\(range.upperBound)"
            }
        case .text: candidates = ["10,20", "1.5h", "320x256", "0.5..1.5", "inverse", "7", nineAnchors]
        }
        return candidates.first { (try? setting.traits.check($0)) != nil && $0 != setting.defaultText }
    }

    private static let nineAnchors = Array(repeating: "10,20", count: 9).joined(separator: ",")

    @Test(arguments: StageName.allCases)
    func everySettingOfAPlanReachesTheOptionsAndTheDigest(stage: StageName) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("contents", to: "file.yaml")
        func contents<Options: StageOptions>(_ type: Options.Type, _ yaml: String) throws -> [SettingContent] {
            try PlanFile.load(try folder.write(yaml, to: "plan.yaml")).settings.options(type).contents
        }
        let plain = try contents(stage.options, "dataset: d.yaml\n\(stage.rawValue):\n")
        for setting in stage.options.blockSettings() {
            let text = try #require(Self.otherText(setting, file: file), "\(stage).\(setting.key)")
            let changed = try contents(
                stage.options, "dataset: d.yaml\n\(stage.rawValue):\n  \(setting.key): \(Self.yaml(text, setting))\n")
            if stage.options.presentation.contains(setting.key) {
                #expect(changed == plain, "\(stage).\(setting.key) is said to change nothing that is written")
            } else {
                #expect(changed.first { $0.key == setting.key }?.text != setting.defaultText, "\(stage).\(setting.key)")
                #expect(changed.filter { $0.key != setting.key } == plain.filter { $0.key != setting.key })
            }
        }
    }

    private static func yaml(_ text: String, _ setting: SettingDeclaration) -> String {
        switch setting.traits.form {
        case .map(.list):
            // `a/*=B003`
            let parts = text.split(separator: "=")
            return "{\"\(parts[0])\": [\(parts[1])]}"
        case .map, .record: return "{\(text.replacing("=", with: ": "))}"
        case .flag, .whole, .number: return text
        default: return "\"\(text)\""
        }
    }

    @Test(arguments: StageName.allCases)
    func theCommandLineOverridesThePlan(stage: StageName) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("contents", to: "file.yaml")
        func parsed<Options: StageOptions>(_ type: Options.Type, _ arguments: [String]) throws -> [SettingContent] {
            try type.parse(arguments).settingContents
        }
        for setting in stage.options.blockSettings() where !(setting.defaultText?.isEmpty ?? true) {
            let text = try #require(Self.otherText(setting, file: file), "\(stage).\(setting.key)")
            let overridden = try parsed(
                stage.options, [setting.argument(text), setting.argument(setting.defaultText ?? "")])
            #expect(overridden.first { $0.key == setting.key }?.text == setting.defaultText, "\(stage).\(setting.key)")
        }
    }

    @Test(arguments: StageName.allCases)
    func everySettingIsDocumentedAndHasADefaultOfItsOwnForm(stage: StageName) throws {
        for setting in stage.options.blockSettings(isDocumented: true) {
            #expect(!setting.help.isEmpty && setting.help.hasSuffix("."), "\(stage).\(setting.key)")
            if let text = setting.defaultText, !text.isEmpty { try setting.traits.check(text) }
        }
    }

    /// Whatever a plan holds, an argument can hold.
    @Test(arguments: [["a"], ["a,b", "c"], ["x=1", "back\\slash"], ["ünï", "C:\\new"], ["trailing\\", "z"]])
    func listsReadBack(elements: [String]) throws {
        #expect(ListText.elements(ListText.text(elements)) == elements)
        let entries = elements.map { (key: $0, value: "v") }
        let back = try ListText.entries(ListText.text(entries))
        #expect(back.map(\.key) == elements && back.allSatisfy { $0.value == "v" })
    }

    @Test(arguments: ["nope", "train,nope", "", "train,train"])
    func splitsThatCannotBeAreRefused(text: String) {
        #expect(throws: SettingError.self) { try SplitList(setting: text) }
    }

    @Test func blanksInAListOfSplitsDropNone() throws {
        #expect(try SplitList(setting: "train, val").names == ["train", "val"])
    }
}

import CommandHelp
import Foundation
import Testing

/// What a shell is told, of a tool with a default subcommand.
@Suite struct CompletionTests {
    private static let dump = """
        {"serializationVersion": 0, "command": {"commandName": "tool", "defaultSubcommand": "check", "abstract": "Does things.",
        "subcommands": [
          {"superCommands": ["tool"], "commandName": "check", "abstract": "Checks.", "arguments": [
            {"kind": "positional", "shouldDisplay": true, "isOptional": true, "isRepeating": false, "valueName": "input",
             "completionKind": {"file": {"extensions": []}}},
            {"kind": "option", "shouldDisplay": true, "isOptional": true, "isRepeating": false, "abstract": "Whose reading.",
             "names": [{"kind": "long", "name": "trainer"}], "valueName": "trainer",
             "completionKind": {"list": {"values": ["yolov5", "yolov7", "darknet"]}}},
            {"kind": "flag", "shouldDisplay": true, "isOptional": true, "isRepeating": false, "abstract": "Less.",
             "names": [{"kind": "short", "name": "q"}, {"kind": "long", "name": "quiet"}]},
            {"kind": "option", "shouldDisplay": true, "isOptional": true, "isRepeating": false,
             "names": [{"kind": "long", "name": "output"}], "completionKind": {"directory": {}}},
            {"kind": "flag", "shouldDisplay": false, "isOptional": true, "isRepeating": false,
             "names": [{"kind": "long", "name": "secret"}]}]},
          {"superCommands": ["tool"], "commandName": "explain", "abstract": "Explains\\nrules.", "arguments": [
            {"kind": "flag", "shouldDisplay": true, "isOptional": true, "isRepeating": false,
             "names": [{"kind": "long", "name": "all"}]}]}],
        "arguments": [{"kind": "flag", "shouldDisplay": true, "isOptional": true, "isRepeating": false,
             "names": [{"kind": "long", "name": "version"}]}]}}
        """

    private func complete(_ words: [String]) throws -> Completion {
        Completion(try CommandTree(dump: Self.dump), words: words)
    }

    @Test(arguments: [
        (["data.yaml", "--tr"], ["--trainer"]), (["--tr"], ["--trainer"]), (["check", "--tr"], ["--trainer"]),
        (["data.yaml", "--trainer", ""], ["yolov5", "yolov7", "darknet"]), (["--trainer", "yolov5", "--trai"], []),
        (["data.yaml", "--trainer", "yolo"], ["yolov5", "yolov7"]), (["--trainer=d"], ["--trainer=darknet"]),
        (["explain", "--"], ["--all"]), (["explain", "--tr"], []), (["ex"], ["explain"]), (["--sec"], []),
        (["data.yaml", "ex"], []), (["--vers"], ["--version"]), (["--quiet", "ex"], []), (["--", "--tr"], []),
    ]) func wordsThatFit(words: [String], fitting: [String]) throws {
        #expect(try complete(words).words.map(\.text) == fitting)
    }

    @Test func filesAndFolders() throws {
        #expect(try complete([""]).takesFiles && complete(["check", "d"]).takesFiles)
        #expect(try !complete(["data.yaml", ""]).takesFiles && !complete(["--trainer", ""]).takesFiles)
        #expect(try complete(["--output", ""]).takesFolders && complete(["--output=x"]).takesFolders)
    }

    /// A line a word, whatever stands in a help; the argument of the default subcommand may begin alike.
    @Test func theAnswerIsLines() throws {
        #expect(try complete(["ex"]).text == "word\texplain\tExplains rules.\nfiles\n")
        #expect(try complete(["x"]).text == "files\n")
    }

    @Test func thePageHoldsEveryOption() throws {
        let page = ManualPage(try CommandTree(dump: Self.dump), version: "1", others: ["tool", "other"])
        #expect(page.fileName == "tool.1")
        for part in [
            ".TH \"TOOL\"", "tool \\- Does things", "\\-\\-trainer\\fR \\fItrainer", "\\-\\-quiet",
            ".SS \"tool explain\"",
            "\\fBother\\fR(1)",
        ] { #expect(page.text.contains(part), "\(part)\n\(page.text)") }
        #expect(!page.text.contains("secret") && !page.text.contains("\\fBtool\\fR(1)"))
    }
}

import Foundation
import TestSupport
import Testing

/// What shells and `man` make of the tools.
@Suite struct ShellTests {
    /// Completes a command line in bash itself: the function that the script installs, as bash calls it.
    private func complete(_ words: [String], in place: Workplace) throws -> [String] {
        let script = try place.run("assay", "completions", "bash").output
        try place.folder.write(script, to: "completions.bash")
        // bash cuts words at the equals sign.
        let parts = words.flatMap { word -> [String] in
            guard let equals = word.firstIndex(of: "="), word.hasPrefix("--") else { return [word] }
            let value = String(word[word.index(after: equals)...])
            return [String(word[..<equals]), "="] + (value.isEmpty ? [] : [value])
        }
        let quoted = parts.map { "'\($0)'" }.joined(separator: " ")
        let current = parts.last == "=" ? "" : parts.last ?? ""
        try place.folder.write(
            """
            source completions.bash
            COMP_WORDS=(\(quoted)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE='\(words.joined(separator: " "))'
            function=$(complete -p \(words[0]) | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            "$function" \(words[0]) '\(current)' ''
            printf '%s\\n' "${COMPREPLY[@]}"
            """, to: "ask.bash")
        let path = Executables.folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        let outcome = try Executables.run(
            "/bin/bash", ["--norc", "ask.bash"], in: place.path, environment: ["PATH": path])
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        (["assay-labels", "data.yaml", "--tr"], ["--trainer"]),
        (["assay-labels", "--trainer", "yolov"], ["yolov5", "yolov7"]),
        (["assay-labels", "shapes", "--trainer=dark"], ["darknet"]),
        (["assay-toxic", "data.yaml", "--fail-"], ["--fail-on-suspicions"]),
        (["assay-report", "plan.yaml", "--ser"], ["--serve"]), (["assay", "st"], ["status"]),
        (["assay", "labels", "data.yaml", "--tr"], ["--trainer"]), (["assay", "check", "--tr"], ["--trainer"]),
        (["assay", "plan", "i"], ["init"]), (["assay", "lab"], ["labels"]),
        (["assay-labels", "mod"], ["model.safetensors"]), (["assay", "run", "--only", "tox"], ["toxic"]),
    ]) func bashCompletes(words: [String], fitting: [String]) throws {
        #expect(try complete(words, in: try Workplace()) == fitting)
    }

    /// On a terminal, by the tab key.
    @Test func typingInBash() throws {
        let place = try Workplace()
        try place.folder.write(try place.run("assay", "completions", "bash").output, to: "completions.bash")
        let script = SharedMaterial.checkout.appendingPathComponent("Tests/Shell/typing.py").path
        let lines = [
            ("assay-labels shapes/data.yaml --tr", "assay-labels shapes/data.yaml --trainer"),
            ("assay-labels --trainer=da", "assay-labels --trainer=darknet"), ("assay check sha", "assay check shapes/"),
            ("assay st", "assay status"), ("assay-toxic --weights mod", "assay-toxic --weights model.safetensors"),
        ]
        let outcome = try Executables.run(
            "/usr/bin/env", ["python3", script, Executables.folder.path, "completions.bash"] + lines.map(\.0),
            in: place.path)
        #expect(outcome.output.split(separator: "\n").map(String.init) == lines.map(\.1), "\(outcome.errors)")
    }

    /// A press of the tab key starts no program of the current folder's.
    @Test func completingStartsNothingOfTheFolder() throws {
        let place = try Workplace()
        try place.folder.write("#!/bin/sh\ntouch started\n", to: "assay-labels")
        chmod(place.path + "/assay-labels", 0o755)
        try place.folder.write(try place.run("assay", "completions", "bash").output, to: "completions.bash")
        try place.folder.write(
            """
            source completions.bash
            COMP_WORDS=(./assay-labels --tr); COMP_CWORD=1
            _assay_complete ./assay-labels --tr ./assay-labels
            printf '%s\\n' "${COMPREPLY[@]}"
            """, to: "ask.bash")
        let path = Executables.folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        let outcome = try Executables.run(
            "/bin/bash", ["--norc", "ask.bash"], in: place.path, environment: ["PATH": path])
        #expect(outcome.output == "--trainer\n", "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: place.path + "/started"))
    }

    /// The other shells' scripts are at least of their language, where the shells are there.
    @Test(arguments: ["zsh", "fish"]) func otherShellsReadTheirScript(shell: String) throws {
        let place = try Workplace()
        let script = try place.run("assay", "completions", shell).output
        #expect(script.contains("---complete") && script.contains("assay-labels"))
        try place.folder.write(script, to: "script")
        guard let program = ["/usr/bin/", "/bin/"].map({ $0 + shell }).first(where: FileManager.default.fileExists)
        else { return }
        let outcome = try Executables.run(program, ["-n", "script"], in: place.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func everyToolHasAManualPage() throws {
        let place = try Workplace()
        let outcome = try place.run("assay", "manual", "--output", "man")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path + "/man").sorted()
        #expect(
            names == [
                "assay-anchors.1", "assay-curves.1", "assay-labels.1", "assay-probe.1", "assay-report.1",
                "assay-toxic.1",
                "assay.1",
            ])
        #expect(place.text("man/assay-labels.1").contains("\\-\\-trainer"))
        #expect(place.text("man/assay.1").contains("assay plan init"))
        #expect(try place.run("assay", "manual", "assay-labels").output == place.text("man/assay-labels.1"))
        for name in names {
            if FileManager.default.fileExists(atPath: "/usr/bin/mandoc") {
                let lint = try Executables.run(
                    "/usr/bin/mandoc", ["-T", "lint", "-W", "error", "man/" + name], in: place.path)
                #expect(lint.status == 0, "\(name): \(lint.output)")
            }
            // Where documents are left out of an image, `man` is a script that says so.
            guard
                FileManager.default.fileExists(atPath: "/usr/bin/groff")
                    || FileManager.default.fileExists(atPath: "/usr/bin/mandoc")
            else { continue }
            let read = try Executables.run(
                "/usr/bin/man", ["-l", "man/" + name], in: place.path, environment: ["MANPAGER": "cat", "PAGER": "cat"])
            #expect(read.status == 0 && read.output.contains("SYNOPSIS"), "\(name): \(read.errors)")
        }
    }

    /// What a bug report needs, and the same of every tool.
    @Test func everyToolSaysWhatItIs() throws {
        let place = try Workplace()
        let said = try [
            "assay", "assay-labels", "assay-anchors", "assay-probe", "assay-toxic", "assay-curves", "assay-report",
        ].map {
            try place.run($0, "--version").output
        }
        #expect(Set(said).count == 1)
        #expect(
            said[0].wholeMatch(
                of: /assay \d+\.\d+\.\d+ \((commit [0-9a-f]+\+?; )?(onednn \d+\.\d+\.\d+ on cpu, )?reference on cpu\)\n/
            ) != nil,
            "\(said[0])")
    }
}

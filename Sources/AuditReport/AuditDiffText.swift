import TextForms

extension AuditDiff {
    /// For a terminal.
    public var text: TerminalText {
        guard !isEmpty else { return "nothing changed between the two audits\n" }
        var lines = versionLines
        for (title, changes) in tables where !changes.isEmpty {
            lines.append("")
            let rows = changes.map { ["  " + TerminalText.shown($0.name)] + Self.figures($0) }
            lines += Columns.aligned([[title, "mended", "new", "came back"]] + rows)
        }
        return TerminalText(written: lines.joined(separator: "\n") + "\n")
    }

    /// For a pull request.
    public var markdown: String {
        var text = "## What changed in the dataset\n\n"
        guard !isEmpty else { return text + "Nothing changed between the two audits.\n" }
        text += versionLines.map { "- \($0)\n" }.joined()
        for (title, changes) in tables where !changes.isEmpty {
            text += "\n| \(title) | mended | new | came back |\n|---|--:|--:|--:|\n"
            for change in changes {
                text +=
                    "| \(CodeSpan.of(change.name, inTable: true)) | \(Self.figures(change).joined(separator: " | ")) |\n"
            }
        }
        return text
    }

    /// For a program.
    public var json: String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.object("dataset") { json in
                json.member("images_added", version.addedImages.count)
                json.member("images_removed", version.removedImages.count)
                json.member("images_moved", version.movedImages.count)
                json.member("rows_added", version.addedRows)
                json.member("rows_removed", version.removedRows)
                json.member("rows_relabelled", version.relabelledRows)
            }
            for (name, changes) in [("rules", rules), ("suspicions", suspicions)] {
                json.array(name) { json in
                    for change in changes {
                        json.object { json in
                            json.member("name", change.name)
                            json.member("mended", change.mended)
                            json.member("new", change.new)
                            json.member("came_back", change.back)
                        }
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }

    /// Whether nothing differs at all.
    var isEmpty: Bool { rules.isEmpty && suspicions.isEmpty && version == Version() }

    /// What the changes are of, and the changes.
    var tables: [(String, [Change])] { [("rule", rules), ("likely wrong", suspicions)] }

    /// Mended, new, come back.
    static func figures(_ change: Change) -> [String] {
        [change.mended, change.new, change.back].map(Counted.number)
    }

    /// What became of images and rows, in two lines.
    var versionLines: [String] {
        func words(_ counts: [(Int, String)]) -> String? {
            let parts = counts.filter { $0.0 > 0 }.map { "\(Counted.number($0.0)) \($0.1)" }
            return parts.isEmpty ? nil : parts.joined(separator: ", ")
        }
        let images = words([
            (version.addedImages.count, "added"), (version.removedImages.count, "removed"),
            (version.movedImages.count, "moved to another split"),
        ])
        let rows = words([
            (version.addedRows, "added"), (version.removedRows, "removed"), (version.relabelledRows, "relabelled"),
        ])
        return ["images: \(images ?? "the same")", "rows of images in both: \(rows ?? "the same")"]
    }
}

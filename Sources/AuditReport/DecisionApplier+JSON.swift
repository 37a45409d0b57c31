import TextForms

extension DecisionApplier.Outcome {
    /// One object: the files with their rows, what was refused and why, and where the files as they were lie.
    public var json: String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.array("files", .lines) { json in
                for fix in fixes {
                    json.object { json in
                        json.member("file", fix.label)
                        json.array("lines") { json in for row in fix.rows { json.value(row.line) } }
                    }
                }
            }
            json.array("refused", .lines) { json in
                for (image, reason) in refused {
                    json.object { json in
                        json.member("image", image)
                        json.member("reason", reason)
                    }
                }
            }
            json.member("backup", backup)
        }
        json.endLine()
        return json.text
    }
}

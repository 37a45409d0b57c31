import TextForms

extension DiagnosisRegistry {
    /// The table and the sections of docs/curves.md that are made from the diagnoses themselves.
    public static var page: String {
        let rows = documentation.map { "| \($0.code) | \($0.name) | \($0.severity.rawValue) | \($0.what) |" }
        let sections = documentation.map { it in
            "### \(it.code) \(it.name) (\(it.severity.rawValue))\n\n\(it.what)\n\n**What it may be.** \(it.why)\n\n**Said from.** \(it.threshold).\n"
                + (it.hides.isEmpty
                    ? ""
                    : "\nWhat follows from it is not said besides: \(it.hides.sorted().joined(separator: ", ")).\n")
        }
        return "| code | name | severity | what is seen |\n|---|---|---|---|\n" + rows.joined(separator: "\n") + "\n\n"
            + sections.joined(separator: "\n")
    }

    /// A page for one diagnosis; nil where there is none of that code.
    public static func documentation(of code: String) -> DiagnosisDocumentation? {
        documentation.first { $0.code == code.uppercased() }
    }
}

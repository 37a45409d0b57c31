/// ES modules as one script, so that a page holds all of its program and needs no server for it.
///
/// Each module becomes a function that is called once and returns what it exports; the modules that it imports stand before
/// it. Names that a module does not export stay its own. A module may
/// - import by name, `import { a, b } from "./other.js";`, at the beginning of a line;
/// - export functions, classes and constants, `export const a = …`, at the beginning of a line.
package struct ScriptBundle: Sendable {
    /// Why modules cannot be joined: a mistake in them, never in what a person gave.
    package struct Failure: Error, CustomStringConvertible {
        /// What is wrong, with the module that it is in.
        package let description: String
    }

    /// The script.
    package let text: String

    /// - Parameters:
    ///   - modules: source by file name.
    ///   - entry: the module that begins.
    /// - Throws: `Failure` where a module or an export is missing, or modules import one another in a circle.
    package init(_ modules: [String: String], entry: String) throws {
        var bundle = Joining(sources: modules)
        try bundle.add(entry, importedBy: [])
        text = bundle.out
    }

    private struct Joining {
        let sources: [String: String]
        var out = ""
        var exports: [String: Set<String>] = [:]

        mutating func add(_ name: String, importedBy path: [String]) throws {
            guard !path.contains(name) else {
                throw Failure(description: "modules import one another: \((path + [name]).joined(separator: " → "))")
            }
            guard exports[name] == nil else { return }
            guard let source = sources[name] else { throw Failure(description: "there is no module \(name)") }
            let module = Module(source)
            for (file, names) in module.imports {
                try add(file, importedBy: path + [name])
                let missing = names.filter { exports[file]?.contains($0) != true }
                guard missing.isEmpty else {
                    throw Failure(description: "\(file) does not export \(missing.joined(separator: ", "))")
                }
            }
            exports[name] = Set(module.exports)
            let imports = module.imports.map { file, names in
                "const { \(names.joined(separator: ", ")) } = \(Self.variable(file));\n"
            }
            out += "// \(name)\nconst \(Self.variable(name)) = (() => {\n\(imports.joined())\(module.body)"
            out += "return { \(module.exports.joined(separator: ", ")) };\n})();\n"
        }

        /// `list.js` is `$list`.
        private static func variable(_ file: String) -> String { "$" + file.prefix { $0 != "." } }
    }

    /// A module's source without its imports and the word `export`.
    private struct Module {
        var imports: [(file: String, names: [String])] = []
        var exports: [String] = []
        var body = ""

        init(_ source: String) {
            var statement = ""
            for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
                if !statement.isEmpty || line.hasPrefix("import ") {
                    // Long imports go over several lines.
                    statement += line
                    if line.hasSuffix(";") {
                        addImport(statement)
                        statement = ""
                    }
                } else if line.hasPrefix("export ") {
                    let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }
                    let kinds: Set<Substring> = ["export", "async", "function", "class", "const"]
                    if let name = words.first(where: { !kinds.contains($0) }) { exports.append(String(name)) }
                    body += line.dropFirst("export ".count) + "\n"
                } else {
                    body += line + "\n"
                }
            }
            while body.hasPrefix("\n") || body.hasSuffix("\n\n") { body = Self.trimmed(body) }
        }

        private static func trimmed(_ body: String) -> String {
            String(body.hasPrefix("\n") ? body.dropFirst() : body.dropLast())
        }

        private mutating func addImport(_ statement: String) {
            let parts = statement.split(separator: "\"")
            guard parts.count >= 2, let braces = statement.firstIndex(of: "{"),
                let end = statement.firstIndex(of: "}")
            else { return }
            let names = statement[statement.index(after: braces)..<end].split { ", \t".contains($0) }
            imports.append((file: String(parts[1].drop { "./".contains($0) }), names: names.map(String.init)))
        }
    }
}

import AuditReport
import Foundation
import TestSupport
import Testing
import TextForms

@Suite struct FrontEndTests {
    private func bundle(_ modules: [String: String], _ entry: String = "main.js") throws -> String {
        try ScriptBundle(modules, entry: entry).text
    }

    @Test func modulesComeOnceAndBeforeWhoImportsThem() throws {
        let text = try bundle([
            "main.js": "import { a } from \"./a.js\";\nimport {\n  b,\n  c,\n} from \"./b.js\";\n\na(b, c);\n",
            "a.js": "import { b } from \"./b.js\";\nconst own = 1;\nexport function a() {\n  return own + b;\n}\n",
            "b.js": "const own = 2;\nexport const b = own;\nexport class c {}\n",
        ])
        #expect(
            text == """
                // b.js
                const $b = (() => {
                const own = 2;
                const b = own;
                class c {}
                return { b, c };
                })();
                // a.js
                const $a = (() => {
                const { b } = $b;
                const own = 1;
                function a() {
                  return own + b;
                }
                return { a };
                })();
                // main.js
                const $main = (() => {
                const { a } = $a;
                const { b, c } = $b;
                a(b, c);
                return {  };
                })();

                """)
    }

    @Test(arguments: [
        ["main.js": "import { a } from \"./a.js\";\n"],
        ["main.js": "import { a } from \"./a.js\";\n", "a.js": "const a = 1;\n"],
        [
            "main.js": "import { a } from \"./a.js\";\n",
            "a.js": "import { b } from \"./main.js\";\nexport const a = 1;\n",
        ],
        [:],
    ])
    func whatDoesNotFitTogetherIsNoProgram(modules: [String: String]) {
        #expect(throws: ScriptBundle.Failure.self) { try ScriptBundle(modules, entry: "main.js") }
    }

    /// Every file is in the page, and every module is asked for by another.
    @Test func everyFileOfThePageIsUsed() throws {
        let folder = SharedMaterial.checkout.appendingPathComponent("Sources/AuditReport/Resources").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let script = try bundle(FrontEnd.modules, "main.js")
        #expect(Set(files.filter { $0.hasSuffix(".js") }) == Set(FrontEnd.modules.keys))
        for name in FrontEnd.modules.keys { #expect(script.contains("// \(name)\n"), "\(name)") }
        #expect(!script.contains("</script") && !script.contains("\nimport ") && !script.contains("\nexport "))
        var content = ReportContent()
        content.suspicions = [
            .init(
                id: "1", image: "a", line: nil, kind: .missing, probability: 1, impact: 0, suggestion: nil,
                evidence: "")
        ]
        let page = ReportPage.render(content)
        #expect(page.contains(script))
        for name in files where name.hasSuffix(".css") {
            #expect(page.contains(try String(contentsOfFile: folder + "/" + name, encoding: .utf8)))
        }
    }

    @Test func whatIsFilledInIsNotATemplate() {
        let template = HTMLTemplate(Array("<p>{{name}}, {{other}}</p>\n".utf8))
        #expect(template.places == ["name", "other"])
        let filled = template.filled(["name": Markup(text: "{{other}} <b>"), "other": "<i>x</i>"])
        #expect(filled.text == "<p>{{other}} &lt;b&gt;, <i>x</i></p>")
    }
}

import TextForms
import ToolOptions

/// The JSON Schema of a plan, made from the declarations of its settings.
public enum PlanSchema {
    /// draft-07, which editors' YAML servers read.
    public static var text: String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("$schema", "http://json-schema.org/draft-07/schema#")
            json.member("title", "Plan of an audit by Assay")
            object(&json) { json in
                json.object("dataset") { json in
                    json.member("type", "string")
                    json.member("description", "The data.yaml, relative to the plan.")
                }
                for setting in SharedOptions.declaredSettings(isDocumented: true) { property(setting, &json) }
                for stage in StageName.allCases {
                    json.object(stage.rawValue, .lines) { json in
                        object(&json) { json in
                            for setting in stage.options.blockSettings(isDocumented: true) { property(setting, &json) }
                        }
                    }
                }
                json.object(ClusterOptions.block, .lines) { json in
                    object(&json) { json in
                        for setting in ClusterOptions.declaredSettings(isDocumented: true) { property(setting, &json) }
                    }
                }
                json.object("results") { $0.member("description", "Written by the tools.") }
            }
            json.array("required") { $0.value("dataset") }
        }
        json.endLine()
        return json.text
    }

    private static func object(_ json: inout JSONWriter, _ properties: (inout JSONWriter) -> Void) {
        json.array("type") { json in for type in ["object", "null"] { json.value(type) } }
        json.member("additionalProperties", false)
        json.object("properties", .lines, properties)
    }

    private static func property(_ setting: SettingDeclaration, _ json: inout JSONWriter) {
        json.object(setting.key) { json in
            json.member("description", setting.helpWithLimits)
            if let text = setting.defaultText { add(default: text, setting.traits.form, &json) }
            json.array("anyOf") { json in
                add(setting.traits.form, &json)
                json.object { $0.member("type", "null") }
            }
        }
    }

    /// The forms that a value may have, one schema each.
    private static func add(_ form: SettingForm, _ json: inout JSONWriter) {
        switch form {
        case .flag: json.object { $0.member("type", "boolean") }
        case .whole(let range):
            json.object { json in
                json.member("type", "integer")
                json.member("minimum", range.lowerBound)
                json.member("maximum", range.upperBound)
            }
        case .number(let range):
            json.object { json in
                json.member("type", "number")
                json.member("minimum", range.lowerBound)
                json.member("maximum", range.upperBound)
            }
        case .words(let words):
            json.object { $0.array("enum") { json in for word in words { json.value(word) } } }
        case .text: json.object { $0.array("type") { json in for type in ["string", "number"] { json.value(type) } } }
        case .path: json.object { $0.member("type", "string") }
        case .list(let element):
            add(.text(""), &json)
            json.object { json in
                json.member("type", "array")
                json.object("items") { any(of: element, &$0) }
            }
        case .map(let value):
            json.object { json in
                json.member("type", "object")
                json.object("additionalProperties") { any(of: value, &$0) }
            }
        case .record(let fields):
            json.object { json in
                json.member("type", "object")
                json.member("additionalProperties", false)
                json.object("properties") { json in
                    for field in fields { json.object(field.name) { any(of: field.form, &$0) } }
                }
            }
        }
    }

    private static func any(of form: SettingForm, _ json: inout JSONWriter) {
        json.array("anyOf") { add(form, &$0) }
    }

    private static func add(default text: String, _ form: SettingForm, _ json: inout JSONWriter) {
        switch form {
        case .flag, .whole, .number: json.member("default", JSONFragment(text))
        case .words, .text, .path: json.member("default", text)
        case .list: json.array("default") { json in for element in ListText.elements(text) { json.value(element) } }
        case .map, .record: break
        }
    }
}

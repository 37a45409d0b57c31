import FileReading
import Foundation
import TextForms

/// The page's own files, `Resources/`, which the compiler puts into the program.
package enum FrontEnd {
    static let page = HTMLTemplate(PackageResources.page_html)
    static let review = HTMLTemplate(PackageResources.review_html)
    static let style = Markup(verbatim: text(PackageResources.style_css) + text(PackageResources.review_css))

    /// The modules of the program by file name.
    package static let modules: [String: String] = [
        "boxes.js": text(PackageResources.boxes_js), "calibration.js": text(PackageResources.calibration_js),
        "canvas.js": text(PackageResources.canvas_js),
        "data.js": text(PackageResources.data_js), "decisions.js": text(PackageResources.decisions_js),
        "detail.js": text(PackageResources.detail_js), "draft.js": text(PackageResources.draft_js),
        "drag.js": text(PackageResources.drag_js), "history.js": text(PackageResources.history_js),
        "hover.js": text(PackageResources.hover_js), "keys.js": text(PackageResources.keys_js),
        "list.js": text(PackageResources.list_js), "live.js": text(PackageResources.live_js),
        "main.js": text(PackageResources.main_js), "pictures.js": text(PackageResources.pictures_js),
        "queue.js": text(PackageResources.queue_js), "state.js": text(PackageResources.state_js),
        "store.js": text(PackageResources.store_js), "strokes.js": text(PackageResources.strokes_js),
        "tables.js": text(PackageResources.tables_js), "tabs.js": text(PackageResources.tabs_js),
        "together.js": text(PackageResources.together_js), "view.js": text(PackageResources.view_js),
        "words.js": text(PackageResources.words_js),
    ]

    /// The page's program. Empty where the modules do not fit together, which a test would tell.
    static let script = "\n" + ((try? ScriptBundle(modules, entry: "main.js").text) ?? "")

    /// The one script that a Content-Security-Policy lets in, by its SHA-256.
    static let scriptSource: String = {
        let digest = ContentDigest.of(Array(script.utf8)).bytes
        return "'sha256-\(Data(digest).base64EncodedString())'"
    }()

    private static func text(_ resource: [UInt8]) -> String { String(decoding: resource, as: UTF8.self) }
}

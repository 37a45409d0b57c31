import Foundation
import GRDB
import TestSupport
import Testing

/// From suspicions to decisions and back into the dataset, and into other tools.
@Suite struct DecisionTests {
    private func prepared() throws -> Workplace {
        let place = try Workplace()
        try place.makePlan()
        #expect(try place.run("assay", "run", "plan.yaml").status == 0)
        // The fixture's model knows nothing: what it would say is written into the ledger.
        let ledger = try DatabaseQueue(path: place.path + "/plan.ledger.sqlite")
        try ledger.write { database in
            for (id, line, kind, row) in [
                ("0123456789abcdef", "1", "spurious", "NULL, NULL, NULL, NULL, NULL"),
                ("fedcba9876543210", "NULL", "missing", "1, 0.5, 0.5, 0.1, 0.1"),
            ] {
                try database.execute(
                    sql: """
                        INSERT INTO suspicion (id, image, line, kind, score, impact, class, cx, cy, w, h, evidence)
                        VALUES ('\(id)', 'images/train/shape00.jpg', \(line), '\(kind)', 0.9, 0.1,
                        \(row), 'planted by the test')
                        """)
            }
        }
        try place.folder.write(
            place.text("plan.yaml").replacing("suspicions: 500", with: "suspicions: 400"), to: "plan.yaml")
        #expect(try place.run("assay-report", "plan.yaml").status == 0)
        return place
    }

    /// The data block of the page.
    private func data(_ place: Workplace) throws -> [String: Any] {
        let page = place.text("plan.assay/report.html")
        let start = try #require(page.range(of: "id=\"review-data\">")).upperBound
        let end = try #require(page[start...].range(of: "</script>")).lowerBound
        return try #require(
            try JSONSerialization.jsonObject(with: Data(page[start..<end].utf8)) as? [String: Any])
    }

    private func decisions(_ list: [[String: Any]]) throws -> String {
        let file: [String: Any] = ["format": "assay-decisions", "version": 1, "decisions": list]
        return String(decoding: try JSONSerialization.data(withJSONObject: file), as: UTF8.self)
    }

    @Test func acceptedDecisionsReachTheLabelsAndAreNotAskedAgain() throws {
        let place = try prepared()
        // The fixture's classes by split, and its images.
        let report = place.text("plan.assay/report.html")
        let card = report[try #require(report.range(of: "id=\"dataset\"")).upperBound...]
        #expect(card.contains("circle") && card.contains("Where the centres of labels lie"))
        let page = try data(place)
        let images = try #require(page["images"] as? [[String: Any]])
        let suspicions = try #require(page["suspicions"] as? [[String: Any]])
        let accused = try #require(suspicions.first { $0["line"] is Int && $0["kind"] as? String != "image" })
        let image = images[try #require(accused["image"] as? Int)]
        let name = try #require(image["name"] as? String)
        let line = try #require(accused["line"] as? Int)
        let labels = try #require(image["labels"] as? [[Double]])
        let label = Array(try #require(labels.first { Int($0[0]) == line }).dropFirst())
        let other = try #require(suspicions.first { $0["id"] as? String != accused["id"] as? String })
        let before = place.text("shapes/" + labelPath(name))
        try place.folder.write(
            try decisions([
                [
                    "id": accused["id"] ?? "", "decision": "accept", "image": name, "line": line,
                    "kind": accused["kind"] ?? "", "label": label, "row": NSNull(),
                ],
                [
                    "id": other["id"] ?? "", "decision": "reject",
                    "image": images[try #require(other["image"] as? Int)]["name"] ?? "",
                    "kind": other["kind"] ?? "", "line": other["line"] ?? NSNull(), "label": NSNull(), "row": NSNull(),
                ],
            ]), to: "decisions.json")
        let shown = try place.run("assay-report", "apply", "plan.yaml", "decisions.json", "--diff")
        #expect(shown.status == 0 && shown.output.contains("would change"))
        #expect(place.text("shapes/" + labelPath(name)) == before)
        let outcome = try place.run("assay-report", "apply", "plan.yaml", "decisions.json")
        #expect(outcome.status == 0 && outcome.output.contains("1 row in 1 file changed"), "\(outcome.errors)")
        let after = place.text("shapes/" + labelPath(name))
        #expect(after.split(separator: "\n").count == before.split(separator: "\n").count - 1)
        #expect(try place.run("assay-report", "plan.yaml").status == 0)
        let again = place.text("plan.assay/report.html")
        for decided in [accused, other] { #expect(!again.contains(decided["id"] as? String ?? "none")) }
        // What has been applied once is not there any more.
        #expect(try place.run("assay-report", "apply", "plan.yaml", "decisions.json").status == 1)
        #expect(try place.run("assay-labels", "undo", "shapes/data.yaml").status == 0)
        #expect(place.text("shapes/" + labelPath(name)) == before)
    }

    private func labelPath(_ image: String) -> String {
        (image as NSString).deletingPathExtension.replacing("images/", with: "labels/") + ".txt"
    }

    @Test func whatIsNoDecisionsFileIsRefused() throws {
        let place = try prepared()
        for text in ["{}", "[", "{\"format\":\"assay-decisions\",\"version\":9,\"decisions\":[]}"] {
            try place.folder.write(text, to: "d.json")
            let outcome = try place.run("assay-report", "apply", "plan.yaml", "d.json")
            #expect(outcome.status == 2 && outcome.errors.contains("d.json"))
        }
    }

    @Test func exportsAreWhatOtherToolsRead() throws {
        let place = try prepared()
        func export(_ format: String) throws -> String {
            let least = format == "clean-list" ? [] : ["--least", "0.01"]
            let outcome = try Executables.run(
                "assay-report", ["export", "plan.yaml", "--format", format] + least, in: place.path)
            #expect(outcome.status == 0, "\(format): \(outcome.errors)")
            return outcome.output
        }
        func json(_ format: String) throws -> Any {
            try JSONSerialization.jsonObject(with: Data(try export(format).utf8))
        }
        let coco = try #require(try json("coco") as? [String: Any])
        let boxes = try #require(coco["annotations"] as? [[String: Any]])
        #expect((coco["images"] as? [Any])?.count == 32 && boxes.count >= 93)
        #expect(boxes.contains { $0["suspicion"] is String })
        let tasks = try #require(try json("label-studio") as? [[String: Any]])
        #expect(tasks.count == 32 && tasks.contains { ($0["predictions"] as? [Any])?.isEmpty == false })
        let fiftyOne = try #require(try json("fiftyone") as? [String: Any])
        #expect((fiftyOne["labels"] as? [String: Any])?.count == 32)
        let cvat = try XMLCheck.elements(try export("cvat"))
        #expect(cvat["image"] == 32 && (cvat["box"] ?? 0) >= 93 && cvat["version"] == 1)
        #expect(try export("markdown").contains("| probability |"))
        let list = try export("clean-list").split(separator: "\n")
        #expect(list.count == 23 && list.allSatisfy { $0.hasPrefix("./images/train/") })
        #expect(try export("csv").hasPrefix("id,image,line,kind,probability"))
    }
}

/// Counts the elements of a document, which must be well-formed.
private enum XMLCheck {
    static func elements(_ text: String) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        var open: [Substring] = []
        for part in text.split(separator: "<").dropFirst() where !part.hasPrefix("?") {
            let tag = part.prefix { $0 != ">" }
            if tag.hasPrefix("/") {
                #expect(open.popLast() == tag.dropFirst())
            } else {
                let name = tag.prefix { $0 != " " }
                counts[String(name), default: 0] += 1
                if !tag.hasSuffix("/") { open.append(name) }
            }
        }
        #expect(open.isEmpty)
        return counts
    }
}

import AuditPlan
import FileReading
import Findings

/// What changed between two audits: of two plans, or of a plan before and after a dataset was mended.
public struct AuditDiff: Sendable {
    /// What is gone, what is new, by a name such as a rule or a kind.
    public struct Change: Sendable, Equatable {
        /// A rule's code, or a kind of suspicion with a class.
        public let name: String
        /// In the old audit alone.
        public internal(set) var mended = 0
        /// In the new audit alone.
        public internal(set) var new = 0
        /// Accepted by a person, and suspected again all the same.
        public internal(set) var back = 0
    }

    /// Of the datasets themselves, as far as they were ranked.
    public struct Version: Sendable, Equatable {
        /// Images of the new dataset alone.
        public internal(set) var addedImages: [String] = []
        /// Images of the old dataset alone.
        public internal(set) var removedImages: [String] = []
        /// Images that stand in another split.
        public internal(set) var movedImages: [String] = []
        /// Rows of images that both have.
        public internal(set) var addedRows = 0
        /// Rows of images that both have.
        public internal(set) var removedRows = 0
        /// The same box with another class.
        public internal(set) var relabelledRows = 0

        /// Nothing.
        package init() {}
    }

    /// By rule.
    public let rules: [Change]
    /// By kind and class, of suspicions that are more probable than not.
    public let suspicions: [Change]
    /// Of the datasets.
    public let version: Version
    /// Findings of the new audit alone, as it lists them.
    public let newFindings: [Finding]
    /// What is likely wrong in the new audit and was not in the old one, or came back; the most probable first.
    public let newSuspicions: [SuspicionRow]

    /// From this probability on something is likely wrong.
    private static let likely = 0.5

    /// - Throws: `FileError` where a plan's ledger cannot be read.
    public init(_ old: PlanFile, _ new: PlanFile, classNames: [String]) throws {
        let (before, after) = (try Ledger(old.ledgerPath), try Ledger(new.ledgerPath))
        let findings = (old: try before.findings(), new: try after.findings())
        rules = Self.rules(findings.old, findings.new)
        newFindings = Self.new(findings.old, findings.new)
        let accused = (old: try before.suspicions(), new: try after.suspicions())
        let accepted = Set(try (before.decisions() + after.decisions()).filter { $0.decision == .accept }.map(\.id))
        suspicions = Self.suspicions(accused.old, accused.new, accepted: accepted, classNames)
        let known = Set(accused.old.lazy.filter { $0.score >= Self.likely }.map(\.id)).subtracting(accepted)
        newSuspicions = accused.new.filter { $0.score >= Self.likely && !known.contains($0.id) }
        version = try Self.version(before, after)
    }

    /// A plan that has been run, to compare with.
    ///
    /// - Throws: `FileError` where it is no plan, or has no results.
    public static func plan(_ path: String) throws -> PlanFile {
        let plan = try PlanFile.load(path)
        guard !plan.results.isEmpty else {
            throw FileError(file: path, message: "has no results to compare", wayOut: "run it: assay run \(path)")
        }
        return plan
    }

    /// Whether the new audit has something that the old one had not.
    public var hasNew: Bool { (rules + suspicions).contains { $0.new > 0 || $0.back > 0 } }

    // MARK: Findings

    /// A finding is the same where rule, file and message are: lines move when a row above goes.
    package static func rules(_ old: [Finding], _ new: [Finding]) -> [Change] {
        func counts(_ findings: [Finding]) -> [String: [String: Int]] {
            var counts: [String: [String: Int]] = [:]
            for it in findings { counts[it.code, default: [:]][key(it), default: 0] += 1 }
            return counts
        }
        let (before, after) = (counts(old), counts(new))
        return Set(before.keys).union(after.keys).sorted().compactMap { code in
            var change = Change(name: code)
            let (was, now) = (before[code] ?? [:], after[code] ?? [:])
            for key in Set(was.keys).union(now.keys) {
                let difference = (now[key] ?? 0) - (was[key] ?? 0)
                if difference > 0 { change.new += difference } else { change.mended -= difference }
            }
            return change == Change(name: code) ? nil : change
        }
    }

    /// Those that the old audit does not have, or has less often; the last of several that are alike.
    package static func new(_ old: [Finding], _ new: [Finding]) -> [Finding] {
        var left: [String: Int] = [:]
        for finding in old { left[finding.code + "\n" + key(finding), default: 0] += 1 }
        return new.filter { finding in
            guard let count = left[finding.code + "\n" + key(finding)], count > 0 else { return true }
            left[finding.code + "\n" + key(finding)] = count - 1
            return false
        }
    }

    private static func key(_ finding: Finding) -> String { "\(finding.file)\n\(finding.message)" }

    // MARK: Suspicions

    /// What changed among those that are likely wrong.
    package static func suspicions(
        _ old: [SuspicionRow], _ new: [SuspicionRow], accepted: Set<String>, _ classNames: [String]
    ) -> [Change] {
        let (before, after) = (old.filter { $0.score >= likely }, new.filter { $0.score >= likely })
        let (was, still) = (Set(before.map(\.id)), Set(after.map(\.id)))
        var changes: [String: Change] = [:]
        func count(_ row: SuspicionRow, _ place: WritableKeyPath<Change, Int>) {
            let known = row.class.flatMap { classNames.indices.contains($0) ? classNames[$0] : nil }
            let name = [row.kind.rawValue, known].compactMap(\.self).joined(separator: " ")
            changes[name, default: Change(name: name)][keyPath: place] += 1
        }
        for row in before where !still.contains(row.id) { count(row, \.mended) }
        for row in after {
            if accepted.contains(row.id) { count(row, \.back) } else if !was.contains(row.id) { count(row, \.new) }
        }
        return changes.values.sorted { $0.name < $1.name }
    }

    // MARK: Datasets

    private static func version(_ old: Ledger, _ new: Ledger) throws -> Version {
        var version = Version()
        func splits(_ ledger: Ledger) throws -> [String: String] {
            Dictionary(try ledger.imageLosses().map { ($0.image, $0.split) }) { first, _ in first }
        }
        let (before, after) = (try splits(old), try splits(new))
        // An image that went to another split has another path, but the same name.
        let gone = before.keys.filter { after[$0] == nil }.sorted()
        var came = Dictionary(grouping: after.keys.filter { before[$0] == nil }.sorted()) { Paths.fileName(of: $0) }
        for image in gone {
            if came[Paths.fileName(of: image)]?.isEmpty == false {
                version.movedImages.append(came[Paths.fileName(of: image)]?.removeFirst() ?? image)
            } else {
                version.removedImages.append(image)
            }
        }
        version.addedImages = came.values.flatMap(\.self).sorted()
        for image in before.keys.filter({ after[$0] != nil }).sorted() {
            if before[image] != after[image] { version.movedImages.append(image) }
            version.count(try old.boxLosses(ofImage: image), try new.boxLosses(ofImage: image))
        }
        return version
    }
}

extension AuditDiff.Version {
    /// Counts what became of an image's rows.
    package mutating func count(_ old: [BoxLossRow], _ new: [BoxLossRow]) {
        func box(_ row: BoxLossRow) -> [Double] { [row.cx, row.cy, row.w, row.h] }
        var left: [[Double]: [Int]] = [:]
        for row in old { left[box(row), default: []].append(row.class) }
        var unmatched: [BoxLossRow] = []
        for row in new {
            if let place = left[box(row)]?.firstIndex(of: row.class) {
                left[box(row)]?.remove(at: place)
            } else {
                unmatched.append(row)
            }
        }
        for row in unmatched {
            if left[box(row)]?.isEmpty == false {
                left[box(row)]?.removeFirst()
                relabelledRows += 1
            } else {
                addedRows += 1
            }
        }
        removedRows += left.values.reduce(0) { $0 + $1.count }
    }
}

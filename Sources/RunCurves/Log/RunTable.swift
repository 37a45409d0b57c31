import CheckedNumbers
import TextForms

/// The figures of a run, epoch by epoch.
public struct RunTable: Sendable {
    /// One epoch.
    public struct Row: Sendable {
        /// From 1, whatever the trainer counts from.
        public var epoch: Int
        /// The line of the log, from 1; nil where the log has no lines.
        public let line: Int?
        /// What is not there is missing; what is there may be nan or infinite.
        public let values: [LogColumn: Double]
    }

    /// By epoch, each once.
    public private(set) var rows: [Row] = []
    /// In the order of the log.
    public private(set) var columns: [LogColumn] = []
    /// What had to be understood before the rows were those of one training.
    public private(set) var notes: [LogNote] = []

    /// A table without rows.
    public init() {}

    /// Makes rows of what a log says one after another: a trainer that resumes writes on, one that is started again in
    /// the same folder begins anew.
    ///
    /// - Parameter raw: rows with the trainer's own number of the epoch, or none where it gives none.
    init(columns: [LogColumn], raw: [(number: Double?, line: Int?, values: [LogColumn: Double])], notes: [LogNote]) {
        self.columns = columns
        self.notes = notes
        // YOLOv5 and the first versions of Ultralytics count from 0.
        let numbers = raw.compactMap { $0.number.flatMap { Int(exactly: $0.rounded(.down)) } }
        let shift = numbers.min() == 0 ? 1 : 0
        let first = numbers.first
        var next = 1
        for row in raw {
            let number = row.number.flatMap { Int(exactly: $0.rounded(.down)) }
            let epoch = number.map { max(1, min($0, 1 << 30) + shift) } ?? next
            if let last = rows.last, epoch <= last.epoch {
                if number == first, rows.count > 1 || epoch < last.epoch {
                    self.notes.append(.restarted(line: row.line, lost: rows.count))
                    rows.removeAll(keepingCapacity: true)
                } else {
                    rows.removeAll { $0.epoch >= epoch }
                    self.notes.append(.resumed(line: row.line, epoch: epoch))
                }
            }
            rows.append(Row(epoch: epoch, line: row.line, values: row.values))
            next = epoch + 1
        }
    }

    /// The values of a column, where there are some.
    public func curve(_ column: LogColumn) -> Curve {
        Curve(rows.compactMap { row in row.values[column].map { (row.epoch, $0) } })
    }

    /// The sum of all parts of a loss; only of epochs that have every part.
    public func total(_ phase: LogColumn.Phase) -> Curve {
        let parts = columns.filter { $0.isLoss(phase) }
        guard !parts.isEmpty else { return Curve([]) }
        return Curve(
            rows.compactMap { row in
                let values = parts.compactMap { row.values[$0] }
                return values.count == parts.count ? (row.epoch, values.reduce(0, +)) : nil
            })
    }

    /// The names of the parts of a loss, in the order of the log.
    public func parts(_ phase: LogColumn.Phase) -> [String] {
        columns.compactMap { if case .loss(phase, let part) = $0 { part } else { nil } }
    }

    /// A score of boxes, or of whatever the task is about.
    public func score(_ score: LogColumn.Score) -> Curve {
        for task in ["B", "", "P", "M"] where columns.contains(.score(score, of: task)) {
            return curve(.score(score, of: task))
        }
        return Curve([])
    }

    /// The first score that tells how good the detector is: mAP50, or the share of right classes.
    public var mainScore: Curve {
        let map = score(.map50)
        return map.isEmpty ? score(.top1) : map
    }

    /// The line of the log with an epoch.
    public func line(ofEpoch epoch: Int) -> Int? { rows.first { $0.epoch == epoch }?.line }
}

/// Something about the log itself that a reader is told.
public enum LogNote: Hashable, Sendable {
    /// The last line is not whole: the trainer was writing, or was killed.
    case cut(line: Int?)
    /// Another training of the same folder stands before; its rows are left out.
    case restarted(line: Int?, lost: Int)
    /// The training was resumed; of epochs that stand twice, the later ones count.
    case resumed(line: Int?, epoch: Int)
    /// Rows that are no numbers.
    case unreadable(line: Int?)

    /// In words.
    public var text: String {
        func at(_ line: Int?) -> String { line.map { "line \($0): " } ?? "" }
        switch self {
        case .cut(let line): return "\(at(line))the last row is not whole and is left out"
        case .restarted(let line, let lost):
            return
                "\(at(line))another training begins here; \(Counted.text(lost, "epoch")) before it \(lost == 1 ? "is" : "are") left out"
        case .resumed(let line, let epoch):
            return "\(at(line))resumed with epoch \(epoch); of epochs that stand twice, the later ones count"
        case .unreadable(let line): return "\(at(line))is no row of figures and is left out"
        }
    }
}

import Findings
import RunCurves
import YOLODataset

extension AuditKnowledge {
    /// What a plan and its ledger know of the dataset, for diagnoses of trainings on it.
    ///
    /// - Throws: `FileError` where the ledger cannot be read.
    public init(_ plan: PlanFile, _ ledger: Ledger, _ dataset: Dataset) throws {
        self.init()
        isThere = true
        classNames = dataset.classNames
        for entry in plan.summary(.labels, "classes")?.mapping ?? [] {
            if let id = entry.key.int, let count = entry.value.int { boxesByClass[id] = count }
        }
        let findings = Dictionary(grouping: try ledger.findings(), by: \.code)
        broken = findings.keys.sorted().compactMap { code in
            findings[code].flatMap { all in
                all.first.map { Broken(code: code, count: all.count, file: $0.file, message: $0.message) }
            }
        }
        let images = try ledger.imageLosses()
        worstImages = images.compactMap { row in
            row.gradientNorm.map { Image(name: row.image, gradientNorm: $0, loss: row.loss ?? .nan) }
        }.sorted { ($1.gradientNorm, $0.name) < ($0.gradientNorm, $1.name) }
        let norms = images.compactMap(\.gradientNorm)
        if !norms.isEmpty { clippedShare = Double(norms.count { $0 > 10 }) / Double(norms.count) }
        for row in try ledger.suspicions() where row.score >= 0.5 {
            suspicionsByKind[row.kind.rawValue, default: 0] += 1
            if suspiciousImage[row.kind.rawValue] == nil { suspiciousImage[row.kind.rawValue] = row.image }
            if let id = row.class { suspicionsByClass[id, default: 0] += 1 }
        }
        for metric in try ledger.anchorMetrics() {
            switch metric.set {
            case .current: currentRecall = metric.bpr
            case .new: newRecall = metric.bpr
            }
        }
    }
}

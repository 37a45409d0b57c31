import AuditPlan
import CheckedNumbers

/// Images of the training split without the worst, as trainers read them from the dataset's root.
struct CleanListExporter: ReportExporter {
    let name = "clean-list"
    let fileSuffix = "txt"
    let contents = "the images of the training split without the worst of them (`--part`)"
    let importing = "Ultralytics and YOLOv5: as `train:` of a data.yaml in the dataset's root"

    let leavesOutAPart = true

    func text(_ export: ReportExport) -> String {
        let train = export.entries.map(\.row).filter { $0.split == "train" }
        let worst = train.sorted { ($0.rank, $0.image) < ($1.rank, $1.image) }
            .prefix(Int(clamping: (Double(train.count) * export.part).rounded(.up)))
        let dropped = Set(worst.map(\.image))
        return train.filter { !dropped.contains($0.image) }.map { "./\($0.image)\n" }.joined()
    }
}

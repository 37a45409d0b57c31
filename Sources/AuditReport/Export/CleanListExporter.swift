import AuditPlan
import CheckedNumbers
import FileReading

/// Images of the training split without the worst, as trainers read them from the dataset's root.
struct CleanListExporter: ReportExporter {
    let name = "clean-list"
    let fileSuffix = "txt"
    let contents = "the images of the training split without the worst of them (`--part`)"
    let importing = "Ultralytics and YOLOv5: as `train:` of a data.yaml in the dataset's root"

    let leavesOutAPart = true

    func text(_ export: ReportExport) throws -> String {
        let train = export.entries.map(\.row).filter { $0.split == "train" }
        let worst = train.sorted { ($0.rank, $0.image) < ($1.rank, $1.image) }
            .prefix(Int(clamping: (Double(train.count) * export.part).rounded(.up)))
        let dropped = Set(worst.map(\.image))
        return try train.filter { !dropped.contains($0.image) }.map { row in
            // Whatever ends a line to Python would make two names of one.
            guard row.image.unicodeScalars.allSatisfy({ !Self.endsLine($0) }) else {
                throw FileError(
                    file: row.image, message: "has a line end in its name, which no list can hold", wayOut: "rename it")
            }
            return "./\(row.image)\n"
        }.joined()
    }

    private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

import FileReading
import Findings
import Imaging
import YOLODataset

/// What one worker gathers, sample by sample.
struct SampleTally: Sendable {
    var profile = DatasetProfile()
    /// Findings by sample.
    var findings: [(sample: Int, findings: [Finding])] = []
    /// Images and label rows that training would never see.
    var lostImages: Set<Int> = []
    var lostRowsByClass: [Int: Int] = [:]
    /// Images that were read whole, for finding what is there twice.
    var contents: [(sample: Int, digest: SIMD2<UInt64>, hash: PerceptualHash?)] = []
    /// Boxes that would lie inside the image with width and height changed places, of those that do not.
    var swaps = SwapEvidence()
    var orientations = OrientationEvidence()
    /// Samples that the cache did not know.
    var misses = 0
    /// What the cache is to keep: where the record of each sample is, in `recordBytes` or in the old cache.
    var records: [(sample: Int32, isOld: Bool, start: UInt32, end: UInt32)] = []
    var recordBytes = ByteWriter()
}

/// Checks samples one after another; each worker has one.
package struct SampleChecker: Sendable {
    let dataset: Dataset
    let settings: CheckSettings
    let cache: FactCache?
    private let screen: LabelScreen
    private let blankSpread: Double
    private(set) var tally = SampleTally()
    /// The folder whose files are read at the moment.
    private var folder: SampleFolder?
    private var images: OpenFolder?
    private var labels: OpenFolder?
    private var cached: FactCache.Folder?
    private var buffer: [UInt8] = []
    private var boxes: [LabelBox] = []
    /// Of the split of `folder`, by class.
    private var rowsByClass: [Int]
    private var shapes: [ClassShape]
    private var split = DatasetProfile.Split()
    private var lastSize: (size: DatasetProfile.ImageSize, count: Int)?

    /// The beginning of an image that holds nearly every header.
    private static let headLength = 8192

    init(dataset: Dataset, settings: CheckSettings, cache: FactCache?) {
        self.dataset = dataset
        self.settings = settings
        self.cache = cache
        screen = LabelScreen(
            classCount: dataset.classCount, thresholds: settings.thresholds, trainingSize: settings.trainingSize)
        blankSpread = settings.thresholds[BlankImage.blankSpread]
        rowsByClass = Array(repeating: 0, count: min(dataset.classCount, 1 << 16))
        shapes = Array(repeating: ClassShape(), count: rowsByClass.count)
    }

    mutating func check(_ sample: DatasetSample, number: Int) {
        if folder !== sample.folder { enter(sample.folder) }
        split.images += 1
        var found: [Finding] = []
        let old = cached?.record(sample.folder.images, sample.index)
        let known = old?.record
        let image = settings.reading == .none ? nil : read(imageOf: sample, known?.image)
        if let image { judge(image, sample, number, &found) }
        let size = image?.header.map { (width: $0.width, height: $0.height) }
        // What a label file was found to be depends on the size of the image.
        let knownLabel = image?.identity == known?.image?.identity ? known?.label : nil
        if let size { count(size) }
        let label = sample.hasLabelFile ? read(labelOf: sample, knownLabel, number, size, &found) : nil
        if label == nil {
            split.rowsAnImage[0] += 1
            split.background += 1
        }
        if !found.isEmpty { tally.findings.append((number, found)) }
        if let old, image == old.record.image, label?.identity == old.record.label?.identity {
            tally.records.append((Int32(number), true, old.start, old.end))
            return
        }
        tally.misses += 1
        let record = SampleRecord(image: image, label: label)
        if let cache, cache.isSettled(record), let start = UInt32(exactly: tally.recordBytes.bytes.count) {
            record.write(to: &tally.recordBytes)
            tally.records.append((Int32(number), false, start, UInt32(clamping: tally.recordBytes.bytes.count)))
        }
    }

    /// What was gathered; call once.
    mutating func finish() -> SampleTally {
        leave()
        return tally
    }

    // MARK: Folders

    private mutating func enter(_ next: SampleFolder) {
        leave()
        folder = next
        images = OpenFolder(next.imageFolder)
        labels = OpenFolder(next.labelFolder)
        cached = cache?.folder(next.imageFolder)
    }

    private mutating func leave() {
        if let (size, count) = lastSize { tally.profile.imageSizes[size, default: 0] += count }
        lastSize = nil
        guard let name = folder?.split else { return }
        for (id, count) in rowsByClass.enumerated() where count > 0 { split.rowsByClass[id, default: 0] += count }
        for (id, shape) in shapes.enumerated() where shape.boxes > 0 {
            split.shapes[id] = split.shapes[id].map { $0 + shape } ?? shape
        }
        for index in rowsByClass.indices {
            rowsByClass[index] = 0
            shapes[index] = ClassShape()
        }
        var one = DatasetProfile()
        one.splits[name] = split
        tally.profile.add(one)
        split = DatasetProfile.Split()
    }

    private mutating func count(_ size: (width: Int, height: Int)) {
        let key = DatasetProfile.ImageSize(width: size.width, height: size.height)
        // Neighbours mostly have one size.
        if lastSize?.size == key {
            lastSize?.count += 1
        } else {
            if let (size, count) = lastSize { tally.profile.imageSizes[size, default: 0] += count }
            lastSize = (key, 1)
        }
    }

    // MARK: Images

    private mutating func read(imageOf sample: DatasetSample, _ known: ImageRecord?) -> ImageRecord? {
        guard let images else { return nil }
        let names = sample.folder.images
        if let known, settings.reading == .header || known.contents != nil,
            images.identity(names, sample.index) == known.identity
        {
            return known
        }
        do {
            // Such a name leads somewhere here, but not in other tools.
            try names.withBytes(sample.index) { name in
                guard name.allSatisfy({ $0 < 0x80 }) || String(validating: name, as: UTF8.self) != nil else {
                    throw FileError(file: sample.image, message: "has a name that is not UTF-8", wayOut: "rename it")
                }
            }
            guard settings.reading == .header else {
                let (count, identity) = try images.read(names, sample.index, into: &buffer, limit: 1 << 32)
                return ImageRecord(whole: Array(buffer[..<count]), identity: identity, path: sample.image)
            }
            var length = Self.headLength
            while true {
                let (count, identity) = try images.readHead(names, sample.index, into: &buffer, count: length)
                let record = ImageRecord(head: buffer[..<count], identity: identity, path: sample.image)
                if record.header != nil || count < length || length > 1 << 30 { return record }
                length *= 8
            }
        } catch {
            return ImageRecord(
                identity: .unknown, unreadable: (error as? FileError)?.message ?? "\(error)", header: nil,
                pillow: PillowImage(problem: "it cannot be read", isUnfinished: false, isMendable: false), contents: nil
            )
        }
    }

    private mutating func judge(
        _ image: ImageRecord, _ sample: DatasetSample, _ number: Int, _ found: inout [Finding]
    ) {
        if let contents = image.contents { tally.contents.append((number, contents.digest, contents.hash)) }
        let refusal = image.pillow.refusal(by: settings.trainer)
        if refusal != nil { tally.lostImages.insert(number) }
        if image.unreadable == nil, refusal == nil, image.contents?.warning == nil,
            !image.pillow.isRewritten(by: settings.trainer),
            Double(image.contents?.spread ?? 255) > blankSpread, let header = image.header,
            sample.folder.images.withBytes(sample.index, { LabelScreen.isUnremarkable(header, name: $0) })
        {
            return
        }
        let fit = orientationFit(image, sample)
        if let fit { tally.orientations.add(fit, image: sample.image) }
        let facts = ImageFacts(
            sample: sample, unreadable: image.unreadable, warning: image.contents?.warning, header: image.header,
            spread: image.contents?.spread.map(Int.init), refusal: refusal,
            isRewritten: image.pillow.isRewritten(by: settings.trainer), orientationFit: fit,
            trainer: settings.trainer, thresholds: settings.thresholds)
        for rule in RuleRegistry.ofImages { found += rule.check(facts) }
    }

    private func orientationFit(_ image: ImageRecord, _ sample: DatasetSample) -> OrientationFit? {
        guard settings.reading == .decode, let header = image.header, header.orientation != 1,
            image.unreadable == nil, header.format.isDecoded
        else { return nil }
        return OrientationFit(sample, orientation: header.orientation, dataset: dataset)
    }

    // MARK: Labels

    private mutating func read(
        labelOf sample: DatasetSample, _ known: LabelRecord?, _ number: Int, _ size: (width: Int, height: Int)?,
        _ found: inout [Finding]
    ) -> LabelRecord? {
        guard let labels else { return nil }
        let names = sample.folder.labels
        let place = Int(sample.folder.labelPlaces[sample.index])
        do {
            if let known, labels.identity(names, place) == known.identity {
                switch known.contents {
                case .unremarkable(let marks): count(marks)
                case .bytes(let bytes): apply(rulesTo: bytes, sample, number, size, &found)
                }
                return known
            }
            let (count, identity) = try labels.read(names, place, into: &buffer, limit: LabelFile.largestFile)
            if dataset.keypointShape == nil, PlainRows.read(buffer[..<count], into: &boxes),
                screen.isUnremarkable(boxes, imageSize: size)
            {
                let marks = boxes.map { BoxMark($0, imageSize: size, trainingSize: settings.trainingSize) }
                self.count(marks)
                return LabelRecord(identity: identity, contents: .unremarkable(marks))
            }
            let bytes = Array(buffer[..<count])
            apply(rulesTo: bytes, sample, number, size, &found)
            return LabelRecord(identity: identity, contents: .bytes(bytes))
        } catch {
            let reason = (error as? FileError)?.message ?? "cannot be read: \(error)"
            let isRegular = labels.identity(names, place) != nil
            let facts = UnreadableLabelFacts(sample: sample, reason: reason, isRegularFile: isRegular)
            for rule in RuleRegistry.all { found += rule.check(facts) }
            if isRegular, settings.trainer != .darknet { tally.lostImages.insert(number) }
            split.rowsAnImage[0] += 1
            split.background += 1
            return LabelRecord(identity: .unknown, contents: .bytes([]))
        }
    }

    private mutating func count(_ marks: [BoxMark]) {
        split.rowsAnImage[min(marks.count, split.rowsAnImage.count - 1)] += 1
        for mark in marks {
            rowsByClass[Int(mark.classID)] += 1
            shapes[Int(mark.classID)].add(mark)
            tally.profile.add(mark)
        }
    }

    private mutating func apply(
        rulesTo bytes: [UInt8], _ sample: DatasetSample, _ number: Int, _ size: (width: Int, height: Int)?,
        _ found: inout [Finding]
    ) {
        let file = LabelFile.parse(bytes, keypointShape: dataset.keypointShape)
        let judgement = LabelJudgement(
            file, bytes: bytes[...], trainer: settings.trainer, classCount: dataset.classCount,
            keypointShape: dataset.keypointShape)
        let facts = LabelFileFacts(
            sample: sample, labels: file, classCount: dataset.classCount, classNames: dataset.classNames,
            imageSize: size, judgement: judgement, byteCount: bytes.count, settings: settings)
        let isLost = judgement.refusal != nil || tally.lostImages.contains(number)
        if judgement.refusal != nil { tally.lostImages.insert(number) }
        split.rowsAnImage[min(file.rows.count, split.rowsAnImage.count - 1)] += 1
        if file.rows.isEmpty { split.background += 1 }
        for (row, judged) in zip(file.rows, judgement.rows) {
            let id = row.classID ?? -1
            if rowsByClass.indices.contains(id) { rowsByClass[id] += 1 } else { split.rowsByClass[id, default: 0] += 1 }
            // A copy that is removed is no loss.
            if isLost || judged.box == nil && settings.trainer == .darknet {
                tally.lostRowsByClass[id, default: 0] += 1
            }
            if let box = row.box, box.width > 0, box.height > 0, (0..<1 << 31).contains(id) {
                let label = LabelBox(
                    classID: Int32(id), cx: box.cx, cy: box.cy, width: box.width, height: box.height, line: 0)
                let mark = BoxMark(label, imageSize: size, trainingSize: settings.trainingSize)
                tally.profile.add(mark)
                if shapes.indices.contains(id) { shapes[id].add(mark) }
                tally.swaps.add(label)
            }
        }
        found += Self.findings(facts)
    }

    /// The boxes of a label file that no rule minds, as the quick way over it reads them; nil where it does not say so.
    package static func unremarkableBoxes(
        _ bytes: [UInt8], classCount: Int, imageSize: (width: Int, height: Int)?
    ) -> [LabelBox]? {
        let settings = CheckSettings()
        let screen = LabelScreen(
            classCount: classCount, thresholds: settings.thresholds, trainingSize: settings.trainingSize)
        var boxes: [LabelBox] = []
        guard PlainRows.read(bytes[...], into: &boxes), screen.isUnremarkable(boxes, imageSize: imageSize) else {
            return nil
        }
        return boxes
    }

    /// What the rules say about a label file, and what the trainer makes of each finding's row.
    package static func findings(_ facts: LabelFileFacts) -> [Finding] {
        // Control characters may end a row within a line.
        let rowAt = Dictionary(
            facts.labels.rows.enumerated().map { ([$1.line, $1.column], $0) }, uniquingKeysWith: { first, _ in first })
        let found = RuleRegistry.ofLabelFiles.flatMap { $0.check(facts) }
        return (found + RefusedByTrainer().check(facts, after: found)).map { finding in
            var judged = finding
            let row = finding.line.flatMap { line in finding.column.flatMap { rowAt[[line, $0]] } }
            judged.effect = facts.judgement.effect(of: finding, row: row)
            if facts.judgement.isCause(finding, row: row) { judged.severity = .error }
            return judged
        }
    }
}

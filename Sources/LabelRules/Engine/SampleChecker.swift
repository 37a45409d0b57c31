import FileReading
import Findings
import Imaging
import YOLODataset

/// Checks samples one after another; each worker has one.
struct SampleChecker: Sendable {
    let dataset: Dataset
    let settings: CheckSettings
    private let source: FactSource
    private let screen: LabelScreen
    private let blankSpread: Double
    private var tally = SampleTally()
    private var profile: ProfileBuilder
    private var reader: SampleReader
    /// The folder whose files are read at the moment, and what the cache knows about it.
    private var folder: SampleFolder?
    private var cached: FactCache.Folder?
    private var rows: [PlainRows.Row] = []

    init(dataset: Dataset, settings: CheckSettings, source: FactSource) {
        self.dataset = dataset
        self.settings = settings
        self.source = source
        reader = SampleReader(keepsIdentity: source.keepsFacts)
        screen = LabelScreen(
            classCount: dataset.classCount, thresholds: settings.thresholds, trainingSize: settings.trainingSize)
        blankSpread = settings.thresholds[BlankImage.blankSpread]
        profile = ProfileBuilder(classCount: dataset.classCount)
    }

    mutating func check(_ sample: DatasetSample, number: Int) {
        if folder !== sample.folder { enter(sample.folder) }
        var found: [Finding] = []
        let old = cached?.record(sample.folder.images, sample.index)
        var known = old?.record
        if case .parts(let facts) = source { known = facts.record(number) }
        let image = reader.image(of: sample, known: known?.image, reading: settings.reading)
        if let image { judge(image, sample, number, &found) }
        let size = image?.header.map { (width: $0.width, height: $0.height) }
        // What a label file was found to be depends on the size of the image.
        let knownLabel = image?.identity == known?.image?.identity ? known?.label : nil
        if let size { profile.add(imageSize: size) }
        let rowsBefore = profile.rowCount
        let label = sample.hasLabelFile ? judge(labelOf: sample, knownLabel, number, size, &found) : nil
        if label == nil { profile.addImage(rows: 0) }
        if !tally.lostImages.contains(number) { tally.kept.append((number, profile.rowCount - rowsBefore)) }
        if !found.isEmpty { tally.findings.append((number, found)) }
        if let old, image == old.record.image, label?.identity == old.record.label?.identity {
            tally.records.append((Int32(number), true, old.start, old.end))
            return
        }
        tally.misses += 1
        keep(SampleRecord(image: image, label: label), number)
    }

    private mutating func keep(_ record: SampleRecord, _ number: Int) {
        let start = tally.recordBytes.bytes.count
        switch source {
        case .none, .parts: return
        case .cache(let cache):
            guard cache.isSettled(record) else { return }
            record.write(to: &tally.recordBytes)
        case .shard(let started):
            guard record.isSettled(at: started) else { return }
            record.write(to: &tally.recordBytes)
            let grid = number < ImageTwins.mostGrids ? record.image?.grid : nil
            tally.recordBytes.byte(grid == nil ? 0 : 1)
            if let grid { tally.recordBytes.plain(grid.cells.map { UInt8(bitPattern: $0) }) }
        }
        tally.records.append((Int32(number), false, start, tally.recordBytes.bytes.count))
    }

    /// What was gathered; call once.
    mutating func finish() -> SampleTally {
        if let folder { profile.finishFolder(ofSplit: folder.split) }
        tally.profile = profile.finish()
        return tally
    }

    private mutating func enter(_ next: SampleFolder) {
        if let folder { profile.finishFolder(ofSplit: folder.split) }
        folder = next
        reader.enter(next)
        if case .cache(let cache) = source { cached = cache.folder(next.imageFolder) }
    }

    // MARK: Images

    private mutating func judge(
        _ image: ImageRecord, _ sample: DatasetSample, _ number: Int, _ found: inout [Finding]
    ) {
        if let contents = image.contents {
            tally.contents.append(
                ImageTwins.Contents(
                    sample: number, digest: contents.digest, hash: contents.hash,
                    grid: number < ImageTwins.mostGrids ? image.grid : nil))
        }
        let refusal = image.pillow.refusal(by: settings.trainer)
        if refusal != nil { tally.lostImages.insert(number) }
        if settings.reading == .decode, refusal == nil, let format = image.header?.format, !format.isDecoded {
            tally.addUndecoded(format, number)
        }
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

    /// What the label file was found to be; nil where it counts as missing.
    private mutating func judge(
        labelOf sample: DatasetSample, _ known: LabelRecord?, _ number: Int, _ size: (width: Int, height: Int)?,
        _ found: inout [Finding]
    ) -> LabelRecord? {
        do {
            let record: LabelRecord
            switch try reader.label(of: sample, known: known?.identity) {
            case .missing: return nil
            case .unchanged:
                guard let known else { return nil }
                record = known
            case .read(let bytes, let identity):
                let isUnremarkable = isUnremarkable(bytes, size)
                guard source.keepsFacts || !isUnremarkable else {
                    // Nobody asks for its record.
                    count(marks(size), number)
                    return LabelRecord(identity: identity, contents: .unremarkable([]))
                }
                record = LabelRecord(
                    identity: identity,
                    contents: isUnremarkable ? .unremarkable(Array(marks(size))) : .bytes(Array(bytes)))
            }
            switch record.contents {
            case .unremarkable(let marks): count(marks, number)
            case .bytes(let bytes): apply(rulesTo: bytes, sample, number, size, &found)
            }
            return record
        } catch {
            judge(unreadable: sample, (error as? FileError)?.message ?? "cannot be read: \(error)", number, &found)
            return LabelRecord(identity: .unknown, contents: .bytes([]))
        }
    }

    /// Whether no rule has anything to say about a label file; its boxes are then those of `rows`.
    private mutating func isUnremarkable(_ bytes: ArraySlice<UInt8>, _ size: (width: Int, height: Int)?) -> Bool {
        dataset.keypointShape == nil && PlainRows.read(bytes, into: &rows)
            && screen.isUnremarkable(rows, imageSize: size)
    }

    private func marks(_ size: (width: Int, height: Int)?) -> some Collection<BoxMark> {
        let trainingSize = settings.trainingSize
        return rows.lazy.map {
            BoxMark(classID: $0.classID, $0.box, imageSize: size, trainingSize: trainingSize)
        }
    }

    private mutating func judge(
        unreadable sample: DatasetSample, _ reason: String, _ number: Int, _ found: inout [Finding]
    ) {
        let isRegular = reader.hasRegularLabel(sample)
        let facts = UnreadableLabelFacts(sample: sample, reason: reason, isRegularFile: isRegular)
        for rule in RuleRegistry.all { found += rule.check(facts) }
        if isRegular, settings.trainer != .darknet { tally.lostImages.insert(number) }
        profile.addImage(rows: 0)
    }

    private mutating func count(_ marks: some Collection<BoxMark>, _ number: Int) {
        tally.rowForms.add(boxesOf: number)
        let isLost = tally.lostImages.contains(number)
        profile.addImage(rows: marks.count)
        for mark in marks {
            profile.addRow(classID: Int(mark.classID), mark: mark)
            if isLost { tally.lostRowsByClass[Int(mark.classID), default: 0] += 1 }
        }
    }

    private mutating func apply(
        rulesTo bytes: [UInt8], _ sample: DatasetSample, _ number: Int, _ size: (width: Int, height: Int)?,
        _ found: inout [Finding]
    ) {
        let file = LabelFile.parse(bytes, keypointShape: dataset.keypointShape)
        let judgement = LabelJudgement(
            file, bytes: bytes[...], trainer: settings.trainer, classCount: dataset.classCount,
            keypointShape: dataset.keypointShape, task: settings.task)
        tally.rowForms.add(file, number: number)
        let facts = LabelFileFacts(
            sample: sample, labels: file, classCount: dataset.classCount, classNames: dataset.classNames,
            imageSize: size, judgement: judgement, byteCount: bytes.count, keypointShape: dataset.keypointShape,
            settings: settings)
        if judgement.refusal != nil { tally.lostImages.insert(number) }
        count(file, judgement, isLost: tally.lostImages.contains(number), size)
        found += LabelFileCheck.findings(facts)
    }

    private mutating func count(
        _ file: LabelFile, _ judgement: LabelJudgement, isLost: Bool, _ size: (width: Int, height: Int)?
    ) {
        profile.addImage(rows: file.rows.count)
        for (row, judged) in zip(file.rows, judgement.rows) {
            let id = row.classID ?? -1
            var mark: BoxMark?
            if let box = row.box, box.width > 0, box.height > 0, (0..<1 << 31).contains(id) {
                let label = LabelBox(classID: Int32(id), box: box, line: 0)
                mark = BoxMark(classID: label.classID, box, imageSize: size, trainingSize: settings.trainingSize)
                tally.swaps.add(label)
            }
            profile.addRow(classID: id, mark: mark)
            // A copy that is removed is no loss.
            if isLost || judged.box == nil && settings.trainer == .darknet {
                tally.lostRowsByClass[id, default: 0] += 1
            }
        }
    }
}

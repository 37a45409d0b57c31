import FileReading

/// Lists the images of a dataset's splits and pairs them with labels.
struct ListingMaker {
    let dataset: Dataset
    let wanted: [String]?

    private var samples: [DatasetSample] = []
    private var groups: [SampleFolder] = []
    private var missing: [MissingSource] = []
    private var others: Set<String> = []
    private var arrays: Set<String> = []
    private var oddLists: [OddList] = []
    private var folderSources: Set<String> = []
    private var shared: [(Int, Int)] = []
    private var withoutCacheName: Set<String> = []

    init(_ dataset: Dataset, splits: [String]?) {
        self.dataset = dataset
        wanted = splits
    }

    mutating func make() throws -> SampleListing {
        let listed = try list()
        var labels = LabelFolders(listed.labels)
        var sources = listed.sources[...]
        for split in dataset.splits {
            let isWanted = wanted?.contains(split.name) ?? true
            var found: [ImageSource] = []
            for source in split.sources {
                guard let images = sources.popFirst() else { break }
                found.append(images)
                if isWanted { note(images, of: source, in: split, &labels) }
            }
            pair(found, of: split, isWanted, &labels)
        }
        let pairs = shared.compactMap { later, earlier -> (sample: DatasetSample, earlier: DatasetSample)? in
            let (sample, earlier) = (samples[later], samples[earlier])
            // One image in two splits is another matter.
            return ResolvedPath.tidy(sample.imagePath) == ResolvedPath.tidy(earlier.imagePath) ? nil : (sample, earlier)
        }
        return SampleListing(
            samples: samples, folders: groups, missingSources: missing, sharedLabels: pairs,
            labelsWithoutImage: labels.left().map(dataset.relative).sorted(), arrayFolders: arrays,
            oddLists: oddLists, folderSources: folderSources, withoutCacheName: withoutCacheName,
            otherFiles: others.map(dataset.relative).sorted())
    }

    private mutating func note(
        _ images: ImageSource, of source: SplitSource, in split: DatasetSplit, _ labels: inout LabelFolders
    ) {
        if let reason = images.problem {
            missing.append(
                MissingSource(
                    split: split.name, path: source.path, line: split.line, column: split.column, reason: reason,
                    isFatal: images.stops))
        }
        others.formUnion(images.others)
        arrays.formUnion(images.arrayFolders)
        if !images.oddLines.isEmpty {
            oddLists.append(OddList(split: split.name, path: source.path, lines: images.oddLines))
        }
        if images.isFolder { folderSources.insert(source.path) }
        if images.isFolder, let folder = labelFolder(source.text) { labels.report(tree: folder) }
    }

    /// Absolute; nil where the trainer would look beside the images.
    private func labelFolder(_ text: String) -> String? {
        dataset.trainer.labelFolder(ofImages: text + "/").map {
            ResolvedPath.tidy(ResolvedPath.join(dataset.place.workingFolder, $0))
        }
    }

    private mutating func pair(
        _ sources: [ImageSource], of split: DatasetSplit, _ isWanted: Bool, _ labels: inout LabelFolders
    ) {
        var byText: [ExactText: ImageSource.Folder] = [:]
        var again: [ImageSource.Folder] = []
        for folder in sources.flatMap(\.folders) {
            let key = ExactText(folder.text)
            guard let known = byText[key] else {
                byText[key] = folder
                continue
            }
            let new = folder.names.filter { index, _ in !known.names.contains(folder.names[index]) }
            let old = folder.names.filter { index, _ in known.names.contains(folder.names[index]) }
            byText[key] = ImageSource.Folder(
                text: folder.text, path: folder.path, names: Self.merged(known.names, new))
            if old.count > 0 {
                again.append(ImageSource.Folder(text: folder.text, path: folder.path, names: old))
            }
        }
        if !dataset.trainer.countsRepeats { again = [] }
        let folders = byText.values.sorted { $0.text < $1.text }
        for folder in folders { pair(folder, split, isWanted, isRepeat: false, &labels) }
        for folder in sources.flatMap(\.repeats) + again { pair(folder, split, isWanted, isRepeat: true, &labels) }
        noteCacheName(folders, split)
    }

    private mutating func pair(
        _ images: ImageSource.Folder, _ split: DatasetSplit, _ isWanted: Bool, isRepeat: Bool,
        _ labels: inout LabelFolders
    ) {
        // A way through a folder that is not there leads nowhere, even if it comes back.
        let folder = ResolvedPath.exists(images.path) ? ResolvedPath.tidy(images.path) : images.path
        let labelFolder = labelFolder(images.text) ?? folder
        let first = samples.count
        // Images of other splits are paired as well: their labels are not without an image.
        let (labelNames, places) = labels.take(
            images.names, in: labelFolder, first: isWanted ? first : nil,
            shared: { if !isRepeat { shared.append(($0, $1)) } })
        guard isWanted else { return }
        let group = SampleFolder(
            split: split.name, imageFolder: folder, labelFolder: labelFolder, root: dataset.root,
            images: images.names, labels: labelNames, labelPlaces: places)
        groups.append(group)
        samples.reserveCapacity(first + images.names.count)
        for index in 0..<images.names.count { samples.append(DatasetSample(folder: group, index: index)) }
    }

    /// The cache is named after the folder of the first label, which may have no name.
    private mutating func noteCacheName(_ folders: [ImageSource.Folder], _ split: DatasetSplit) {
        guard dataset.trainer != .darknet else { return }
        let first = folders.flatMap { folder in
            (0..<folder.names.count).prefix(1).map {
                folder.text.isEmpty ? folder.names[$0] : folder.text + "/" + folder.names[$0]
            }
        }.min { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        guard let first, !first.dropFirst().contains("/") else { return }
        withoutCacheName.insert(split.name)
    }

    /// Lists all sources, and the label trees that belong to them, on two threads: one would wait for the disk.
    private func list() throws -> (sources: [ImageSource], labels: [(folder: String, names: NameList)]) {
        let sources = dataset.splits.flatMap(\.sources)
        var seen: Set<String> = []
        let trees = sources.compactMap { labelFolder($0.text) }.filter { seen.insert($0).inserted }
        enum Unit: Sendable {
            case source(ImageSource)
            case labels([(folder: String, names: NameList)])
        }
        let (trainer, folder) = (dataset.trainer, dataset.place.workingFolder)
        let units = try WorkerPool.map(
            count: sources.count + trees.count, jobs: 2, makeState: { () },
            { _, index -> Unit in
                // Sources and trees take turns: each is about as long as the other.
                let (place, isTree) =
                    index < 2 * trees.count ? (index / 2, index % 2 == 1) : (index - trees.count, false)
                return isTree
                    ? .labels(LabelFolders.list(tree: trees[place]))
                    : .source(.list(sources[place], trainer: trainer, workingFolder: folder))
            })
        var found: [ImageSource] = []
        var labels: [(folder: String, names: NameList)] = []
        for unit in units {
            switch unit {
            case .source(let source): found.append(source)
            case .labels(let folders): labels += folders
            }
        }
        return (found, labels)
    }

    private static func merged(_ a: NameList, _ b: NameList) -> NameList {
        NameList((0..<a.count).lazy.map { a[$0] } + (0..<b.count).map { b[$0] })
    }
}

extension Dataset {
    func makeListing(splits wanted: [String]?) throws -> SampleListing {
        var maker = ListingMaker(self, splits: wanted)
        return try maker.make()
    }
}

import YOLODataset

/// Counts samples into a profile, folder by folder. Classes are counted in arrays; a dictionary comes into it once a
/// folder.
struct ProfileBuilder: Sendable {
    private var profile = DatasetProfile()
    /// Of the current folder's split, by class.
    private var rowsByClass: [Int]
    private var shapes: [ClassShape]
    private var split = DatasetProfile.Split()
    /// Label rows that were counted, of all folders.
    private(set) var rowCount = 0
    private var lastSize: (size: DatasetProfile.ImageSize, count: Int)?

    /// - Parameter classCount: classes beyond 65,536 are counted one by one.
    init(classCount: Int) {
        rowsByClass = Array(repeating: 0, count: min(classCount, 1 << 16))
        shapes = Array(repeating: ClassShape(), count: rowsByClass.count)
    }

    /// One image and how many label rows it has; one without a label file has none.
    mutating func addImage(rows: Int) {
        split.images += 1
        split.rowsAnImage[min(rows, split.rowsAnImage.count - 1)] += 1
        if rows == 0 { split.background += 1 }
    }

    /// In pixels, as a viewer shows the image.
    mutating func add(imageSize size: (width: Int, height: Int)) {
        let key = DatasetProfile.ImageSize(width: size.width, height: size.height)
        // Neighbours mostly have one size.
        if lastSize?.size == key {
            lastSize?.count += 1
        } else {
            addLastSize()
            lastSize = (key, 1)
        }
    }

    /// - Parameters:
    ///   - classID: of one label row; −1 for one without a whole number.
    ///   - mark: of the row's box; nil where it has none.
    mutating func addRow(classID: Int, mark: BoxMark?) {
        rowCount += 1
        let isUsual = rowsByClass.indices.contains(classID)
        if isUsual { rowsByClass[classID] += 1 } else { split.rowsByClass[classID, default: 0] += 1 }
        guard let mark else { return }
        profile.add(mark)
        if isUsual { shapes[classID].add(mark) }
    }

    /// What was counted since the last call belongs to the split of that name.
    mutating func finishFolder(ofSplit name: String) {
        addLastSize()
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
        profile.add(one)
        split = DatasetProfile.Split()
    }

    /// Everything that belongs to a finished folder.
    func finish() -> DatasetProfile { profile }

    private mutating func addLastSize() {
        if let (size, count) = lastSize { profile.imageSizes[size, default: 0] += count }
        lastSize = nil
    }
}

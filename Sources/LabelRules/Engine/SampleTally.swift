import FileReading
import Findings
import Imaging

/// What one worker gathers, sample by sample.
struct SampleTally: Sendable {
    var profile = DatasetProfile()
    /// Findings by sample.
    var findings: [(sample: Int, findings: [Finding])] = []
    /// Images and label rows that training would never see.
    var lostImages: Set<Int> = []
    /// Images that training takes, with the number of their label rows.
    var kept: [(sample: Int, rows: Int)] = []
    var lostRowsByClass: [Int: Int] = [:]
    /// Images that were read whole, for finding what is there twice.
    var contents: [ImageTwins.Contents] = []
    /// Images that a trainer may take and this build does not decode, by format, each with the first of them.
    var undecoded: [ImageFormat: (count: Int, first: Int)] = [:]
    /// Boxes that would lie inside the image with width and height changed places, of those that do not.
    var swaps = SwapEvidence()
    var orientations = OrientationEvidence()
    var rowForms = RowForms()
    /// Samples that the cache did not know.
    var misses = 0
    /// What the cache is to keep: where the record of each sample is, in `recordBytes` or in the old cache.
    var records: [(sample: Int32, isOld: Bool, start: Int, end: Int)] = []
    var recordBytes = ByteWriter()

    mutating func addUndecoded(_ format: ImageFormat, _ sample: Int) {
        let known = undecoded[format]
        undecoded[format] = ((known?.count ?? 0) + 1, min(known?.first ?? sample, sample))
    }
}

import CheckedNumbers
import Foundation
import Geometry
import Randomness
import YOLODataset
import YOLOModel

/// Wrong labels made from right ones, to learn what wrong ones look like to the model.
///
/// The model that judges an image has not seen its labels: what it predicts stays the same whatever is planted, so that
/// planting costs no training.
package struct LabelPlanting {
    /// What can be wrong with a row, in the order of the classes of `ErrorMixture`.
    enum Kind: Int, CaseIterable {
        case wrongClass = 1
        case shifted, spurious, duplicate
    }

    /// Labels of the whole dataset, or so many drawn from them: what a spurious row may look like.
    package let pool: [LabelBox]
    /// More labels than this are not kept for planting: as many are drawn.
    package static let mostPool = 1 << 16
    /// Trees grow on so many labels: where there are more, wrong versions are made of the labels of every n-th few images
    /// alone.
    private let every: Int
    /// What is planted depends on it, on the image and on the label alone.
    package let seed: UInt64

    /// - Parameter pool: of the whole dataset; none is planted from an empty one.
    package init(pool: [LabelBox], seed: UInt64, every: Int = 1) {
        self.pool = pool
        self.every = every
        self.seed = seed
    }

    /// - Parameter labels: of each image, in the order of the listing.
    package init(labels: [[LabelBox]], seed: UInt64) {
        let count = labels.reduce(0) { $0 + $1.count }
        let options = ErrorMixture.Options()
        let every = max(1, (count + options.most - 1) / options.most)
        guard count > Self.mostPool else {
            self.init(pool: Array(labels.joined()), seed: seed, every: every)
            return
        }
        let drawn = (0..<UInt64(Self.mostPool)).map { number in
            Int(CounterBasedNumber.bits(seed: seed ^ 0x504F_4F4C, counter: number) % UInt64(count))
        }.sorted()
        var pool: [LabelBox] = []
        var (passed, next) = (0, 0)
        for own in labels {
            while next < drawn.count, drawn[next] < passed + own.count {
                pool.append(own[drawn[next] - passed])
                next += 1
            }
            passed += own.count
        }
        self.init(pool: pool, seed: seed, every: every)
    }

    /// Whether wrong versions are made of an image's labels: of as many images in a row as trees have folds, so that every
    /// fold has some.
    ///
    /// - Parameter number: of the image in the run.
    package func takes(image number: Int) -> Bool { number / ErrorMixture.Options().folds % every == 0 }

    /// Random numbers of one label.
    package struct Draws: Hashable {
        let seed: UInt64
        var counter: UInt64

        /// Numbers of one label: 2¹⁴, more than are drawn. A counter has room for 2²⁴ labels of 2²⁶ images; what is more of
        /// the image's number changes the seed.
        package init(seed: UInt64, image: Int, label: Int) {
            let image = UInt64(image)
            self.seed = seed ^ 0x504C_414E_54 ^ (image >> 26) &* SplitMix64.step
            counter = ((image & (1 << 26 - 1)) << 24 | UInt64(label)) << 14
        }

        mutating func uniform() -> Double {
            defer { counter += 1 }
            return (Double(CounterBasedNumber.bits(seed: seed, counter: counter) >> 11) + 0.5) / Double(1 << 53)
        }

        mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
    }

    /// Wrong versions of one label, as far as they can be made.
    func wrong(
        label: Int, of image: ImageEvidence, imageNumber: Int
    ) -> [(kind: Kind, hypothesis: ImageEvidence.Hypothesis)] {
        var draws = Draws(seed: seed, image: imageNumber, label: label)
        let (classID, box) = image.labels[label]
        var made: [(Kind, ImageEvidence.Hypothesis)] = []
        if image.classCount > 1 {
            let other = (classID + 1 + Int(clamping: draws.uniform() * Double(image.classCount - 1))) % image.classCount
            made.append((.wrongClass, .init(classID: other, box: box, replaces: label)))
        }
        if let moved = moved(box, image, &draws, spread: 0.08...0.25, iou: 0.35..<0.75) {
            made.append((.shifted, .init(classID: classID, box: moved, replaces: label)))
        }
        if !pool.isEmpty {
            let it = pool[Int(clamping: draws.uniform() * Double(pool.count))]
            let placed = it.place(width: image.width, height: image.height)
            made.append((.spurious, .init(classID: Int(it.classID), box: placed, replaces: nil)))
        }
        if let again = moved(box, image, &draws, spread: 0...0.03, iou: 0.8..<1.01) {
            made.append((.duplicate, .init(classID: classID, box: again, replaces: nil)))
        }
        return made
    }

    /// The box with its centre, its size and, where it is turned, its angle jittered until its IoU with what it was lies in
    /// the range.
    private func moved(
        _ box: ObjectBox, _ image: ImageEvidence, _ draws: inout Draws, spread: ClosedRange<Double>, iou: Range<Double>
    ) -> ObjectBox? {
        let centre = Box(box.bounds)
        for _ in 0..<200 {
            let sigma = spread.lowerBound + draws.uniform() * (spread.upperBound - spread.lowerBound)
            let across = sigma * box.width * draws.normal()
            let down = sigma * box.height * draws.normal()
            let width = box.width * exp(sigma * draws.normal())
            let height = box.height * exp(sigma * draws.normal())
            let made =
                if let turned = box.turned {
                    ObjectBox(
                        RotatedBox(
                            centre: turned.inOwnDirections(across, down), width: width, height: height,
                            angle: turned.angle + sigma * draws.normal()))
                } else {
                    ObjectBox(
                        Edges(Box(cx: centre.cx + across, cy: centre.cy + down, width: width, height: height)))
                }
            let cut = made.clipped(width: image.width, height: image.height)
            if cut.width >= 1, cut.height >= 1, iou.contains(cut.iou(box)) { return cut }
        }
        return nil
    }
}

import FileReading
import Foundation
import YOLODataset

/// What is known once every sample has been read.
public struct DatasetSurvey: Sendable {
    public let dataset: Dataset
    /// Label rows by split and class id; −1 stands for rows without a whole number.
    public let rowsBySplit: [String: [Int: Int]]
    /// Groups of samples whose images have the same bytes, in the order of the samples.
    public let duplicates: [[DatasetSample]]

    /// Label rows by class id, over all splits.
    public var rowsByClass: [Int: Int] {
        rowsBySplit.values.reduce(into: [:]) { all, counts in
            for (id, count) in counts { all[id, default: 0] += count }
        }
    }

    /// Finds samples whose images have the same bytes: by size first, and by content where sizes agree.
    ///
    /// One file named in two splits counts once: which splits list it is another matter.
    static func duplicates(
        _ samples: [DatasetSample], jobs: Int, isCancelled: @Sendable @escaping () -> Bool
    ) throws -> [[DatasetSample]] {
        var bySize: [Int: [Int]] = [:]
        var seen: Set<String> = []
        for (index, sample) in samples.enumerated() {
            var status = stat()
            guard stat(sample.imagePath, &status) == 0, status.st_size > 0, seen.insert(sample.imagePath).inserted
            else {
                continue
            }
            bySize[Int(status.st_size), default: []].append(index)
        }
        let candidates = bySize.values.filter { $0.count > 1 }.flatMap(\.self).sorted()
        let digests = try WorkerPool.map(
            count: candidates.count, jobs: jobs, isCancelled: isCancelled, makeState: { () },
            { _, place in try? ContentDigest.ofFile(samples[candidates[place]].imagePath) })
        var groups: [ContentDigest: [Int]] = [:]
        for (index, digest) in zip(candidates, digests) {
            if let digest { groups[digest, default: []].append(index) }
        }
        return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }.map { $0.map { samples[$0] } }
    }
}

import FileReading
import Foundation
import YOLODataset

extension Dataset {
    /// What the dataset looks like now: data.yaml and labels by content, images by size and time of change.
    ///
    /// Reading every image again to see that nothing has changed would cost what the stage itself costs.
    func digestOfState(jobs: Int, isCancelled: @Sendable @escaping () -> Bool) throws -> ContentDigest {
        var digest = DigestBuilder()
        digest.update(field: try ContentDigest.ofFile(yamlPath).hex)
        let listing = try listSamples()
        let samples = listing.samples
        // A million label files take a core half a minute.
        let states = try WorkerPool.map(
            count: samples.count, jobs: jobs, isCancelled: isCancelled, makeState: {},
            { _, index -> (image: String, label: String) in
                let sample = samples[index]
                return (
                    Self.fingerprint(sample.imagePath),
                    sample.hasLabelFile ? Self.contents(sample.labelPath) : "none"
                )
            })
        for (sample, state) in zip(samples, states) {
            digest.update(field: sample.split)
            digest.update(field: sample.image)
            digest.update(field: state.image)
            digest.update(field: state.label)
        }
        for orphan in listing.labelsWithoutImage { digest.update(field: orphan) }
        for missing in listing.missingSources { digest.update(field: missing.path) }
        return digest.finish()
    }

    private static func fingerprint(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "missing" }
        return "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }

    private static func contents(_ path: String) -> String {
        (try? ContentDigest.ofFile(path).hex) ?? "unreadable"
    }
}

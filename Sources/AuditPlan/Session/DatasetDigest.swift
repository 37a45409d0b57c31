import FileReading
import Foundation
import YOLODataset

extension Dataset {
    /// What the dataset looks like now: data.yaml and labels by content, images by size and time of change.
    ///
    /// Reading every image again to see that nothing has changed would cost what the stage itself costs.
    func digestOfState() throws -> ContentDigest {
        var digest = DigestBuilder()
        digest.update(field: try ContentDigest.ofFile(yamlPath).hex)
        let listing = try listSamples()
        for sample in listing.samples {
            digest.update(field: sample.split)
            digest.update(field: sample.image)
            digest.update(field: Self.fingerprint(sample.imagePath))
            digest.update(field: sample.hasLabelFile ? Self.contents(sample.labelPath) : "none")
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

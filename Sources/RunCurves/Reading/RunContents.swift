import FileReading
import Foundation

extension RunReader {
    /// Adds what a run's files hold: the log, the settings, and what the trainer said; and what else its diagnoses look at,
    /// the hour among it: a run that is in progress becomes one that was cut off without a change of any file.
    ///
    /// - Throws: `FileError` where there is no such run.
    public static func addContents(of path: String, to digest: inout DigestBuilder) throws {
        let run = try read(path, readsData: false)
        let folder = run.isFolder ? path : Paths.directory(of: path)
        for name in run.logFiles + run.settings.files + [run.console?.file].compactMap({ $0 }) {
            name.add(to: &digest)
            try ContentDigest.ofFile(folder + "/" + name).add(to: &digest)
        }
        run.isInProgress.add(to: &digest)
        run.hasFinalFiles.add(to: &digest)
        run.lastWeights.add(to: &digest)
    }
}

import Foundation
import TestSupport
import Testing

/// Annotations point at files as a code host knows them: from the repository's root.
@Suite struct RepositoryPathTests {
    private static let formats: [(String, String)] = [
        ("github", "file=DIRlabels/train/shape00.txt,line=1"), ("sarif", "\"uri\": \"DIRlabels/train/shape00.txt\""),
        ("gitlab", "\"path\": \"DIRlabels/train/shape00.txt\""),
    ]

    private func place() throws -> Workplace {
        let place = try Workplace()
        try place.folder.write("7 0.5 0.5 0.3 0.3\n", to: "shapes/labels/train/shape00.txt")
        return place
    }

    @Test(arguments: formats) func pathsBeginAtTheRepository(format: String, path: String) throws {
        let place = try place()
        func said(_ options: [String]) throws -> String {
            try Executables.run(
                "assay", ["check", "shapes", "--no-cache", "--format", format] + options, in: place.path
            ).output
        }
        // A file, as in a work tree or a submodule; what it says is not read.
        try place.folder.write("gitdir: /nowhere\n", to: ".git")
        #expect(try said([]).contains(path.replacing("DIR", with: "shapes/")))
        #expect(try said(["--repository", "shapes"]).contains(path.replacing("DIR", with: "")))
        #expect(try said(["--repository", "."]).contains(path.replacing("DIR", with: "shapes/")))
        try FileManager.default.removeItem(atPath: place.path + "/.git")
        // Without a repository they begin at the dataset.
        #expect(try said([]).contains(path.replacing("DIR", with: "")))
    }

    @Test func theOptionIsOfTheseFormsAlone() throws {
        let place = try place()
        let text = try place.run("assay-labels", "shapes", "--repository", ".")
        #expect(
            text.status == 2 && text.errors.contains("--repository has no effect with --format text"), "\(text.errors)")
        let gone = try place.run("assay-labels", "shapes", "--format", "gitlab", "--repository", "gone")
        #expect(gone.status == 2 && gone.errors.contains("gone: is no folder"), "\(gone.errors)")
    }
}

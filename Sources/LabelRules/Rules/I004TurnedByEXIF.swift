import Findings
import TextForms
import YOLODataset

/// I004: turned by EXIF.
public struct TurnedByEXIF: LabelRule {
    public static let documentation = RuleDocumentation(
        code: "I004", name: "turned by EXIF", severity: .note,
        what: "The image is stored on its side or upside down, and an EXIF entry tells viewers to turn "
            + "it.",
        why: "Trainers turn it before they train. Labels drawn by a tool that does not turn it lie in "
            + "the wrong places.",
        fix: "look whether the boxes fit the turned image; store the image upright")

    public init() {}

    public func check(_ image: ImageFacts) -> [Finding] {
        guard let header = image.header, header.orientation != 1 else { return [] }
        return [
            finding(
                image.sample.image,
                message: "EXIF orientation \(header.orientation): stored as \(header.storedWidth) × "
                    + "\(header.storedHeight), shown as \(header.width) × \(header.height)"
                    + (image.orientationFit.map { ". " + Self.text($0) } ?? ""),
                effect: .altered("turned before training"))
        ]
    }

    private static func text(_ fit: OrientationFit) -> String {
        func short(_ value: Double) -> String { Figure.short(value, decimals: 1) }
        return fit.stored > fit.shown
            ? "Its boxes fit the stored picture better: contrast \(short(fit.stored)) along their sides, "
                + "\(short(fit.shown)) as shown"
            : "Its boxes fit the picture as shown: contrast \(short(fit.shown)), \(short(fit.stored)) as stored"
    }
}

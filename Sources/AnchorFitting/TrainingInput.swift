import FileReading

/// The image that a trainer feeds its model: its size, and how pictures are made to fit.
public struct TrainingInput: Hashable, Sendable {
    /// How a picture is made to fit the input.
    public enum Resize: String, Sendable, CaseIterable {
        /// One factor for both sides, the rest filled up: YOLOv5 and what came after.
        case letterbox
        /// Each side by a factor of its own: darknet.
        case stretch
    }

    /// Pixels.
    public var width: Int
    /// Pixels.
    public var height: Int
    /// How pictures are made to fit.
    public var resize: Resize

    /// - Parameters:
    ///   - width: pixels; not checked, as `height`.
    public init(width: Int, height: Int, resize: Resize = .letterbox) {
        self.width = width
        self.height = height
        self.resize = resize
    }

    /// A square.
    public init(size: Int, resize: Resize = .letterbox) { self.init(width: size, height: size, resize: resize) }

    /// Reads `640` or `640x384` (width × height); nil when it is neither, or a side is not from 32 to 8192 px.
    public init?(parsing text: String, resize: Resize = .letterbox) {
        let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(sides.count), let width = sides[0], let height = sides[sides.count - 1],
            (32...8192).contains(width), (32...8192).contains(height)
        else { return nil }
        self.init(width: width, height: height, resize: resize)
    }

    /// `640` or `640x384`.
    public var name: String { width == height ? "\(width)" : "\(width)x\(height)" }

    /// A box of an image, given as fractions of its sides, in pixels of the training image.
    ///
    /// A letterbox takes the smaller of both factors for both sides.
    ///
    /// - Parameters:
    ///   - imageWidth: pixels after EXIF orientation, as `imageHeight`.
    func pixels(width boxWidth: Double, height boxHeight: Double, imageWidth: Int, imageHeight: Int) -> AnchorSize {
        switch resize {
        case .stretch: return AnchorSize(width: boxWidth * Double(width), height: boxHeight * Double(height))
        case .letterbox:
            let factor = min(Double(width) / Double(imageWidth), Double(height) / Double(imageHeight))
            return AnchorSize(
                width: boxWidth * Double(imageWidth) * factor, height: boxHeight * Double(imageHeight) * factor)
        }
    }
}

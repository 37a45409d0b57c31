import Imaging

/// Which layouts of TIFF Pillow knows: it refuses all others as no known image.
enum PillowTIFF {
    /// As Pillow 13 took or refused 4,120 made files, of every colour space, depth, kind of sample, further samples and
    /// order of bytes.
    static func isKnown(_ tiff: TIFFHeader) -> Bool {
        guard tiff.isComplete, let depth = tiff.bits.first, tiff.bits.allSatisfy({ $0 == depth }) else { return false }
        let extra = tiff.extraSamples
        if tiff.bits.count == 1, tiff.photometric <= 1 { return extra.isEmpty && isKnownGrey(tiff, depth) }
        guard tiff.sampleFormat == 1 else { return false }
        switch (tiff.photometric, tiff.bits.count) {
        case (1, 2): return depth == 8 && [[0], [1], [2]].contains(extra)
        case (2, 3): return [8, 16].contains(depth) && extra.isEmpty
        case (2, 4):
            return [8, 16].contains(depth) && [[], [0], [1], [2]].contains(extra) || depth == 8 && extra == [999]
        case (2, 5): return depth == 8 && [[0, 0], [1, 0], [2, 0]].contains(extra)
        case (2, 6): return depth == 8 && [[0, 0, 0], [1, 0, 0], [2, 0, 0]].contains(extra)
        case (3, 1): return [1, 2, 4, 8].contains(depth) && extra.isEmpty
        case (3, 2): return depth == 8 && [[0], [2]].contains(extra)
        case (5, 4): return [8, 16].contains(depth) && extra.isEmpty
        case (5, 5): return depth == 8 && extra == [0]
        case (5, 6): return depth == 8 && extra == [0, 0]
        case (6, 1), (6, 3), (8, 3): return depth == 8 && extra.isEmpty
        default: return false
        }
    }

    private static func isKnownGrey(_ tiff: TIFFHeader, _ depth: Int) -> Bool {
        let isInverted = tiff.photometric == 0
        switch tiff.sampleFormat {
        case 1:
            return [1, 2, 4, 8].contains(depth) || depth == 16 && (!isInverted || tiff.isLittleEndian)
                || [12, 32].contains(depth) && !isInverted && tiff.isLittleEndian
        case 2: return !isInverted && [8, 16, 32].contains(depth)
        case 3: return depth == 32
        default: return false
        }
    }
}

/// Gives buffers places in one block of memory; buffers that are never alive together may share a place.
///
/// A buffer lives from the first step that uses it to the last. Cost: quadratic in the number of buffers.
struct MemoryPlan {
    /// A part of a buffer: the buffer and an offset in floats.
    struct Place: Hashable {
        var buffer: Int
        var offset: Int
    }

    private struct Buffer {
        var count: Int
        var firstUse = Int.max
        var lastUse = -1
        var start = 0
    }

    private var buffers: [Buffer] = []
    /// Floats that are needed in all.
    private(set) var total = 0

    /// 64 bytes, in floats.
    private static let alignment = 16

    /// Adds a buffer of `count` floats.
    mutating func add(count: Int) -> Place {
        buffers.append(Buffer(count: (count + Self.alignment - 1) / Self.alignment * Self.alignment))
        return Place(buffer: buffers.count - 1, offset: 0)
    }

    mutating func use(_ place: Place, atStep step: Int) {
        buffers[place.buffer].firstUse = min(buffers[place.buffer].firstUse, step)
        buffers[place.buffer].lastUse = max(buffers[place.buffer].lastUse, step)
    }

    /// Decides where each buffer lies: the largest first, each at the lowest place that is free while it lives.
    mutating func settle() {
        let order = buffers.indices.filter { buffers[$0].lastUse >= 0 }
            .sorted { (buffers[$0].count, $1) > (buffers[$1].count, $0) }
        var placed: [Int] = []
        for index in order {
            let buffer = buffers[index]
            let rivals = placed.filter {
                buffers[$0].firstUse <= buffer.lastUse && buffers[$0].lastUse >= buffer.firstUse
            }.sorted { buffers[$0].start < buffers[$1].start }
            var start = 0
            for rival in rivals where buffers[rival].start < start + buffer.count {
                start = max(start, buffers[rival].start + buffers[rival].count)
            }
            buffers[index].start = start
            total = max(total, start + buffer.count)
            placed.append(index)
        }
    }

    /// After `settle`: the offset of a place in the block, in floats.
    func offset(of place: Place) -> Int { buffers[place.buffer].start + place.offset }
}

import CFuzzDriver
import FileReading
import Randomness

/// `assay-fuzz TARGET [libFuzzer's options and corpus folders]`, or `assay-fuzz list`.
@main struct AssayFuzz {
    static func main() {
        let names = FuzzTarget.all.map(\.name).joined(separator: "|")
        guard CommandLine.arguments.count >= 2 else {
            print("usage: assay-fuzz list|\(names) [options] [corpus]")
            return
        }
        guard CommandLine.arguments[1] != "list" else {
            for target in FuzzTarget.all { print(target.line) }
            return
        }
        guard FuzzTarget.chosen != nil else {
            print("no target \(CommandLine.arguments[1]): use one of \(names)")
            return
        }
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        _ = LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
            guard let target = FuzzTarget.chosen else { return 0 }
            let input = Array(UnsafeBufferPointer(start: bytes, count: count))
            do {
                try target.read(input)
            } catch is any UserFacingError {
                // Refused with a reason and a way out: what bad input is to get.
            } catch {
                fail("an error that is not for people: \(error)")
            }
            return 0
        }
    }
}

/// Called by libFuzzer for each new input, where it finds this function.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: CUnsignedInt) -> Int {
    var numbers = NumberSequence(startingAt: UInt64(seed))
    // A fourth is left to libFuzzer: what breaks the form must be tried, too.
    guard let mutation = FuzzTarget.chosen?.mutation, Int.random(in: 0..<4, using: &numbers) > 0,
        let new = mutation(Array(UnsafeBufferPointer(start: bytes, count: count)), &numbers), new.count <= most
    else { return LLVMFuzzerMutate(bytes, count, most) }
    for (index, byte) in new.enumerated() { bytes[index] = byte }
    return new.count
}

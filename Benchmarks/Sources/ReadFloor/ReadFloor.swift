import Foundation
import Synchronization

/// The time to list the folders given, and to open and read the first 8 KiB of each of their files, on as many threads
/// as there are cores: what any reader of them has to spend.
@main struct ReadFloor {
    static func main() {
        let clock = ContinuousClock()
        var count = 0
        let time = clock.measure {
            var paths: [String] = []
            for folder in CommandLine.arguments.dropFirst() {
                guard let handle = opendir(folder) else { continue }
                while let entry = readdir(handle) {
                    let name = withUnsafePointer(to: &entry.pointee.d_name) {
                        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                    }
                    if !name.hasPrefix(".") { paths.append(folder + "/" + name) }
                }
                closedir(handle)
            }
            count = paths.count
            let all = paths
            let next = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
                let buffer = UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 16)
                defer { buffer.deallocate() }
                while true {
                    let first = next.wrappingAdd(64, ordering: .relaxed).oldValue
                    guard first < all.count else { return }
                    for path in all[first..<min(first + 64, all.count)] {
                        let file = open(path, O_RDONLY | O_CLOEXEC)
                        guard file >= 0 else { continue }
                        _ = read(file, buffer, 8192)
                        close(file)
                    }
                }
            }
        }
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
        print(String(format: "%.3f %d", seconds, count))
    }
}

import Foundation
import TestSupport
import TorchKernels

/// What stands in for a GPU's driver and for NVRTC: a library that compiles the text of the loops by this machine's C++
/// compiler, and runs them turn by turn, the last block and thread first.
///
/// It is as strict as a GPU: work waits in its stream until somebody waits for it, memory of a device begins as no numbers at
/// addresses that nothing but a loop can follow, and a thread without a context is refused.
enum EmulatedGPU {
    /// Whether this machine has what makes one.
    static let isThere = compiler != nil

    /// The loops of the thread that calls it.
    static func loops() throws -> DeviceLoops { try made.get().make() }

    /// Bytes that this thread has fetched from the device so far.
    static func fetchedBytes() throws -> UInt64 {
        guard let symbol = dlsym(try made.get().handle, "fetched_bytes") else {
            throw Trouble(text: "the emulated driver does not count")
        }
        return unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)()
    }

    private static let compiler = ["/usr/bin/c++", "/usr/bin/g++", "/usr/bin/clang++"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private struct Trouble: Error { let text: String }

    /// Made once a process; its files are gone by then.
    private static let made = Result { () throws -> Made in
        let folder = try TemporaryFolder()
        let library = try makeLibrary(folder, name: "gpu.so")
        guard let opened = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
            throw Trouble(text: "the emulated driver cannot be opened")
        }
        let make = try withExtendedLifetime(folder) { try DeviceLoops.ofGPU(driver: library, compiler: opened) }
        return Made(make: make, handle: opened)
    }

    /// The library stays open until the process ends: hence sendable.
    private struct Made: @unchecked Sendable {
        let make: @Sendable () throws -> DeviceLoops
        let handle: UnsafeMutableRawPointer
    }

    /// Compiles the library; it needs the folder as long as loops are compiled.
    @discardableResult
    static func makeLibrary(_ folder: TemporaryFolder, name: String) throws -> String {
        let text = try folder.write(source, to: "gpu.cpp")
        let library = folder.path + "/" + name
        let process = Process()
        process.executableURL = URL(fileURLWithPath: compiler ?? "")
        process.arguments = [
            "-std=c++17", "-shared", "-fPIC", "-pthread", "-DCOMPILER=\"\(compiler ?? "")\"",
            "-DFOLDER=\"\(folder.path)\"", "-o", library, text, "-ldl",
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Trouble(text: "the emulated driver does not compile") }
        return library
    }

    private static let source = #"""
        #include <cstdio>
        #include <cstdlib>
        #include <cstring>
        #include <dlfcn.h>
        #include <fstream>
        #include <functional>
        #include <mutex>
        #include <set>
        #include <sstream>
        #include <string>
        #include <vector>

        typedef unsigned long long address;
        // Of every address of the device: nobody who does not take it off can follow one.
        static const address tag = 1ULL << 61;

        struct stream { std::vector<std::function<void()>> work; };

        static std::recursive_mutex one_at_a_time;
        static std::set<stream *> streams;
        static thread_local bool has_context;
        static thread_local unsigned long long fetched;
        #define ENTERED \
            std::lock_guard<std::recursive_mutex> lock(one_at_a_time); \
            if (!has_context) return 201

        static void finish(stream *it) {
            for (auto &one : it->work) one();
            it->work.clear();
        }

        // --- NVRTC ---

        struct program { std::string source, image; };
        static int programs;

        static const char prelude[] = R"(
        #include <functional>
        #include <math.h>
        #include <tuple>
        #include <type_traits>
        #include <utility>
        #define __global__
        struct place { unsigned x; };
        static thread_local place blockIdx, threadIdx, blockDim, gridDim;
        template <typename T> T followed(T value) {
            if constexpr (std::is_pointer_v<T>)
                return reinterpret_cast<T>(reinterpret_cast<unsigned long long>(value) & ~(1ULL << 61));
            else
                return value;
        }
        template <typename... A, std::size_t... I>
        std::function<void()> *bound(void (*loop)(A...), void **from, unsigned grid, unsigned block, std::index_sequence<I...>) {
            std::tuple<A...> taken(followed(*static_cast<A *>(from[I]))...);
            return new std::function<void()>([=] {
                gridDim.x = grid, blockDim.x = block;
                for (blockIdx.x = grid; blockIdx.x-- > 0;)
                    for (threadIdx.x = block; threadIdx.x-- > 0;) std::apply(loop, taken);
            });
        }
        template <typename... A>
        std::function<void()> *work(void (*loop)(A...), void **from, unsigned grid, unsigned block) {
            return bound(loop, from, grid, block, std::index_sequence_for<A...>());
        }
        )";

        extern "C" {

        int nvrtcCreateProgram(void **made, const char *source, const char *, int, const char *const *, const char *const *) {
            *made = new program{source, ""};
            return 0;
        }

        int nvrtcCompileProgram(void *it, int count, const char *const *options) {
            std::lock_guard<std::recursive_mutex> lock(one_at_a_time);
            program *made = static_cast<program *>(it);
            if (count != 2 || strcmp(options[0], "--gpu-architecture=sm_90") || strcmp(options[1], "--fmad=false")) return 5;
            std::string base = std::string(FOLDER) + "/loops" + std::to_string(programs++), wrappers;
            const std::string word = "KERNEL ";
            for (size_t at = made->source.find(word); at != std::string::npos; at = made->source.find(word, at + 1)) {
                size_t first = at + word.size(), end = made->source.find('(', first);
                std::string name = made->source.substr(first, end - first);
                if (name.find_first_of(" \n\"") != std::string::npos) continue;
                wrappers += "extern \"C\" void *work_" + name + "(void **from, unsigned grid, unsigned block) { return work(" + name
                    + ", from, grid, block); }\n";
            }
            std::ofstream(base + ".cpp") << prelude << made->source << "\n" << wrappers;
            std::string command = std::string(COMPILER) + " -std=c++17 -O1 -ffp-contract=off -shared -fPIC -o " + base + ".so "
                + base + ".cpp";
            if (system(command.c_str())) return 6;
            made->image = base + ".so";
            return 0;
        }

        int nvrtcGetCUBINSize(void *it, size_t *size) { *size = static_cast<program *>(it)->image.size() + 1; return 0; }
        int nvrtcGetCUBIN(void *it, char *to) { strcpy(to, static_cast<program *>(it)->image.c_str()); return 0; }
        int nvrtcGetProgramLogSize(void *, size_t *size) { *size = 8; return 0; }
        int nvrtcGetProgramLog(void *, char *to) { strcpy(to, "refused"); return 0; }
        int nvrtcDestroyProgram(void **it) { delete static_cast<program *>(*it); return 0; }

        // --- the driver ---

        int cuInit(unsigned) { return 0; }
        int cuDeviceGetCount(int *count) { *count = 1; return 0; }
        int cuDeviceGet(int *device, int index) { *device = 7; return index != 0; }
        int cuDeviceGetAttribute(int *value, int attribute, int device) {
            if (device != 7) return 101;
            // An H100 of three processors.
            *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 3 : -1;
            return 0;
        }
        int cuDevicePrimaryCtxRetain(void **context, int) { *context = &streams; return 0; }
        int cuCtxSetCurrent(void *context) { has_context = context == &streams; return 0; }
        int cuModuleLoadData(void **module, const void *image) {
            ENTERED;
            *module = dlopen(static_cast<const char *>(image), RTLD_NOW | RTLD_LOCAL);
            return *module ? 0 : 209;
        }
        int cuModuleGetFunction(void **function, void *module, const char *name) {
            ENTERED;
            *function = dlsym(module, (std::string("work_") + name).c_str());
            return *function ? 0 : 500;
        }
        int cuLaunchKernel(
            void *function, unsigned grid, unsigned grid_y, unsigned grid_z, unsigned block, unsigned block_y, unsigned block_z,
            unsigned shared, void *where, void **arguments, void **extra) {
            ENTERED;
            if (!grid || !block || block > 1024 || grid > 24 || grid_y != 1 || grid_z != 1 || block_y != 1 || block_z != 1) return 1;
            if (shared || extra || !streams.count(static_cast<stream *>(where))) return 400;
            auto made = reinterpret_cast<std::function<void()> *(*)(void **, unsigned, unsigned)>(function)(arguments, grid, block);
            static_cast<stream *>(where)->work.push_back(*made);
            delete made;
            return 0;
        }
        int cuStreamCreate(void **made, unsigned) {
            ENTERED;
            stream *it = new stream;
            streams.insert(it);
            *made = it;
            return 0;
        }
        int cuStreamDestroy_v2(void *it) {
            ENTERED;
            finish(static_cast<stream *>(it));
            streams.erase(static_cast<stream *>(it));
            delete static_cast<stream *>(it);
            return 0;
        }
        int cuStreamSynchronize(void *it) { ENTERED; finish(static_cast<stream *>(it)); return 0; }
        int cuMemAlloc_v2(address *memory, size_t bytes) {
            ENTERED;
            if (!bytes) return 1;
            void *made = aligned_alloc(512, (bytes + 511) / 512 * 512);
            memset(made, 0xFF, bytes);
            *memory = reinterpret_cast<address>(made) | tag;
            return 0;
        }
        // Of all streams: something may still be using it.
        int cuMemFree_v2(address memory) {
            ENTERED;
            if (!(memory & tag)) return 1;
            for (stream *it : streams) finish(it);
            free(reinterpret_cast<void *>(memory & ~tag));
            return 0;
        }
        // From memory of the host that is not pinned it is taken at once.
        int cuMemcpyHtoDAsync_v2(address to, const void *host, size_t bytes, void *where) {
            ENTERED;
            if (!(to & tag)) return 1;
            std::string taken(static_cast<const char *>(host), bytes);
            static_cast<stream *>(where)->work.push_back([=] { memcpy(reinterpret_cast<void *>(to & ~tag), taken.data(), bytes); });
            return 0;
        }
        int cuMemcpyDtoHAsync_v2(void *host, address from, size_t bytes, void *where) {
            ENTERED;
            if (!(from & tag)) return 1;
            fetched += bytes;
            static_cast<stream *>(where)->work.push_back([=] { memcpy(host, reinterpret_cast<void *>(from & ~tag), bytes); });
            return 0;
        }
        unsigned long long fetched_bytes() { return fetched; }
        int cuMemcpyDtoDAsync_v2(address to, address from, size_t bytes, void *where) {
            ENTERED;
            if (!(to & from & tag)) return 1;
            static_cast<stream *>(where)->work.push_back(
                [=] { memmove(reinterpret_cast<void *>(to & ~tag), reinterpret_cast<void *>(from & ~tag), bytes); });
            return 0;
        }
        int cuMemsetD8Async(address to, unsigned char value, size_t bytes, void *where) {
            ENTERED;
            if (!(to & tag)) return 1;
            static_cast<stream *>(where)->work.push_back([=] { memset(reinterpret_cast<void *>(to & ~tag), value, bytes); });
            return 0;
        }

        }
        """#
}

#pragma once

// Compiles a function once for each level of vector instructions; the loader picks the best that the CPU has.
#if defined(__x86_64__) && defined(__linux__)
#define ASSAY_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ASSAY_DISPATCH
#endif

#define ASSAY_INLINE static inline __attribute__((always_inline))

#pragma once

// The thread sanitizer is not up yet when the loader picks a version.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ASSAY_ONE_VERSION 1
#endif
#endif

// Compiles a function once for each level of vector instructions; the loader picks the best that the CPU has.
#if defined(__x86_64__) && defined(__linux__) && !defined(ASSAY_ONE_VERSION)
#define ASSAY_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ASSAY_DISPATCH
#endif

#define ASSAY_INLINE static inline __attribute__((always_inline))

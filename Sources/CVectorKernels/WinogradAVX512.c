#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define LANES 16
#define GROUP 14
#define ROWS 8
#define NAMED(name) name##_avx512
#include "WinogradVectors.h"
#pragma clang attribute pop
#endif

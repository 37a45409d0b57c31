#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define LANES 8
#define GROUP 6
#define ROWS 4
#define NAMED(name) name##_avx2
#include "WinogradVectors.h"
#pragma clang attribute pop
#endif

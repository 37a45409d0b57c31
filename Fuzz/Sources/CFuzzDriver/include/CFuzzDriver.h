#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer's driver, linked by -sanitize=fuzzer.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *bytes, size_t count));

// libFuzzer's own mutations, in place; returns the new size.
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t most);

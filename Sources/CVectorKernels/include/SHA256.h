#pragma once

#include <stddef.h>
#include <stdint.h>

// SHA-256 as FIPS 180-4 defines it.
typedef struct {
    uint32_t hash[8];
    uint64_t length;
    uint8_t block[64];
    size_t filled;
} assay_sha256_state;

void assay_sha256_start(assay_sha256_state *state);
void assay_sha256_update(assay_sha256_state *state, const uint8_t *bytes, size_t count);
void assay_sha256_finish(assay_sha256_state *state, uint8_t digest[32]);

// Takes `count` blocks of 64 bytes into the hash: by the CPU's instructions for it where it has them, and their twin.
void assay_sha256_take(uint32_t hash[8], const uint8_t *blocks, size_t count);
void assay_sha256_take_plain(uint32_t hash[8], const uint8_t *blocks, size_t count);

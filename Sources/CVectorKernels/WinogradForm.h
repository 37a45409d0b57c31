#pragma once

#include <stddef.h>

#include "Winograd.h"

// What all forms of Winograd's algorithm share: where the polynomials are evaluated, and in which order sums are taken.
//
// A tile of 4 × 4 results needs 6 × 6 inputs. Along each side the products are taken at the points 0, ±5/8, ±3/2 and at
// infinity, which err less than whole numbers: Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A. With a = 5/8 and b = 3/2 the rows of Bᵀ are
// (x² − a²)(x² − b²), x(x ± a)(x² − b²), x(x ± b)(x² − a²) and x(x² − a²)(x² − b²), the columns of Aᵀ are the powers of
// the points, and the rows of G the powers over what the other points are apart from it.
#define POINT_A 0.625f
#define POINT_B 1.5f
#define SQUARE_A (POINT_A * POINT_A)
#define SQUARE_B (POINT_B * POINT_B)
#define BOTH_SQUARES (SQUARE_A * SQUARE_B)
#define SUM_OF_SQUARES (SQUARE_A + SQUARE_B)
#define FACTOR_0 (1.0 / BOTH_SQUARES)
#define FACTOR_A (1.0 / (2.0 * SQUARE_A * (SQUARE_A - SQUARE_B)))
#define FACTOR_B (1.0 / (2.0 * SQUARE_B * (SQUARE_B - SQUARE_A)))

enum {
    WINOGRAD_TILE = 4,          // results along a side
    WINOGRAD_WINDOW = 6,        // inputs along a side
    WINOGRAD_PRODUCTS = 36,     // of a tile
    WINOGRAD_CHANNEL_RUN = 128, // channels summed in one go: longer sums lose digits
    WINOGRAD_TILE_RUN = 48,     // tiles summed in one go, for the same reason
    WINOGRAD_MOST_TILES = 96,   // tiles held transformed at a time
    WINOGRAD_FEWEST_TILES = 24,
    WINOGRAD_BUDGET = 786432, // bytes of transformed tiles: they are to stay in the core's own cache
    WINOGRAD_MOST_KEPT = 16384, // pairs of channels whose weights are kept transformed
};

typedef struct {
    int across;  // tiles in a row
    int total;   // tiles
    int rounds;  // runs of tiles
    size_t most; // tiles of the longest run
} winograd_tiling;

// channels: those that a tile is held transformed of; longest: tiles of a run.
static inline winograd_tiling winograd_tiles(const assay_winograd_shape *s, int channels, int longest) {
    int across = (s->width + WINOGRAD_TILE - 1) / WINOGRAD_TILE;
    int total = across * ((s->height + WINOGRAD_TILE - 1) / WINOGRAD_TILE);
    int most = WINOGRAD_BUDGET / (WINOGRAD_PRODUCTS * (int)sizeof(float) * channels);
    most = most < WINOGRAD_FEWEST_TILES ? WINOGRAD_FEWEST_TILES
         : most > longest               ? longest
                                        : most;
    int rounds = (total + most - 1) / most;
    return (winograd_tiling){across, total, rounds, (size_t)((total + rounds - 1) / rounds)};
}

// A convolution makes two blocks of output channels, a panel, after the other.
static inline winograd_tiling winograd_convolution_tiles(const assay_winograd_shape *s) {
    return winograd_tiles(s, s->in_channels + 2 * s->block, WINOGRAD_MOST_TILES);
}
static inline winograd_tiling winograd_gradient_tiles(const assay_winograd_shape *s) {
    return winograd_tiles(s, s->in_channels + s->out_channels, WINOGRAD_TILE_RUN);
}

// Floats from the weights of one product to those of the next: 64 bytes more than there are, or all 36 would compete for
// the same few places of a cache.
static inline size_t winograd_weight_step(const assay_winograd_shape *s) {
    return (size_t)s->in_channels * (size_t)s->out_channels + 16;
}

// The first tile of a run.
static inline int winograd_round_start(winograd_tiling tiles, int round) {
    return (int)((long)tiles.total * round / tiles.rounds);
}

// Transformed weights are four times as many as plain ones. Where there are many, or tiles are few, reading them takes as
// long as making them anew for each run of tiles, and these take less memory.
static inline int winograd_keeps_plain(const assay_winograd_shape *s) {
    size_t pairs = (size_t)s->in_channels * (size_t)s->out_channels;
    return pairs > WINOGRAD_MOST_KEPT || (pairs >= WINOGRAD_MOST_KEPT / 4 && winograd_convolution_tiles(s).rounds == 1);
}

// Transformed weights lie as [36][panels of two blocks of out channels][in channels][channels of the panel], plain ones as
// [panels][in channels][9][channels of the panel]; the last panel may have one block. Where the values of the block `out`
// and the input channel `in` begin, for one product, or for all 9:
static inline size_t winograd_weight_place(const assay_winograd_shape *s, int out, int in) {
    int values = winograd_keeps_plain(s) ? 9 : 1, panel = out & ~1;
    int blocks = (out | 1) < s->out_channels / s->block ? 2 : 1;
    size_t from_panel = (size_t)values * (size_t)(in * blocks) + (size_t)(out - panel);
    return ((size_t)values * (size_t)panel * (size_t)s->in_channels + from_panel) * (size_t)s->block;
}

void assay_winograd_convolve_plain(
    const assay_winograd_shape *, const float *, const float *, const float *, float *, void *);
void assay_winograd_gradient_plain(
    const assay_winograd_shape *, const float *, const float *, float *, float *, int, void *);
size_t assay_winograd_scratch_size_plain(const assay_winograd_shape *);
size_t assay_winograd_gradient_scratch_size_plain(const assay_winograd_shape *);

#if defined(__x86_64__)
void assay_winograd_convolve_avx2(
    const assay_winograd_shape *, const float *, const float *, const float *, float *, void *);
void assay_winograd_gradient_avx2(
    const assay_winograd_shape *, const float *, const float *, float *, float *, int, void *);
size_t assay_winograd_scratch_size_avx2(const assay_winograd_shape *);
size_t assay_winograd_gradient_scratch_size_avx2(const assay_winograd_shape *);
void assay_winograd_convolve_avx512(
    const assay_winograd_shape *, const float *, const float *, const float *, float *, void *);
void assay_winograd_gradient_avx512(
    const assay_winograd_shape *, const float *, const float *, float *, float *, int, void *);
size_t assay_winograd_scratch_size_avx512(const assay_winograd_shape *);
size_t assay_winograd_gradient_scratch_size_avx512(const assay_winograd_shape *);
#endif

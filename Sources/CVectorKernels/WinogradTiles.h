// Tiles of one block of channels, transformed in vectors; part of WinogradVectors.h.

#include "CPUDispatch.h"
#include "WinogradForm.h"

enum { TILE = WINOGRAD_TILE, WINDOW = WINOGRAD_WINDOW, PRODUCTS = WINOGRAD_PRODUCTS };

typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

#define UNROLLED _Pragma("clang loop unroll(full)")
// Keeps the compiler from loading what is added to before a loop that needs all registers.
#define LATER __asm__ volatile("" ::: "memory")

ASSAY_INLINE vector load(const float *from) { return *(const vector *)from; }
ASSAY_INLINE void store(float *to, vector value) { *(vector *)to = value; }
#if LANES == 16
#define ALL(x) ((vector){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x})
#else
#define ALL(x) ((vector){x, x, x, x, x, x, x, x})
#endif
// a·b + c
ASSAY_INLINE vector fused(vector a, vector b, vector c) { return __builtin_elementwise_fma(a, b, c); }

// --- one side of a tile: the matrices of WinogradForm.h ---

ASSAY_INLINE void turn_input(
    vector d0, vector d1, vector d2, vector d3, vector d4, vector d5, vector to[WINDOW]) {
    to[0] = fused(ALL(BOTH_SQUARES), d0, fused(ALL(-SUM_OF_SQUARES), d2, d4));
    vector even = fused(ALL(-SQUARE_B), d2, d4), odd = fused(ALL(-SQUARE_B), d1, d3);
    to[1] = fused(ALL(POINT_A), odd, even);
    to[2] = fused(ALL(-POINT_A), odd, even);
    even = fused(ALL(-SQUARE_A), d2, d4), odd = fused(ALL(-SQUARE_A), d1, d3);
    to[3] = fused(ALL(POINT_B), odd, even);
    to[4] = fused(ALL(-POINT_B), odd, even);
    to[5] = fused(ALL(BOTH_SQUARES), d1, fused(ALL(-SUM_OF_SQUARES), d3, d5));
}

ASSAY_INLINE void turn_output(
    vector m0, vector m1, vector m2, vector m3, vector m4, vector m5, vector to[TILE]) {
    vector sum_a = m1 + m2, difference_a = m1 - m2, sum_b = m3 + m4, difference_b = m3 - m4;
    to[0] = m0 + sum_a + sum_b;
    to[1] = fused(ALL(POINT_A), difference_a, ALL(POINT_B) * difference_b);
    to[2] = fused(ALL(SQUARE_A), sum_a, ALL(SQUARE_B) * sum_b);
    to[3] = fused(ALL(POINT_A * SQUARE_A), difference_a, fused(ALL(POINT_B * SQUARE_B), difference_b, m5));
}

ASSAY_INLINE void turn_gradient(vector g0, vector g1, vector g2, vector g3, vector to[WINDOW]) {
    to[0] = g0;
    vector even = fused(ALL(SQUARE_A), g2, g0), odd = fused(ALL(SQUARE_A), g3, g1);
    to[1] = fused(ALL(POINT_A), odd, even);
    to[2] = fused(ALL(-POINT_A), odd, even);
    even = fused(ALL(SQUARE_B), g2, g0), odd = fused(ALL(SQUARE_B), g3, g1);
    to[3] = fused(ALL(POINT_B), odd, even);
    to[4] = fused(ALL(-POINT_B), odd, even);
    to[5] = g3;
}

ASSAY_INLINE void turn_kernel(vector g0, vector g1, vector g2, vector to[WINDOW]) {
    const float zero = (float)FACTOR_0, a = (float)FACTOR_A, b = (float)FACTOR_B;
    to[0] = ALL(zero) * g0;
    vector even = fused(ALL(a * SQUARE_A), g2, ALL(a) * g0), odd = ALL(a * POINT_A) * g1;
    to[1] = even + odd;
    to[2] = even - odd;
    even = fused(ALL(b * SQUARE_B), g2, ALL(b) * g0), odd = ALL(b * POINT_B) * g1;
    to[3] = even + odd;
    to[4] = even - odd;
    to[5] = g2;
}

ASSAY_INLINE void turn_weight(vector u0, vector u1, vector u2, vector u3, vector u4, vector u5, vector to[3]) {
    const float zero = (float)FACTOR_0, a = (float)FACTOR_A, b = (float)FACTOR_B;
    vector sum_a = u1 + u2, difference_a = u1 - u2, sum_b = u3 + u4, difference_b = u3 - u4;
    to[0] = fused(ALL(zero), u0, fused(ALL(a), sum_a, ALL(b) * sum_b));
    to[1] = fused(ALL(a * POINT_A), difference_a, ALL(b * POINT_B) * difference_b);
    to[2] = fused(ALL(a * SQUARE_A), sum_a, fused(ALL(b * SQUARE_B), sum_b, u5));
}

// --- a run of tiles of one block of channels ---

// Transformed tiles lie as [36][blocks][tiles][LANES], with a gap as between weights.
static size_t product_step(size_t tiles, int channels) { return tiles * (size_t)channels + 16; }

typedef struct {
    int first, count;
    int across;
    size_t row; // floats from one row of pixels to the next
} tile_run;

ASSAY_INLINE void turn_input_tile(const float *from, size_t row, float *to, size_t step) {
    vector half[WINDOW][WINDOW], turned[WINDOW];
    UNROLLED
    for (int x = 0; x < WINDOW; x++) {
        const float *top = from + x * LANES;
        turn_input(
            load(top), load(top + row), load(top + 2 * row), load(top + 3 * row), load(top + 4 * row),
            load(top + 5 * row), turned);
        UNROLLED
        for (int y = 0; y < WINDOW; y++) half[y][x] = turned[y];
    }
    UNROLLED
    for (int y = 0; y < WINDOW; y++) {
        const vector *h = half[y];
        turn_input(h[0], h[1], h[2], h[3], h[4], h[5], turned);
        UNROLLED
        for (int x = 0; x < WINDOW; x++) store(to + (size_t)(y * WINDOW + x) * step, turned[x]);
    }
}

static void turn_inputs(const assay_winograd_shape *s, tile_run run, const float *from, float *to, size_t step) {
    float edge[PRODUCTS * LANES] __attribute__((aligned(64)));
    for (int t = 0; t < run.count; t++, to += LANES) {
        int top = (run.first + t) / run.across * TILE - 1, left = (run.first + t) % run.across * TILE - 1;
        if (top >= 0 && left >= 0 && top + WINDOW <= s->height && left + WINDOW <= s->width) {
            turn_input_tile(from + (size_t)top * run.row + (size_t)left * LANES, run.row, to, step);
            continue;
        }
        for (int y = 0; y < WINDOW; y++)
            for (int x = 0; x < WINDOW; x++) {
                vector value = {0};
                if (top + y >= 0 && left + x >= 0 && top + y < s->height && left + x < s->width)
                    value = load(from + (size_t)(top + y) * run.row + (size_t)(left + x) * LANES);
                store(edge + (y * WINDOW + x) * LANES, value);
            }
        turn_input_tile(edge, WINDOW * LANES, to, step);
    }
}

static void turn_outputs(
    const assay_winograd_shape *s, tile_run run, const float *from, size_t step, const float *bias, float *to) {
    vector added = {0}, turned[TILE];
    if (bias) added = load(bias);
    for (int t = 0; t < run.count; t++, from += LANES) {
        vector half[TILE][WINDOW];
        UNROLLED
        for (int x = 0; x < WINDOW; x++) {
            const float *m = from + (size_t)x * step;
            turn_output(
                load(m), load(m + 6 * step), load(m + 12 * step), load(m + 18 * step), load(m + 24 * step),
                load(m + 30 * step), turned);
            UNROLLED
            for (int y = 0; y < TILE; y++) half[y][x] = turned[y];
        }
        int top = (run.first + t) / run.across * TILE, left = (run.first + t) % run.across * TILE;
        int rows = s->height - top, columns = s->width - left;
        float *corner = to + (size_t)top * run.row + (size_t)left * LANES;
        UNROLLED
        for (int y = 0; y < TILE; y++) {
            const vector *h = half[y];
            turn_output(h[0], h[1], h[2], h[3], h[4], h[5], turned);
            if (y < rows) UNROLLED
                for (int x = 0; x < TILE; x++)
                    if (x < columns) store(corner + (size_t)y * run.row + x * LANES, turned[x] + added);
        }
    }
}

// Also adds the run's values to the bias's gradient.
static void turn_gradients(
    const assay_winograd_shape *s, tile_run run, const float *from, float *to, size_t step, float *bias) {
    float edge[TILE * TILE * LANES] __attribute__((aligned(64)));
    vector in_run = {0}, turned[WINDOW];
    for (int t = 0; t < run.count; t++, to += LANES) {
        int top = (run.first + t) / run.across * TILE, left = (run.first + t) % run.across * TILE;
        int rows = s->height - top, columns = s->width - left;
        const float *corner = from + (size_t)top * run.row + (size_t)left * LANES;
        size_t row = run.row;
        if (rows < TILE || columns < TILE) {
            for (int y = 0; y < TILE; y++)
                for (int x = 0; x < TILE; x++) {
                    vector value = {0};
                    if (y < rows && x < columns) value = load(corner + (size_t)y * row + x * LANES);
                    store(edge + (y * TILE + x) * LANES, value);
                }
            corner = edge;
            row = TILE * LANES;
        }
        vector half[WINDOW][TILE], in_tile = {0};
        UNROLLED
        for (int x = 0; x < TILE; x++) {
            const float *g = corner + x * LANES;
            vector g0 = load(g), g1 = load(g + row), g2 = load(g + 2 * row), g3 = load(g + 3 * row);
            in_tile += (g0 + g1) + (g2 + g3);
            turn_gradient(g0, g1, g2, g3, turned);
            UNROLLED
            for (int y = 0; y < WINDOW; y++) half[y][x] = turned[y];
        }
        in_run += in_tile;
        UNROLLED
        for (int y = 0; y < WINDOW; y++) {
            turn_gradient(half[y][0], half[y][1], half[y][2], half[y][3], turned);
            UNROLLED
            for (int x = 0; x < WINDOW; x++) store(to + (size_t)(y * WINDOW + x) * step, turned[x]);
        }
    }
    store(bias, load(bias) + in_run);
}

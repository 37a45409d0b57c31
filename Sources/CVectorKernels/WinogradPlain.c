#include <math.h>
#include <string.h>

#include "WinogradForm.h"

// Winograd's algorithm value by value, with every sum in the order of the vector forms: their test, to the bit.

enum { TILE = WINOGRAD_TILE, WINDOW = WINOGRAD_WINDOW, PRODUCTS = WINOGRAD_PRODUCTS };

// Each of the following turns one side: values `from_step` apart become values `to_step` apart.

static void turn_input(const float *d, int from_step, float *to, int to_step) {
    const float d0 = d[0], d1 = d[from_step], d2 = d[2 * from_step], d3 = d[3 * from_step], d4 = d[4 * from_step],
                d5 = d[5 * from_step];
    to[0] = fmaf(BOTH_SQUARES, d0, fmaf(-SUM_OF_SQUARES, d2, d4));
    float even = fmaf(-SQUARE_B, d2, d4), odd = fmaf(-SQUARE_B, d1, d3);
    to[to_step] = fmaf(POINT_A, odd, even);
    to[2 * to_step] = fmaf(-POINT_A, odd, even);
    even = fmaf(-SQUARE_A, d2, d4), odd = fmaf(-SQUARE_A, d1, d3);
    to[3 * to_step] = fmaf(POINT_B, odd, even);
    to[4 * to_step] = fmaf(-POINT_B, odd, even);
    to[5 * to_step] = fmaf(BOTH_SQUARES, d1, fmaf(-SUM_OF_SQUARES, d3, d5));
}

static void turn_output(const float *m, int from_step, float *to, int to_step) {
    const float m1 = m[from_step], m2 = m[2 * from_step], m3 = m[3 * from_step], m4 = m[4 * from_step];
    float sum_a = m1 + m2, difference_a = m1 - m2, sum_b = m3 + m4, difference_b = m3 - m4;
    to[0] = m[0] + sum_a + sum_b;
    to[to_step] = fmaf(POINT_A, difference_a, POINT_B * difference_b);
    to[2 * to_step] = fmaf(SQUARE_A, sum_a, SQUARE_B * sum_b);
    to[3 * to_step] =
        fmaf(POINT_A * SQUARE_A, difference_a, fmaf(POINT_B * SQUARE_B, difference_b, m[5 * from_step]));
}

static void turn_gradient(const float *g, int from_step, float *to, int to_step) {
    const float g0 = g[0], g1 = g[from_step], g2 = g[2 * from_step], g3 = g[3 * from_step];
    to[0] = g0;
    float even = fmaf(SQUARE_A, g2, g0), odd = fmaf(SQUARE_A, g3, g1);
    to[to_step] = fmaf(POINT_A, odd, even);
    to[2 * to_step] = fmaf(-POINT_A, odd, even);
    even = fmaf(SQUARE_B, g2, g0), odd = fmaf(SQUARE_B, g3, g1);
    to[3 * to_step] = fmaf(POINT_B, odd, even);
    to[4 * to_step] = fmaf(-POINT_B, odd, even);
    to[5 * to_step] = g3;
}

static void turn_weight(const float *u, int from_step, float *to, int to_step) {
    const float zero = (float)FACTOR_0, a = (float)FACTOR_A, b = (float)FACTOR_B;
    const float u1 = u[from_step], u2 = u[2 * from_step], u3 = u[3 * from_step], u4 = u[4 * from_step];
    float sum_a = u1 + u2, difference_a = u1 - u2, sum_b = u3 + u4, difference_b = u3 - u4;
    to[0] = fmaf(zero, u[0], fmaf(a, sum_a, b * sum_b));
    to[to_step] = fmaf(a * POINT_A, difference_a, (b * POINT_B) * difference_b);
    to[2 * to_step] = fmaf(a * SQUARE_A, sum_a, fmaf(b * SQUARE_B, sum_b, u[5 * from_step]));
}

static void turn_kernel(const float *g, int from_step, float *to, int to_step) {
    const float zero = (float)FACTOR_0, a = (float)FACTOR_A, b = (float)FACTOR_B;
    const float g0 = g[0], g1 = g[from_step], g2 = g[2 * from_step];
    to[0] = zero * g0;
    float even = fmaf(a * SQUARE_A, g2, a * g0), odd = (a * POINT_A) * g1;
    to[to_step] = even + odd;
    to[2 * to_step] = even - odd;
    even = fmaf(b * SQUARE_B, g2, b * g0), odd = (b * POINT_B) * g1;
    to[3 * to_step] = even + odd;
    to[4 * to_step] = even - odd;
    to[5 * to_step] = g2;
}

typedef void (*turn)(const float *from, int from_step, float *to, int to_step);

// A square of side `from_side` becomes one of side `to_side`: columns first, then rows.
static void turn_square(turn side, const float *from, int from_side, float *to, int to_side) {
    float half[WINDOW * WINDOW];
    for (int x = 0; x < from_side; x++) side(from + x, from_side, half + x, from_side);
    for (int y = 0; y < to_side; y++) side(half + y * from_side, 1, to + y * to_side, 1);
}

static size_t place(const assay_winograd_shape *s, int channel, int y, int x) {
    size_t pixel = (size_t)y * (size_t)s->width + (size_t)x, pixels = (size_t)s->height * (size_t)s->width;
    return ((size_t)(channel / s->block) * pixels + pixel) * (size_t)s->block + (size_t)(channel % s->block);
}

// A square of an activation, zero where it is not.
static void take_square(
    const assay_winograd_shape *s, const float *from, int channel, int top, int left, int side, float *to) {
    for (int y = top; y < top + side; y++)
        for (int x = left; x < left + side; x++) {
            int inside = y >= 0 && x >= 0 && y < s->height && x < s->width;
            *to++ = inside ? from[place(s, channel, y, x)] : 0;
        }
}

size_t assay_winograd_scratch_size_plain(const assay_winograd_shape *s) {
    return sizeof(float) * PRODUCTS * (size_t)s->in_channels * (size_t)(1 + s->out_channels);
}

// To [out][in][36].
static void take_weights(const assay_winograd_shape *s, const float *from, float *to) {
    for (int k = 0; k < s->out_channels; k++)
        for (int c = 0; c < s->in_channels; c++, to += PRODUCTS) {
            const float *at = from + winograd_weight_place(s, k / s->block, c) + k % s->block;
            if (winograd_keeps_plain(s)) {
                int panel = (k / s->block | 1) < s->out_channels / s->block ? 2 : 1;
                float kernel[9];
                for (int i = 0; i < 9; i++) kernel[i] = at[i * panel * s->block];
                turn_square(turn_kernel, kernel, 3, to, WINDOW);
            } else {
                for (int f = 0; f < PRODUCTS; f++) to[f] = at[(size_t)f * winograd_weight_step(s)];
            }
        }
}

void assay_winograd_convolve_plain(
    const assay_winograd_shape *s, const float *in, const float *transformed, const float *bias, float *out,
    void *scratch) {
    winograd_tiling tiles = winograd_convolution_tiles(s);
    float *inputs = scratch, *weights = inputs + PRODUCTS * s->in_channels, square[WINDOW * WINDOW], product[PRODUCTS], result[TILE * TILE];
    take_weights(s, transformed, weights);
    for (int tile = 0; tile < tiles.total; tile++) {
        int top = tile / tiles.across * TILE, left = tile % tiles.across * TILE;
        for (int c = 0; c < s->in_channels; c++) {
            take_square(s, in, c, top - 1, left - 1, WINDOW, square);
            turn_square(turn_input, square, WINDOW, inputs + c * PRODUCTS, WINDOW);
        }
        for (int k = 0; k < s->out_channels; k++) {
            for (int f = 0; f < PRODUCTS; f++) {
                float total = 0;
                for (int run = 0; run < s->in_channels; run += WINOGRAD_CHANNEL_RUN) {
                    float sum = 0;
                    for (int c = run; c < s->in_channels && c < run + WINOGRAD_CHANNEL_RUN; c++) {
                        const float *weight = weights + ((size_t)k * (size_t)s->in_channels + (size_t)c) * PRODUCTS;
                        sum = fmaf(inputs[c * PRODUCTS + f], weight[f], sum);
                    }
                    total = run == 0 ? sum : total + sum;
                }
                product[f] = total;
            }
            turn_square(turn_output, product, WINDOW, result, TILE);
            for (int y = 0; y < TILE && top + y < s->height; y++)
                for (int x = 0; x < TILE && left + x < s->width; x++)
                    out[place(s, k, top + y, left + x)] = result[y * TILE + x] + (bias ? bias[k] : 0);
        }
    }
}

size_t assay_winograd_gradient_scratch_size_plain(const assay_winograd_shape *s) {
    return sizeof(float) * PRODUCTS * winograd_gradient_tiles(s).most * 2;
}

void assay_winograd_gradient_plain(
    const assay_winograd_shape *s, const float *in, const float *out_gradient, float *weight, float *bias,
    int accumulate, void *scratch) {
    winograd_tiling tiles = winograd_gradient_tiles(s);
    float *inputs = scratch, *gradients = inputs + PRODUCTS * tiles.most, square[WINDOW * WINDOW], result[9];
    for (int k = 0; k < s->out_channels; k++)
        for (int c = 0; c < s->in_channels; c++) {
            float product[PRODUCTS], of_bias = accumulate ? bias[k] : 0;
            for (int round = 0; round < tiles.rounds; round++) {
                int first = winograd_round_start(tiles, round);
                int count = winograd_round_start(tiles, round + 1) - first;
                float in_round = 0;
                for (int t = 0; t < count; t++) {
                    int top = (first + t) / tiles.across * TILE, left = (first + t) % tiles.across * TILE;
                    take_square(s, in, c, top - 1, left - 1, WINDOW, square);
                    turn_square(turn_input, square, WINDOW, inputs + t * PRODUCTS, WINDOW);
                    take_square(s, out_gradient, k, top, left, TILE, square);
                    turn_square(turn_gradient, square, TILE, gradients + t * PRODUCTS, WINDOW);
                    float in_tile = 0;
                    for (int x = 0; x < TILE; x++)
                        in_tile += (square[x] + square[4 + x]) + (square[8 + x] + square[12 + x]);
                    in_round += in_tile;
                }
                of_bias += in_round;
                for (int f = 0; f < PRODUCTS; f++) {
                    float sum = 0;
                    for (int t = 0; t < count; t++)
                        sum = fmaf(inputs[t * PRODUCTS + f], gradients[t * PRODUCTS + f], sum);
                    product[f] = round == 0 ? sum : product[f] + sum;
                }
            }
            if (c == s->in_channels - 1) bias[k] = of_bias;
            turn_square(turn_weight, product, WINDOW, result, 3);
            float *to = weight + ((size_t)k * (size_t)s->in_channels + (size_t)c) * 9;
            for (int i = 0; i < 9; i++) to[i] = accumulate ? to[i] + result[i] : result[i];
        }
}

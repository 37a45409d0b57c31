#include "Winograd.h"

#include <stdlib.h>
#include <string.h>

#include "CPUDispatch.h"
#include "WinogradForm.h"

int assay_winograd_is_wanted(void) {
#if defined(__x86_64__)
    const char *wanted = getenv("ASSAY_WINOGRAD");
    return !wanted || strcmp(wanted, "off") != 0;
#else
    return 0;
#endif
}

assay_winograd_form assay_winograd_form_for(int block) {
#if defined(__x86_64__)
    if (!assay_winograd_is_wanted()) return assay_winograd_none;
    __builtin_cpu_init();
    if (block == 16 && __builtin_cpu_supports("x86-64-v4")) return assay_winograd_avx512;
    if (block == 8 && __builtin_cpu_supports("x86-64-v3")) return assay_winograd_avx2;
#endif
    (void)block;
    return assay_winograd_none;
}

size_t assay_winograd_weight_count(const assay_winograd_shape *s) {
    if (winograd_keeps_plain(s)) return 9 * (size_t)s->in_channels * (size_t)s->out_channels;
    return WINOGRAD_PRODUCTS * winograd_weight_step(s);
}

enum { TOGETHER = 8 };

// G·g·Gᵀ of eight output channels at once, in double precision and without fused operations, so that the bits are the same
// at every level.
ASSAY_DISPATCH static void transform_weights(
    const float *restrict weight, size_t out_step, int turned, float *restrict to, size_t product_step) {
#pragma clang fp contract(off)
    double g[9][TOGETHER], half[WINOGRAD_WINDOW][3][TOGETHER];
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < TOGETHER; k++) g[i][k] = (double)weight[(size_t)k * out_step + (size_t)(turned ? 8 - i : i)];
    static const double factor[3] = {FACTOR_0, FACTOR_A, FACTOR_B};
    static const double point[3] = {0, POINT_A, POINT_B};
    for (int x = 0; x < 3; x++)
        for (int k = 0; k < TOGETHER; k++) {
            half[0][x][k] = factor[0] * g[x][k];
            half[5][x][k] = g[6 + x][k];
            for (int p = 1; p < 3; p++) {
                double even = factor[p] * (g[x][k] + point[p] * point[p] * g[6 + x][k]);
                double odd = factor[p] * (point[p] * g[3 + x][k]);
                half[2 * p - 1][x][k] = even + odd;
                half[2 * p][x][k] = even - odd;
            }
        }
    for (int y = 0; y < WINOGRAD_WINDOW; y++) {
        float *row = to + (size_t)(y * WINOGRAD_WINDOW) * product_step;
        for (int k = 0; k < TOGETHER; k++) {
            const double a = half[y][0][k], b = half[y][1][k], c = half[y][2][k];
            row[k] = (float)(factor[0] * a);
            row[5 * product_step + (size_t)k] = (float)c;
            for (int p = 1; p < 3; p++) {
                double even = factor[p] * (a + point[p] * point[p] * c), odd = factor[p] * (point[p] * b);
                row[(size_t)(2 * p - 1) * product_step + (size_t)k] = (float)(even + odd);
                row[(size_t)(2 * p) * product_step + (size_t)k] = (float)(even - odd);
            }
        }
    }
}

// Eight output channels.
static void pack_weights(
    const float *restrict weight, size_t out_step, int turned, float *restrict to, size_t value_step) {
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < TOGETHER; k++)
            to[(size_t)i * value_step + (size_t)k] = weight[(size_t)k * out_step + (size_t)(turned ? 8 - i : i)];
}

void assay_winograd_weights(
    const assay_winograd_shape *s, const float *weight, size_t out_step, size_t in_step, int turned,
    float *transformed) {
    size_t product_step = winograd_weight_step(s);
    for (int out = 0; out < s->out_channels; out += TOGETHER)
        for (int in = 0; in < s->in_channels; in++) {
            int block = out / s->block, panel = (block | 1) < s->out_channels / s->block ? 2 : 1;
            float *to = transformed + winograd_weight_place(s, block, in) + out % s->block;
            const float *from = weight + (size_t)out * out_step + (size_t)in * in_step;
            if (winograd_keeps_plain(s)) pack_weights(from, out_step, turned, to, (size_t)(panel * s->block));
            else transform_weights(from, out_step, turned, to, product_step);
        }
}

#if defined(__x86_64__)
#define FORMS(call)                                                 \
    switch (s->form) {                                              \
    case assay_winograd_avx512: return assay_winograd_##call(avx512); \
    case assay_winograd_avx2: return assay_winograd_##call(avx2);   \
    default: return assay_winograd_##call(plain);                   \
    }
#else
#define FORMS(call) return assay_winograd_##call(plain);
#endif

size_t assay_winograd_scratch_size(const assay_winograd_shape *s) {
#define assay_winograd_scratch(form) assay_winograd_scratch_size_##form(s)
    FORMS(scratch)
}

size_t assay_winograd_gradient_scratch_size(const assay_winograd_shape *s) {
#define assay_winograd_gradient_scratch(form) assay_winograd_gradient_scratch_size_##form(s)
    FORMS(gradient_scratch)
}

void assay_winograd_convolve(
    const assay_winograd_shape *s, const float *in, const float *transformed, const float *bias, float *out,
    void *scratch) {
#define assay_winograd_run(form) assay_winograd_convolve_##form(s, in, transformed, bias, out, scratch)
    FORMS(run)
}

void assay_winograd_gradient(
    const assay_winograd_shape *s, const float *in, const float *out_gradient, float *weight, float *bias,
    int accumulate, void *scratch) {
#define assay_winograd_derive(form) \
    assay_winograd_gradient_##form(s, in, out_gradient, weight, bias, accumulate, scratch)
    FORMS(derive)
}

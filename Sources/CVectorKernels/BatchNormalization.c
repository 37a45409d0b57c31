#include "BatchNormalization.h"

#include "CPUDispatch.h"
#include "Exponential.h"

enum { chunk = 256, widest = 16 };

// Each body takes the block as a constant, so that the compiler makes vectors of a pixel's channels.

ASSAY_INLINE void sums(
    const float *restrict z, int groups, int block, size_t pixels, const float *restrict shift, double *restrict sum,
    double *restrict squares) {
    for (int group = 0; group < groups; group++) {
        const float *from = z + (size_t)group * pixels * block;
        float offset[widest];
        for (int c = 0; c < block; c++) offset[c] = shift[group * block + c];
        for (size_t start = 0; start < pixels; start += chunk) {
            size_t end = start + chunk < pixels ? start + chunk : pixels;
            float s[widest] = {0}, q[widest] = {0};
            for (size_t p = start; p < end; p++)
                for (int c = 0; c < block; c++) {
                    float value = from[p * block + c] - offset[c];
                    s[c] += value;
                    q[c] += value * value;
                }
            for (int c = 0; c < block; c++) {
                sum[group * block + c] += s[c];
                squares[group * block + c] += q[c];
            }
        }
    }
}

ASSAY_INLINE void apply(
    const float *restrict z, float *restrict y, int groups, int block, size_t pixels, const float *restrict scale,
    const float *restrict offset, int is_silu, float slope) {
    for (int group = 0; group < groups; group++) {
        const float *from = z + (size_t)group * pixels * block;
        float *to = y + (size_t)group * pixels * block;
        float a[widest], b[widest];
        for (int c = 0; c < block; c++) {
            a[c] = scale[group * block + c];
            b[c] = offset[group * block + c];
        }
        for (size_t p = 0; p < pixels; p++)
            for (int c = 0; c < block; c++) {
                float u = a[c] * from[p * block + c] + b[c];
                to[p * block + c] = is_silu ? u * logistic(u) : u > 0.0f ? u : u * slope;
            }
    }
}

ASSAY_INLINE void backward_sums(
    const float *restrict z, float *restrict gradient, int groups, int block, size_t pixels,
    const float *restrict scale, const float *restrict offset, const float *restrict shift, int is_silu, float slope,
    double *restrict sum, double *restrict products) {
    for (int group = 0; group < groups; group++) {
        const float *from = z + (size_t)group * pixels * block;
        float *g = gradient + (size_t)group * pixels * block;
        float a[widest], b[widest], centre[widest];
        for (int c = 0; c < block; c++) {
            a[c] = scale[group * block + c];
            b[c] = offset[group * block + c];
            centre[c] = shift[group * block + c];
        }
        for (size_t start = 0; start < pixels; start += chunk) {
            size_t end = start + chunk < pixels ? start + chunk : pixels;
            float s[widest] = {0}, q[widest] = {0};
            for (size_t p = start; p < end; p++)
                for (int c = 0; c < block; c++) {
                    float value = from[p * block + c], u = a[c] * value + b[c], derivative;
                    if (is_silu) {
                        float l = logistic(u);
                        derivative = l + u * l * (1.0f - l);
                    } else {
                        derivative = u > 0.0f ? 1.0f : slope;
                    }
                    float arriving = g[p * block + c] * derivative;
                    g[p * block + c] = arriving;
                    s[c] += arriving;
                    q[c] += arriving * (value - centre[c]);
                }
            for (int c = 0; c < block; c++) {
                sum[group * block + c] += s[c];
                products[group * block + c] += q[c];
            }
        }
    }
}

ASSAY_INLINE void backward_apply(
    const float *restrict z, float *restrict gradient, int groups, int block, size_t pixels,
    const float *restrict by_gradient, const float *restrict by_value, const float *restrict constant) {
    for (int group = 0; group < groups; group++) {
        const float *from = z + (size_t)group * pixels * block;
        float *g = gradient + (size_t)group * pixels * block;
        float k0[widest], k1[widest], k2[widest];
        for (int c = 0; c < block; c++) {
            k0[c] = by_gradient[group * block + c];
            k1[c] = by_value[group * block + c];
            k2[c] = constant[group * block + c];
        }
        for (size_t p = 0; p < pixels; p++)
            for (int c = 0; c < block; c++)
                g[p * block + c] = k0[c] * g[p * block + c] + k1[c] * from[p * block + c] + k2[c];
    }
}

#define FOR_BLOCK(body, ...)                           \
    switch (block) {                                   \
    case 16: body(16, __VA_ARGS__); break;             \
    case 8: body(8, __VA_ARGS__); break;               \
    default: body(1, __VA_ARGS__); break;              \
    }

ASSAY_DISPATCH void assay_batch_sums(
    const float *z, int channels, int block, size_t pixels, const float *shift, double *sum, double *squares) {
#define BODY(size, ...) sums(z, channels / size, size, pixels, shift, sum, squares)
    FOR_BLOCK(BODY, 0)
#undef BODY
}

ASSAY_DISPATCH void assay_normalize_activate(
    const float *z, float *y, int channels, int block, size_t pixels, const float *scale, const float *offset,
    int is_silu, float slope) {
#define BODY(size, silu) apply(z, y, channels / size, size, pixels, scale, offset, silu, slope)
    if (is_silu) {
        FOR_BLOCK(BODY, 1)
    } else {
        FOR_BLOCK(BODY, 0)
    }
#undef BODY
}

ASSAY_DISPATCH void assay_normalize_backward_sums(
    const float *z, float *gradient, int channels, int block, size_t pixels, const float *scale, const float *offset,
    const float *shift, int is_silu, float slope, double *sum, double *products) {
#define BODY(size, silu) \
    backward_sums(z, gradient, channels / size, size, pixels, scale, offset, shift, silu, slope, sum, products)
    if (is_silu) {
        FOR_BLOCK(BODY, 1)
    } else {
        FOR_BLOCK(BODY, 0)
    }
#undef BODY
}

ASSAY_DISPATCH void assay_normalize_backward(
    const float *z, float *gradient, int channels, int block, size_t pixels, const float *by_gradient,
    const float *by_value, const float *constant) {
#define BODY(size, ...) \
    backward_apply(z, gradient, channels / size, size, pixels, by_gradient, by_value, constant)
    FOR_BLOCK(BODY, 0)
#undef BODY
}

#include "AnchorKernels.h"

#include <math.h>

#include "CPUDispatch.h"
#include "Exponential.h"

enum { run = 1024 };

ASSAY_DISPATCH double assay_anchor_assign(
    const float *restrict p, const float *restrict q, const float *restrict weight, size_t count,
    const float *restrict centre_p, const float *restrict centre_q, int centres, float reach,
    int32_t *restrict owner, float *restrict pull) {
    double total = 0;
    for (size_t start = 0; start < count; start += run) {
        size_t end = start + run < count ? start + run : count;
        float nearest[run];
        for (size_t i = start; i < end; i++) {
            nearest[i - start] = INFINITY;
            owner[i] = 0;
        }
        for (int centre = 0; centre < centres; centre++) {
            float cp = centre_p[centre], cq = centre_q[centre];
            for (size_t i = start; i < end; i++) {
                float distance = 0.5f * (fabsf(p[i] - cp) + fabsf(q[i] - cq));
                int is_nearer = distance < nearest[i - start];
                nearest[i - start] = is_nearer ? distance : nearest[i - start];
                owner[i] = is_nearer ? centre : owner[i];
            }
        }
        float sum = 0;
        {
#pragma clang fp reassociate(on)
            for (size_t i = start; i < end; i++) {
                float distance = nearest[i - start];
                float value = weight[i] * exponential(-distance);
                pull[i] = distance < reach ? value : 0.0f;
                sum += pull[i];
            }
        }
        total += sum;
    }
    return total;
}

ASSAY_DISPATCH void assay_anchor_nearest(
    const float *restrict p, const float *restrict q, size_t count, float centre_p, float centre_q,
    float *restrict nearest) {
    for (size_t i = 0; i < count; i++) {
        float distance = 0.5f * (fabsf(p[i] - centre_p) + fabsf(q[i] - centre_q));
        nearest[i] = distance < nearest[i] ? distance : nearest[i];
    }
}

ASSAY_INLINE float ratio_of(float width, float height, float anchor_width, float anchor_height) {
    float across = width / anchor_width, down = height / anchor_height;
    float a = across < 1.0f ? across : 1.0f / across, d = down < 1.0f ? down : 1.0f / down;
    return a < d ? a : d;
}

ASSAY_DISPATCH void assay_anchor_ratios(
    const float *restrict width, const float *restrict height, size_t count, float anchor_width,
    float anchor_height, float *restrict ratio) {
    for (size_t i = 0; i < count; i++) ratio[i] = ratio_of(width[i], height[i], anchor_width, anchor_height);
}

ASSAY_DISPATCH double assay_anchor_total(
    const float *restrict width, const float *restrict height, const float *restrict weight,
    const float *restrict rival, size_t count, float anchor_width, float anchor_height, float least) {
    double total = 0;
    for (size_t start = 0; start < count; start += run) {
#pragma clang fp reassociate(on)
        size_t end = start + run < count ? start + run : count;
        float sum = 0;
        for (size_t i = start; i < end; i++) {
            float own = ratio_of(width[i], height[i], anchor_width, anchor_height);
            float best = own > rival[i] ? own : rival[i];
            sum += best > least ? best * weight[i] : 0.0f;
        }
        total += sum;
    }
    return total;
}

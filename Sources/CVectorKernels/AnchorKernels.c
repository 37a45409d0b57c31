#include "AnchorKernels.h"

#include <math.h>
#include <string.h>

#include "CPUDispatch.h"
#include "Exponential.h"
#include "Logarithm.h"

enum { run = 1024 };

ASSAY_DISPATCH void assay_anchor_logs(const double *restrict sizes, size_t count, float *restrict p, float *restrict q) {
    for (size_t i = 0; i < count; i++) {
        float w = logarithm((float)sizes[2 * i]), h = logarithm((float)sizes[2 * i + 1]);
        p[i] = w + h;
        q[i] = w - h;
    }
}

ASSAY_DISPATCH double assay_anchor_assign(
    const float *restrict p, const float *restrict q, const float *restrict weight, size_t count,
    const float *restrict centre_p, const float *restrict centre_q, int centres, float reach, float bonus, float far,
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
                pull[i] = distance < reach ? value : far * value;
                sum += distance < reach ? value + bonus * weight[i] : 0.0f;
            }
        }
        total += sum;
    }
    return total;
}

ASSAY_DISPATCH void assay_anchor_losses(
    const float *restrict p, const float *restrict q, const float *restrict weight, size_t count,
    const float *restrict centre_p, const float *restrict centre_q, int centres, float reach, float bonus,
    double *restrict loss) {
    for (int centre = 0; centre < centres; centre++) loss[centre] = 0;
    for (size_t start = 0; start < count; start += run) {
        size_t end = start + run < count ? start + run : count;
        float nearest[run], second[run], lost[run];
        int32_t owner[run];
        for (size_t i = 0; i < end - start; i++) {
            nearest[i] = second[i] = INFINITY;
            owner[i] = 0;
        }
        for (int centre = 0; centre < centres; centre++) {
            float cp = centre_p[centre], cq = centre_q[centre];
            for (size_t i = start; i < end; i++) {
                float distance = 0.5f * (fabsf(p[i] - cp) + fabsf(q[i] - cq));
                float first = nearest[i - start], next = second[i - start];
                int is_nearer = distance < first;
                float farther = is_nearer ? first : distance;
                second[i - start] = farther < next ? farther : next;
                nearest[i - start] = is_nearer ? distance : first;
                owner[i - start] = is_nearer ? centre : owner[i - start];
            }
        }
        for (size_t i = start; i < end; i++) {
            float first = nearest[i - start], next = second[i - start];
            float now = first < reach ? exponential(-first) + bonus : 0.0f;
            float then = next < reach ? exponential(-next) + bonus : 0.0f;
            lost[i - start] = weight[i] * (now - then);
        }
        for (size_t i = 0; i < end - start; i++) loss[owner[i]] += lost[i];
    }
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
    const float *restrict rival, size_t count, float anchor_width, float anchor_height, float least, float bonus) {
    double total = 0;
    for (size_t start = 0; start < count; start += run) {
#pragma clang fp reassociate(on)
        size_t end = start + run < count ? start + run : count;
        float sum = 0;
        for (size_t i = start; i < end; i++) {
            float own = ratio_of(width[i], height[i], anchor_width, anchor_height);
            float best = own > rival[i] ? own : rival[i];
            sum += best > least ? (best + bonus) * weight[i] : 0.0f;
        }
        total += sum;
    }
    return total;
}

void assay_anchor_sums(
    const int32_t *restrict owner, const float *restrict pull, const uint16_t *restrict bin, size_t count,
    int centres, int bins, float *restrict sums) {
    memset(sums, 0, sizeof(float) * (size_t)centres * (size_t)bins);
    for (size_t i = 0; i < count; i++) sums[(size_t)owner[i] * (size_t)bins + bin[i]] += pull[i];
}

ASSAY_DISPATCH void assay_anchor_gains(
    const int32_t *restrict column, const int32_t *restrict row, const double *restrict weight,
    const double *restrict price, size_t count, const double *restrict values, int columns, int rows,
    double *restrict gains) {
    for (size_t i = 0; i < count; i++) {
        double u = price[i], w = weight[i];
        int reach = -1;
        // The farthest distance with a gain, by halves: values fall.
        for (int low = 0, high = columns + rows - 1; low <= high;) {
            int middle = (low + high) / 2;
            if (values[middle] > u) {
                reach = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        for (int down = -reach; down <= reach; down++) {
            int r = row[i] + down;
            if (r < 0 || r >= rows) continue;
            int away = down < 0 ? -down : down;
            int span = reach - away, c = column[i];
            int left = c < span ? c : span, right = columns - 1 - c < span ? columns - 1 - c : span;
            double *restrict at = gains + (size_t)r * (size_t)columns + c;
            const double *restrict value = values + away;
            for (int step = 0; step <= right; step++) at[step] += w * (value[step] - u);
            for (int step = 1; step <= left; step++) at[-step] += w * (value[step] - u);
        }
    }
}

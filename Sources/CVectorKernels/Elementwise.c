#include <string.h>

#include "CPUDispatch.h"
#include "TensorKernels.h"

ASSAY_DISPATCH void assay_multiply(float *restrict to, const float *restrict by, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] *= by[i];
}

ASSAY_DISPATCH void assay_add_to(float *restrict to, const float *restrict from, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] += from[i];
}

ASSAY_DISPATCH void assay_sum(float *restrict to, const float *restrict a, const float *restrict b, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] = a[i] + b[i];
}

ASSAY_DISPATCH void assay_axpy(float *restrict to, const float *restrict from, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] += factor * from[i];
}

ASSAY_DISPATCH float assay_dot(const float *restrict a, const float *restrict b, size_t count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

ASSAY_DISPATCH double assay_sum_of_squares(const float *a, size_t count) {
    double total = 0;
    for (size_t start = 0; start < count; start += 1024) {
#pragma clang fp reassociate(on)
        size_t end = start + 1024 < count ? start + 1024 : count;
        float sum = 0;
        for (size_t i = start; i < end; i++) sum += a[i] * a[i];
        total += sum;
    }
    return total;
}

ASSAY_DISPATCH void assay_unfold_gradient(
    float *restrict weight_gradient, const float *restrict bias_gradient, const float *restrict weight,
    const float *restrict scale, const float *restrict inverse_deviation, const float *restrict mean,
    float *restrict gamma_gradient, float *restrict beta_gradient, int out_channels, size_t per) {
    for (int channel = 0; channel < out_channels; channel++) {
#pragma clang fp reassociate(on)
        float *gradient = weight_gradient + (size_t)channel * per;
        const float *row = weight + (size_t)channel * per;
        float product = 0, factor = scale[channel];
        for (size_t i = 0; i < per; i++) {
            product += gradient[i] * row[i];
            gradient[i] *= factor;
        }
        gamma_gradient[channel] = (product - bias_gradient[channel] * mean[channel]) * inverse_deviation[channel];
        beta_gradient[channel] = bias_gradient[channel];
    }
}

void assay_copy_channels(
    const float *restrict from, int from_block, size_t from_offset, float *restrict to, int to_block,
    size_t to_offset, int channels, size_t pixels, int accumulate) {
    for (int channel = 0; channel < channels; channel++) {
        size_t source = from_offset + channel, target = to_offset + channel;
        const float *in = from + source / from_block * from_block * pixels + source % from_block;
        float *out = to + target / to_block * to_block * pixels + target % to_block;
        if (accumulate)
            for (size_t i = 0; i < pixels; i++) out[i * to_block] += in[i * from_block];
        else
            for (size_t i = 0; i < pixels; i++) out[i * to_block] = in[i * from_block];
    }
}

// Hashes of a run of values at once, which the compiler makes vectors of; then the additions, one after the other, since
// two of them may meet in a bucket.
ASSAY_DISPATCH void assay_count_sketch(
    const float *restrict a, size_t count, uint64_t first, uint64_t seed, double *restrict buckets, uint32_t mask) {
    enum { run = 512 };
    uint32_t place[run];
    double value[run];
    for (size_t start = 0; start < count; start += run) {
        size_t length = count - start < run ? count - start : run;
        for (size_t i = 0; i < length; i++) {
            // SplitMix64's finaliser over the running index.
            uint64_t h = (first + start + i) * 0x9E3779B97F4A7C15u + seed, bits;
            h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9u;
            h = (h ^ (h >> 27)) * 0x94D049BB133111EBu;
            h ^= h >> 31;
            place[i] = (uint32_t)h & mask;
            // The highest bit of the hash is the sign.
            double wide = (double)a[start + i];
            memcpy(&bits, &wide, sizeof bits);
            bits ^= h & (UINT64_C(1) << 63);
            memcpy(&value[i], &bits, sizeof bits);
        }
        for (size_t i = 0; i < length; i++) buckets[place[i]] += value[i];
    }
}

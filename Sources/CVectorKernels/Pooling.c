#include <math.h>
#include <string.h>

#include "CPUDispatch.h"
#include "TensorKernels.h"

ASSAY_INLINE void pool_pixel(
    const float *restrict plane, float *restrict best, int32_t *restrict winner, int block, int width, int top,
    int bottom, int left, int right) {
    for (int c = 0; c < block; c++) {
        best[c] = -INFINITY;
        winner[c] = top * width + left;
    }
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            int32_t pixel = y * width + x;
            const float *in = plane + (size_t)pixel * block;
            for (int c = 0; c < block; c++) {
                // A NaN wins, so that it is seen.
                int wins = in[c] > best[c] || in[c] != in[c];
                best[c] = wins ? in[c] : best[c];
                winner[c] = wins ? pixel : winner[c];
            }
        }
}

ASSAY_DISPATCH void assay_max_pool(
    const float *from, float *to, int32_t *index, int blocks, int block, int height, int width, int kernel,
    int stride, int padding, int out_height, int out_width) {
    for (int b = 0; b < blocks; b++) {
        const float *plane = from + (size_t)b * height * width * block;
        for (int y = 0; y < out_height; y++)
            for (int x = 0; x < out_width; x++) {
                int top = y * stride - padding, left = x * stride - padding;
                int bottom = top + kernel < height ? top + kernel : height;
                int right = left + kernel < width ? left + kernel : width;
                top = top > 0 ? top : 0;
                left = left > 0 ? left : 0;
                size_t at = (((size_t)b * out_height + y) * out_width + x) * block;
                if (block == 16)
                    pool_pixel(plane, to + at, index + at, 16, width, top, bottom, left, right);
                else
                    pool_pixel(plane, to + at, index + at, block, width, top, bottom, left, right);
            }
    }
}

void assay_max_pool_backward(
    const float *restrict gradient, const int32_t *restrict index, float *restrict to, int blocks, int block,
    int in_pixels, int out_pixels) {
    for (int b = 0; b < blocks; b++) {
        float *plane = to + (size_t)b * in_pixels * block;
        size_t first = (size_t)b * out_pixels * block;
        for (int pixel = 0; pixel < out_pixels; pixel++)
            for (int c = 0; c < block; c++) {
                size_t at = first + (size_t)pixel * block + c;
                plane[(size_t)index[at] * block + c] += gradient[at];
            }
    }
}

// The loops below are written once and compiled twice: with the usual block of 16 as a constant, a pixel's channels are
// one vector instead of a call of memcpy or a loop of unknown length.
ASSAY_INLINE void upsample(
    const float *restrict from, float *restrict to, int blocks, int block, int height, int width, int factor) {
    for (int b = 0; b < blocks; b++)
        for (int y = 0; y < height; y++) {
            const float *row = from + ((size_t)b * height + y) * width * block;
            size_t wide = (size_t)width * factor * block;
            float *first = to + ((size_t)b * height + y) * factor * wide;
            for (int x = 0; x < width; x++)
                for (int k = 0; k < factor; k++)
                    for (int c = 0; c < block; c++)
                        first[((size_t)x * factor + k) * block + c] = row[(size_t)x * block + c];
            for (int k = 1; k < factor; k++) memcpy(first + k * wide, first, wide * sizeof *first);
        }
}

ASSAY_DISPATCH void assay_upsample(
    const float *from, float *to, int blocks, int block, int height, int width, int factor) {
    if (block == 16 && factor == 2)
        upsample(from, to, blocks, 16, height, width, 2);
    else
        upsample(from, to, blocks, block, height, width, factor);
}

ASSAY_INLINE void upsample_backward(
    const float *restrict gradient, float *restrict to, int blocks, int block, int height, int width, int factor,
    int accumulate) {
    for (int b = 0; b < blocks; b++)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                float *restrict out = to + (((size_t)b * height + y) * width + x) * block;
                for (int c = 0; c < block; c++) {
                    float sum = accumulate ? out[c] : 0;
                    for (int ky = 0; ky < factor; ky++)
                        for (int kx = 0; kx < factor; kx++) {
                            size_t row = ((size_t)b * height + y) * factor + ky;
                            sum += gradient[(row * width * factor + (size_t)x * factor + kx) * block + c];
                        }
                    out[c] = sum;
                }
            }
}

ASSAY_DISPATCH void assay_upsample_backward(
    const float *gradient, float *to, int blocks, int block, int height, int width, int factor, int accumulate) {
    if (block == 16 && factor == 2)
        upsample_backward(gradient, to, blocks, 16, height, width, 2, accumulate);
    else
        upsample_backward(gradient, to, blocks, block, height, width, factor, accumulate);
}

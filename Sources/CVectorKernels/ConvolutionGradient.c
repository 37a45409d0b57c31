#include "CPUDispatch.h"
#include "TensorKernels.h"

// Outputs along one side whose tap `offset` (kernel place times dilation, less padding) falls inside the input.
static void inside(int offset, int stride, int in, int out, int *first, int *last) {
    *first = offset < 0 ? (-offset + stride - 1) / stride : 0;
    int room = in - 1 - offset;
    *last = room < 0 ? 0 : room / stride + 1;
    if (*last > out) *last = out;
}

ASSAY_INLINE float dot_run(const float *a, const float *b, int count) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

ASSAY_INLINE float dot_strided(const float *a, const float *b, int count, int stride) {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (int i = 0; i < count; i++) sum += a[i * stride] * b[i];
    return sum;
}

ASSAY_DISPATCH void assay_convolution_weights_gradient(
    const assay_convolution_geometry *restrict g, const float *restrict in, const float *restrict out_gradient,
    float *restrict weight, float *restrict bias) {
    int in_group = g->in_channels / g->groups, out_group = g->out_channels / g->groups;
    for (int o = 0; o < g->out_channels; o++) {
        const float *arriving = out_gradient + (size_t)o * (size_t)(g->out_height * g->out_width);
        double total = 0;
        for (int row = 0; row < g->out_height; row++) {
#pragma clang fp reassociate(on)
            float sum = 0;
            for (int x = 0; x < g->out_width; x++) sum += arriving[row * g->out_width + x];
            total += sum;
        }
        bias[o] = (float)total;
        for (int i = 0; i < in_group; i++) {
            const float *source = in + (size_t)(o / out_group * in_group + i) * (size_t)(g->in_height * g->in_width);
            for (int ky = 0; ky < g->kernel_height; ky++) {
                int down = ky * g->dilation - g->padding_height, top, bottom;
                inside(down, g->stride, g->in_height, g->out_height, &top, &bottom);
                for (int kx = 0; kx < g->kernel_width; kx++) {
                    int across = kx * g->dilation - g->padding_width, left, right;
                    inside(across, g->stride, g->in_width, g->out_width, &left, &right);
                    double sum = 0;
                    for (int y = top; y < bottom && left < right; y++) {
                        const float *from = source + (y * g->stride + down) * g->in_width + left * g->stride + across;
                        const float *to = arriving + y * g->out_width + left;
                        sum += g->stride == 1 ? dot_run(from, to, right - left)
                                              : dot_strided(from, to, right - left, g->stride);
                    }
                    *weight++ = (float)sum;
                }
            }
        }
    }
}

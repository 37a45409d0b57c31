#pragma once

#include <stddef.h>

// Batch-norm with the statistics of a batch, an image at a time: the sums of several images are added up by calling
// the functions for one image after the other. Layout of activations as in TensorKernels.h; sums are over pixels, a
// channel each, single precision within runs of 256 pixels, double between them.

// sum += Σ(z − shift), squares += Σ(z − shift)²
void assay_batch_sums(
    const float *z, int channels, int block, size_t pixels, const float *shift, double *sum, double *squares);

// y = act(scale·z + offset): SiLU, or leaky ReLU with that slope (1 for no activation).
void assay_normalize_activate(
    const float *z, float *y, int channels, int block, size_t pixels, const float *scale, const float *offset,
    int is_silu, float slope);

// gradient *= act'(scale·z + offset); sum += Σ gradient, products += Σ gradient·(z − shift)
void assay_normalize_backward_sums(
    const float *z, float *gradient, int channels, int block, size_t pixels, const float *scale, const float *offset,
    const float *shift, int is_silu, float slope, double *sum, double *products);

// gradient = by_gradient·gradient + by_value·z + constant
void assay_normalize_backward(
    const float *z, float *gradient, int channels, int block, size_t pixels, const float *by_gradient,
    const float *by_value, const float *constant);

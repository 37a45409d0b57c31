#pragma once

#include <stddef.h>
#include <stdint.h>

// Loops over activations of one image, with the widest vectors that the running CPU has.
//
// An activation lies as [C/block][H*W][block]: block 1 is plain [C, H, W]; a block of 8 or 16 channels is what oneDNN's
// convolutions prefer. A range of whole blocks is contiguous.

// SiLU, y = z·σ(z). z is overwritten by the derivative σ(z)·(1 + z·(1 − σ(z))), which the backward pass needs.
void assay_silu_keeping_derivative(float *z, float *y, size_t count);
// SiLU alone; z and y may be the same.
void assay_silu(const float *z, float *y, size_t count);
// ReLU (slope 0) and leaky ReLU with their derivative in z.
void assay_leaky_keeping_derivative(float *z, float *y, float slope, size_t count);
void assay_leaky(const float *z, float *y, float slope, size_t count);

// to *= by
void assay_multiply(float *to, const float *by, size_t count);
// to += from
void assay_add_to(float *to, const float *from, size_t count);
// to = a + b
void assay_sum(float *to, const float *a, const float *b, size_t count);
// to += factor·from
void assay_axpy(float *to, const float *from, float factor, size_t count);
float assay_dot(const float *a, const float *b, size_t count);
double assay_sum_of_squares(const float *a, size_t count);

// Max-pooling with padding that never wins; index says which input pixel won, the first of equals.
void assay_max_pool(
    const float *from, float *to, int32_t *index, int blocks, int block, int height, int width, int kernel,
    int stride, int padding, int out_height, int out_width);
// to (zeroed by the caller where it begins) += what arrives at the winners.
void assay_max_pool_backward(
    const float *gradient, const int32_t *index, float *to, int blocks, int block, int in_pixels, int out_pixels);

void assay_upsample(const float *from, float *to, int blocks, int block, int height, int width, int factor);
// accumulate: add to `to` instead of overwriting it.
void assay_upsample_backward(
    const float *gradient, float *to, int blocks, int block, int height, int width, int factor, int accumulate);

// Copies (or adds) channels between layouts: `from` holds `channels` channels; they become channels
// `offset`… of `to`.
void assay_copy_channels(
    const float *from, int from_block, size_t from_offset, float *to, int to_block, size_t to_offset, int channels,
    size_t pixels, int accumulate);

// Gradients of a convolution's own parameters from those of the folded weight W' = s·W and bias b' = β − s·μ, where
// s = γ/σ. weight_gradient holds dL/dW' [out, per] and becomes dL/dW; gamma_gradient and beta_gradient are [out].
void assay_unfold_gradient(
    float *weight_gradient, const float *bias_gradient, const float *weight, const float *scale,
    const float *inverse_deviation, const float *mean, float *gamma_gradient, float *beta_gradient, int out_channels,
    size_t per);

// Count sketch: bucket[h(i)] += sign(i)·a[i], with hashes of the running index first + i.
void assay_count_sketch(const float *a, size_t count, uint64_t first, uint64_t seed, double *buckets, uint32_t mask);

// What a convolution of one image looks like, [C, H, W] plain.
typedef struct {
    int in_channels, in_height, in_width;
    int out_channels, out_height, out_width;
    int kernel_height, kernel_width, stride, padding_height, padding_width, dilation, groups;
} assay_convolution_geometry;

// Gradients of weight [out, in/groups, kh, kw] and bias [out] from plain input and output gradient.
void assay_convolution_weights_gradient(
    const assay_convolution_geometry *geometry, const float *in, const float *out_gradient, float *weight, float *bias);

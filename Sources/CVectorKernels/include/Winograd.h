#pragma once

#include <stddef.h>

// 3 × 3 convolutions of stride 1 and padding 1 by Winograd's algorithm F(4×4, 3×3): a tile of 4 × 4 pixels takes 36
// multiplications instead of 144 a pair of channels.
//
// Activations lie as [C/block][H*W][block] (see TensorKernels.h), 64 bytes aligned. Every form below gives the same bits:
// each sum is taken in one order, by fused multiplications and additions, and the order hangs on the shape alone.

typedef enum {
    assay_winograd_none,   // this CPU, or these channels, have no form
    assay_winograd_plain,  // one value after the other: what the others are tested against
    assay_winograd_avx2,   // blocks of 8 channels
    assay_winograd_avx512, // blocks of 16 channels
} assay_winograd_form;

// Raised whenever results change in any bit: what was computed with another one is computed anew.
enum { assay_winograd_revision = 1 };

// Whether there are forms for CPUs of this kind, and the environment does not leave them out: by ASSAY_WINOGRAD=off the
// gain is measured.
int assay_winograd_is_wanted(void);

// The form for activations in blocks of so many channels on this CPU, where it is wanted.
assay_winograd_form assay_winograd_form_for(int block);

typedef struct {
    int in_channels, out_channels; // multiples of the block
    int height, width;             // of the input and of the output
    int block;                     // 8 or 16
    assay_winograd_form form;      // not none
} assay_winograd_shape;

// Floats of the transformed weights.
size_t assay_winograd_weight_count(const assay_winograd_shape *shape);
// weight: 3 × 3 values together, those of the next output and input channel `out_step` and `in_step` floats further. turned:
// by half a turn, as the gradient of a convolution's input is a convolution of what arrives, with turned weights and with
// in and out exchanged.
void assay_winograd_weights(
    const assay_winograd_shape *shape, const float *weight, size_t out_step, size_t in_step, int turned,
    float *transformed);

// Bytes of scratch memory of a convolution, and of a gradient of the weights; aligned to 64.
size_t assay_winograd_scratch_size(const assay_winograd_shape *shape);
size_t assay_winograd_gradient_scratch_size(const assay_winograd_shape *shape);

// out [out_channels] = convolution of in [in_channels], plus bias [out_channels] where that is not null.
void assay_winograd_convolve(
    const assay_winograd_shape *shape, const float *in, const float *transformed, const float *bias, float *out,
    void *scratch);

// Gradients of weight [out, in, 3, 3] and bias [out]. accumulate: adds to them instead of overwriting them.
void assay_winograd_gradient(
    const assay_winograd_shape *shape, const float *in, const float *out_gradient, float *weight, float *bias,
    int accumulate, void *scratch);

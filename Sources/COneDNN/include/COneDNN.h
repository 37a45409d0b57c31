#pragma once

#include <stddef.h>

// oneDNN behind a small interface of our own: convolutions of one image with everything that their forward and backward
// pass need, made once a shape. Versions 2 and 3 of oneDNN differ in their C interface; only COneDNN.c knows.
//
// Activations lie as [C/block][H*W][block] (see CVectorKernels); where a convolution prefers another layout it converts
// inside. Everything runs on the calling thread once assay_dnn_use_one_thread() was called on it.

typedef struct assay_convolution assay_convolution;
typedef struct assay_convolution_weights assay_convolution_weights;

typedef struct {
    int in_channels, in_height, in_width, in_block;
    int out_channels, out_height, out_width, out_block;
    int kernel_height, kernel_width, stride, padding_height, padding_width, dilation, groups;
    int backward_data;    // 0 or 1: the gradient of the input will be asked for
    int backward_weights; // 0 or 1: the gradients of weight and bias will be asked for
    int bfloat16;         // 0 or 1: what the backward passes multiply is rounded to bfloat16
    int sums_images;      // 0 or 1: the latter are summed over several images
} assay_convolution_shape;

// The number of channels that convolutions on this CPU like to find together: 16, 8 or 1.
int assay_dnn_block(void);
// Whether this CPU multiplies numbers of 16 bits (bfloat16) faster than single ones.
int assay_dnn_has_bfloat16(void);
void assay_dnn_use_one_thread(void);
// oneDNN's own number of the instructions that it uses on this CPU: ONEDNN_MAX_CPU_ISA makes it less.
int assay_dnn_instructions(void);
// "2.6.3"
void assay_dnn_version(char text[32]);

// Null where oneDNN refuses; `status` then holds its code.
assay_convolution *assay_convolution_make(const assay_convolution_shape *shape, int *status);
void assay_convolution_free(assay_convolution *convolution);
typedef enum { assay_pass_forward, assay_pass_backward_data, assay_pass_backward_weights } assay_pass;
// Bytes of scratch memory that a pass needs, aligned to 64.
size_t assay_convolution_scratch_size(const assay_convolution *convolution, assay_pass pass);
// Whether oneDNN has only its reference implementation for the gradient of these weights, hundreds of times slower.
int assay_convolution_has_slow_weights(const assay_convolution *convolution);

// Weight and bias as the passes of a convolution want them. They serve every convolution of the same shape, and must
// outlive those that use them.
assay_convolution_weights *assay_convolution_weights_make(const assay_convolution *convolution, int *status);
void assay_convolution_weights_free(assay_convolution_weights *weights);
// weight [out, in/groups, kh, kw], bias [out]
int assay_convolution_weights_set(
    assay_convolution_weights *weights, assay_convolution *convolution, const float *weight, const float *bias);
int assay_convolution_use_weights(assay_convolution *convolution, const assay_convolution_weights *weights);

// Each returns oneDNN's status, 0 when all is well.
int assay_convolution_forward(assay_convolution *convolution, const float *in, float *out, void *scratch);
int assay_convolution_backward_data(
    assay_convolution *convolution, const float *out_gradient, float *in_gradient, void *scratch);
// The gradients stay in the scratch memory. accumulate: add to those that the last call has left there.
int assay_convolution_backward_weights(
    assay_convolution *convolution, const float *in, const float *out_gradient, void *scratch, int accumulate);
// After backward_weights, from its scratch memory: the gradients of weight [out, in/groups, kh, kw] and bias [out].
int assay_convolution_weight_gradient(
    assay_convolution *convolution, const void *scratch, float *weight, float *bias);

// A matrix as its rows lie in memory, `row_length` floats apart; transposed: its columns are taken for rows.
typedef struct {
    const float *values;
    size_t row_length;
    int transposed; // 0 or 1
} assay_matrix;

// to [rows, columns] = scale · a [rows, depth] · b [depth, columns], shapes as after transposing.
int assay_matrix_product(
    size_t rows, size_t columns, size_t depth, float scale, assay_matrix a, assay_matrix b, float *to,
    size_t to_row_length);

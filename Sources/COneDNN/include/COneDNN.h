#pragma once

#include <stddef.h>

// oneDNN behind a small interface of our own: convolutions of one image with everything that their forward and backward
// pass need, made once a shape. Versions 2 and 3 of oneDNN differ in their C interface; only COneDNN.c knows.
//
// Activations lie as [C/block][H*W][block] (see CVectorKernels); where a convolution prefers another layout it converts
// inside. Everything runs on the calling thread once assay_dnn_use_one_thread() was called on it.

typedef struct assay_convolution assay_convolution;

typedef struct {
    int in_channels, in_height, in_width, in_block;
    int out_channels, out_height, out_width, out_block;
    int kernel_height, kernel_width, stride, padding_height, padding_width, dilation, groups;
    int backward_data;    // 0 or 1: the gradient of the input will be asked for
    int backward_weights; // 0 or 1: the gradients of weight and bias will be asked for
} assay_convolution_shape;

// The number of channels that convolutions on this CPU like to find together: 16, 8 or 1.
int assay_dnn_block(void);
void assay_dnn_use_one_thread(void);
// "2.6.3"
void assay_dnn_version(char text[32]);

// Null where oneDNN refuses; `status` then holds its code.
assay_convolution *assay_convolution_make(const assay_convolution_shape *shape, int *status);
void assay_convolution_free(assay_convolution *convolution);
// Bytes of scratch memory that any of its passes needs.
size_t assay_convolution_scratch_size(const assay_convolution *convolution);
// Whether oneDNN has only its reference implementation for the gradient of these weights, hundreds of times slower.
int assay_convolution_has_slow_weights(const assay_convolution *convolution);
// weight [out, in/groups, kh, kw], bias [out]
int assay_convolution_set_weight(assay_convolution *convolution, const float *weight, const float *bias);

// Each returns oneDNN's status, 0 when all is well.
int assay_convolution_forward(assay_convolution *convolution, const float *in, float *out, void *scratch);
int assay_convolution_backward_data(
    assay_convolution *convolution, const float *out_gradient, float *in_gradient, void *scratch);
// accumulate: add to the gradients of the last call instead of replacing them.
int assay_convolution_backward_weights(
    assay_convolution *convolution, const float *in, const float *out_gradient, void *scratch, int accumulate);
// After backward_weights: the gradients of weight [out, in/groups, kh, kw] and bias [out].
int assay_convolution_weight_gradient(assay_convolution *convolution, float *weight, float *bias);

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

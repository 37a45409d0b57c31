#pragma once

#include <stddef.h>

// Softmax attention between the pixels of an area, over plain [C, N] activations: head by head `key` channels of
// queries, as many of keys, and `value` channels of values; N pixels are cut into `areas` runs.

typedef struct {
    int heads;
    int key;
    int value;
    int areas;
    float scale;
} assay_attention_shape;

// output: [heads·value, N]. weights: [heads, areas, N/areas, N/areas], kept for the backward pass.
void assay_attention(
    const assay_attention_shape *shape, const float *input, size_t pixels, float *output, float *weights);

// Gradient of the input from that of the output. `scratch` holds N/areas floats.
void assay_attention_backward(
    const assay_attention_shape *shape, const float *input, size_t pixels, const float *weights,
    const float *gradient, float *input_gradient, float *scratch);

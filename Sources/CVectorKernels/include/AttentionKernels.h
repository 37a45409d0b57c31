#pragma once

#include <stddef.h>

// The rows of a softmax, [rows, length], in place.

void assay_softmax_rows(float *scores, size_t rows, size_t length);

// From the softmax's result and the gradient of it: the gradient of the scores times `scale`, in the gradient's place.
void assay_softmax_rows_backward(const float *weights, float *gradient, size_t rows, size_t length, float scale);

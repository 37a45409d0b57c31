#include "AttentionKernels.h"

#include "CPUDispatch.h"
#include "Exponential.h"

ASSAY_DISPATCH void assay_softmax_rows(float *restrict scores, size_t rows, size_t length) {
    for (size_t i = 0; i < rows; i++) {
#pragma clang fp reassociate(on)
        float *restrict row = scores + i * length;
        float highest = row[0], total = 0;
        for (size_t j = 0; j < length; j++) highest = row[j] > highest ? row[j] : highest;
        for (size_t j = 0; j < length; j++) {
            row[j] = exponential(row[j] - highest);
            total += row[j];
        }
        float factor = 1.0f / total;
        for (size_t j = 0; j < length; j++) row[j] *= factor;
    }
}

ASSAY_DISPATCH void assay_softmax_rows_backward(
    const float *restrict weights, float *restrict gradient, size_t rows, size_t length, float scale) {
    for (size_t i = 0; i < rows; i++) {
#pragma clang fp reassociate(on)
        const float *restrict row = weights + i * length;
        float *restrict slopes = gradient + i * length;
        float mean = 0;
        for (size_t j = 0; j < length; j++) mean += slopes[j] * row[j];
        for (size_t j = 0; j < length; j++) slopes[j] = row[j] * (slopes[j] - mean) * scale;
    }
}

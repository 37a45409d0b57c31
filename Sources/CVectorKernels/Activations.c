#include "TensorKernels.h"

#include "CPUDispatch.h"
#include "Exponential.h"

ASSAY_DISPATCH void assay_silu_keeping_derivative(float *restrict z, float *restrict y, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float value = z[i], s = logistic(value), product = value * s;
        y[i] = product;
        z[i] = s + product * (1.0f - s);
    }
}

// Each value alone decides its own result: iterations are independent even where z and y are the same.
ASSAY_DISPATCH void assay_silu(const float *z, float *y, size_t count) {
#pragma clang loop vectorize(assume_safety)
    for (size_t i = 0; i < count; i++) y[i] = z[i] * logistic(z[i]);
}

ASSAY_DISPATCH void assay_leaky_keeping_derivative(float *restrict z, float *restrict y, float slope, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float derivative = z[i] > 0.0f ? 1.0f : slope;
        y[i] = z[i] * derivative;
        z[i] = derivative;
    }
}

ASSAY_DISPATCH void assay_leaky(const float *z, float *y, float slope, size_t count) {
#pragma clang loop vectorize(assume_safety)
    for (size_t i = 0; i < count; i++) y[i] = z[i] > 0.0f ? z[i] : z[i] * slope;
}

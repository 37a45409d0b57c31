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

ASSAY_DISPATCH void assay_silu(float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = y[i] * logistic(y[i]);
}

ASSAY_DISPATCH void assay_leaky_keeping_derivative(float *restrict z, float *restrict y, float slope, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float derivative = z[i] > 0.0f ? 1.0f : slope;
        y[i] = z[i] * derivative;
        z[i] = derivative;
    }
}

ASSAY_DISPATCH void assay_leaky(float *y, float slope, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = y[i] > 0.0f ? y[i] : y[i] * slope;
}

#pragma once

#include <stddef.h>

// Σ log(1 + e^x), the cross-entropy of logits whose target is 0; gradient[i] = scale·σ(x[i]) unless it is NULL.
double assay_softplus_sum(const float *x, size_t count, float scale, float *gradient);

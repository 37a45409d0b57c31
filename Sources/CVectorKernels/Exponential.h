#pragma once

#include <stdint.h>
#include <string.h>

#include "CPUDispatch.h"

// e^x to about 1e-7 relative: x = n·ln2 + r, a polynomial in r, and n added to the exponent bits.
ASSAY_INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float n = (x * 1.44269504088896341f + 12582912.0f) - 12582912.0f;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

// σ(z)
ASSAY_INLINE float logistic(float z) { return 1.0f / (1.0f + exponential(-z)); }

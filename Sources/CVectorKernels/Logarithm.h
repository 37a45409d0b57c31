#pragma once

#include <stdint.h>
#include <string.h>

#include "CPUDispatch.h"

// log x to about 1e-7: x = m·2^e with m from 0.7 to 1.4, and atanh's series in (m − 1)/(m + 1).
ASSAY_INLINE float logarithm(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t e = (bits - 0x3f3504f3) >> 23;
    bits -= e << 23;
    float m;
    memcpy(&m, &bits, sizeof m);
    float s = (m - 1.0f) / (m + 1.0f), z = s * s;
    float series = ((0.1428571429f * z + 0.2f) * z + 0.3333333333f) * z + 1.0f;
    return (float)e * 0.693147180559945f + 2.0f * s * series + 0.2222222222f * s * z * z * z * z;
}

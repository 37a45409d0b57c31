#include "LossKernels.h"

#include "CPUDispatch.h"
#include "Exponential.h"
#include "Logarithm.h"

enum { run = 1024 };

ASSAY_DISPATCH double assay_softplus_sum(const float *restrict x, size_t count, float scale, float *restrict gradient) {
    double total = 0;
    for (size_t start = 0; start < count; start += run) {
#pragma clang fp reassociate(on)
        size_t end = start + run < count ? start + run : count;
        float sum = 0;
        for (size_t i = start; i < end; i++) {
            float size = x[i] < 0 ? -x[i] : x[i];
            float small = exponential(-size);
            // log(1 + small) keeps its digits where 1 + small would lose them.
            float one = 1.0f + small;
            float log1p = one == 1.0f ? small : logarithm(one) * (small / (one - 1.0f));
            sum += (x[i] > 0 ? x[i] : 0.0f) + log1p;
        }
        total += sum;
        if (gradient) {
            for (size_t i = start; i < end; i++) {
                float size = x[i] < 0 ? -x[i] : x[i];
                float small = exponential(-size);
                gradient[i] = scale * ((x[i] < 0 ? small : 1.0f) / (1.0f + small));
            }
        }
    }
    return total;
}

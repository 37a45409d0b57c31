// How many billion single-precision operations a second one core does at most: independent multiply-adds on vectors.
#include <stdio.h>
#include <time.h>

enum { CHAINS = 16, LANES = 16, STEPS = 50000000 };
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

#if defined(__x86_64__)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
static float multiply_and_add(void) {
#pragma clang fp contract(fast)
    lanes sums[CHAINS], factor, summand;
    for (int lane = 0; lane < LANES; lane++) {
        factor[lane] = 0.9999999f;
        summand[lane] = 1e-9f;
        for (int chain = 0; chain < CHAINS; chain++) sums[chain][lane] = (float)(chain + lane);
    }
    for (int step = 0; step < STEPS; step++)
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) sums[chain] = sums[chain] * factor + summand;
    float total = 0;
    for (int chain = 0; chain < CHAINS; chain++)
        for (int lane = 0; lane < LANES; lane++) total += sums[chain][lane];
    return total;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(void) {
    double best = 0, kept = 0;
    for (int round = 0; round < 3; round++) {
        double start = seconds();
        kept += (double)multiply_and_add();
        double rate = 2.0 * CHAINS * LANES * STEPS / (seconds() - start) / 1e9;
        if (rate > best) best = rate;
    }
    // The sum keeps the work from being left out.
    printf("%.0f\n", kept == 0 ? 0 : best);
    return 0;
}

// The gradients of weight and bias: products of transformed inputs with what arrives; part of WinogradVectors.h.

// Sums of one block of input channels and a panel of output channels lie as [36][LANES][panel · LANES].
#define SUM_STEP (2 * LANES * LANES + 16)

// Σ over tiles of input · gradient for `rows` input channels.
ASSAY_INLINE void multiply_gradients(
    const float *inputs, const float *gradients, size_t block_step, int count, float *to, int panel, int rows,
    int adds) {
    vector sum[LANES][2];
    UNROLLED
    for (int c = 0; c < rows; c++) sum[c][0] = sum[c][1] = (vector){0};
#pragma clang loop unroll_count(2)
    for (int t = 0; t < count; t++) {
        vector first = load(gradients + t * LANES), second = first;
        if (panel > 1) second = load(gradients + block_step + t * LANES);
        UNROLLED
        for (int c = 0; c < rows; c++) {
            vector input = ALL(inputs[t * LANES + c]);
            sum[c][0] = fused(input, first, sum[c][0]);
            if (panel > 1) sum[c][1] = fused(input, second, sum[c][1]);
        }
    }
    if (adds) LATER;
    UNROLLED
    for (int c = 0; c < rows; c++) {
        float *at = to + c * panel * LANES;
        store(at, adds ? load(at) + sum[c][0] : sum[c][0]);
        if (panel > 1) store(at + LANES, adds ? load(at + LANES) + sum[c][1] : sum[c][1]);
    }
}

static void multiply_gradient_block(
    const float *inputs, const float *gradients, size_t block_step, int count, float *to, int panel, int adds) {
    for (int c = 0; panel > 1 && c < LANES; c += ROWS) {
        float *at = to + c * 2 * LANES;
        if (adds) multiply_gradients(inputs + c, gradients, block_step, count, at, 2, ROWS, 1);
        else multiply_gradients(inputs + c, gradients, block_step, count, at, 2, ROWS, 0);
    }
    for (int c = 0; panel == 1 && c < LANES; c += 8) {
        float *at = to + c * LANES;
        if (adds) multiply_gradients(inputs + c, gradients, block_step, count, at, 1, 8, 1);
        else multiply_gradients(inputs + c, gradients, block_step, count, at, 1, 8, 0);
    }
}

// Every vector becomes a column.
ASSAY_INLINE void transpose(vector rows[LANES]) {
    vector next[LANES];
    UNROLLED
    for (int half = LANES / 2; half > 0; half /= 2) {
        UNROLLED
        for (int i = 0; i < LANES / 2; i++) {
            vector a = rows[i], b = rows[i + LANES / 2];
#if LANES == 16
            next[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            next[2 * i + 1] =
                __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
            next[2 * i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
            next[2 * i + 1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#endif
        }
        UNROLLED
        for (int i = 0; i < LANES; i++) rows[i] = next[i];
    }
}

// Sums [36][LANES in][panel · LANES out] to the gradients of one block of output channels, [out][in][3][3].
static void turn_weights(const float *sums, int panel, float *to, size_t out_step, int adds) {
    float values[9 * LANES * LANES] __attribute__((aligned(64)));
    for (int c = 0; c < LANES; c++) {
        vector half[3][WINDOW], turned[3];
        UNROLLED
        for (int x = 0; x < WINDOW; x++) {
            const float *u = sums + c * panel * LANES + x * SUM_STEP;
            turn_weight(
                load(u), load(u + 6 * SUM_STEP), load(u + 12 * SUM_STEP), load(u + 18 * SUM_STEP),
                load(u + 24 * SUM_STEP), load(u + 30 * SUM_STEP), turned);
            UNROLLED
            for (int y = 0; y < 3; y++) half[y][x] = turned[y];
        }
        UNROLLED
        for (int y = 0; y < 3; y++) {
            const vector *h = half[y];
            turn_weight(h[0], h[1], h[2], h[3], h[4], h[5], turned);
            UNROLLED
            for (int x = 0; x < 3; x++) store(values + (c * 9 + y * 3 + x) * LANES, turned[x]);
        }
    }
    // [in · 9][out] to [out][in · 9]
    for (int part = 0; part < 9; part++) {
        vector rows[LANES];
        UNROLLED
        for (int i = 0; i < LANES; i++) rows[i] = load(values + (part * LANES + i) * LANES);
        transpose(rows);
        UNROLLED
        for (int i = 0; i < LANES; i++) {
            float *at = to + (size_t)i * out_step + part * LANES;
            store(at, adds ? load(at) + rows[i] : rows[i]);
        }
    }
}

size_t NAMED(assay_winograd_gradient_scratch_size)(const assay_winograd_shape *s) {
    size_t panels = (size_t)(s->out_channels / LANES + 1) / 2;
    size_t sums = winograd_gradient_tiles(s).rounds > 1 ? panels * (size_t)(s->in_channels / LANES) : 1;
    size_t most = winograd_gradient_tiles(s).most;
    size_t held = product_step(most, s->in_channels) + product_step(most, s->out_channels);
    return sizeof(float) * PRODUCTS * (held + SUM_STEP * sums);
}

void NAMED(assay_winograd_gradient)(
    const assay_winograd_shape *s, const float *in, const float *out_gradient, float *weight, float *bias,
    int accumulate, void *scratch) {
    winograd_tiling tiles = winograd_gradient_tiles(s);
    size_t plane = (size_t)s->height * (size_t)s->width * LANES, row = (size_t)s->width * LANES;
    size_t input_step = product_step(tiles.most, s->in_channels), step = product_step(tiles.most, s->out_channels);
    float *inputs = scratch, *gradients = inputs + PRODUCTS * input_step, *sums = gradients + PRODUCTS * step;
    int in_blocks = s->in_channels / LANES, out_blocks = s->out_channels / LANES;
    size_t out_step = (size_t)s->in_channels * 9;
    if (!accumulate) memset(bias, 0, sizeof(float) * (size_t)s->out_channels);
    for (int round = 0; round < tiles.rounds; round++) {
        int first = winograd_round_start(tiles, round), count = winograd_round_start(tiles, round + 1) - first;
        tile_run run = {first, count, tiles.across, row};
        size_t block_step = (size_t)count * LANES;
        for (int block = 0; block < in_blocks; block++)
            turn_inputs(s, run, in + (size_t)block * plane, inputs + (size_t)block * block_step, input_step);
        for (int block = 0; block < out_blocks; block++)
            turn_gradients(
                s, run, out_gradient + (size_t)block * plane, gradients + (size_t)block * block_step, step,
                bias + block * LANES);
        float *sum = sums;
        for (int out = 0; out < out_blocks; out += 2)
            for (int block = 0; block < in_blocks; block++) {
                int panel = out_blocks - out > 1 ? 2 : 1;
                for (size_t f = 0; f < PRODUCTS; f++)
                    multiply_gradient_block(
                        inputs + f * input_step + (size_t)block * block_step,
                        gradients + f * step + (size_t)out * block_step, block_step, count, sum + f * SUM_STEP, panel,
                        round > 0);
                for (int part = 0; round == tiles.rounds - 1 && part < panel; part++)
                    turn_weights(
                        sum + part * LANES, panel,
                        weight + (size_t)(out + part) * LANES * out_step + (size_t)(block * LANES * 9), out_step,
                        accumulate);
                if (tiles.rounds > 1) sum += PRODUCTS * SUM_STEP;
            }
    }
}

// The convolution: products of transformed tiles with transformed weights; part of WinogradVectors.h.

typedef struct {
    const float *inputs; // [blocks][…][LANES]
    size_t input_step;   // floats from block to block
    const float *weight; // [blocks · LANES][panel · LANES]
    int blocks;          // of input channels
    float *products;     // [panel][…][LANES]
    size_t product_step; // floats from block to block
} product_task;

// Products of `tiles` tiles with `panel` blocks of output channels, added to those that are there or in their place.
ASSAY_INLINE void multiply(const product_task *task, int tiles, int panel, int adds) {
    vector sum[GROUP][2];
    UNROLLED
    for (int t = 0; t < tiles; t++) sum[t][0] = sum[t][1] = (vector){0};
    const float *inputs = task->inputs, *weight = task->weight;
    for (int block = 0; block < task->blocks; block++) {
#pragma clang loop unroll_count(4)
        for (int c = 0; c < LANES; c++) {
            vector first = load(weight), second = panel > 1 ? load(weight + LANES) : first;
            UNROLLED
            for (int t = 0; t < tiles; t++) {
                vector input = ALL(inputs[t * LANES + c]);
                sum[t][0] = fused(input, first, sum[t][0]);
                if (panel > 1) sum[t][1] = fused(input, second, sum[t][1]);
            }
            weight += panel * LANES;
        }
        inputs += task->input_step;
    }
    if (adds) LATER;
    UNROLLED
    for (int t = 0; t < tiles; t++) {
        float *to = task->products + t * LANES, *next = to + task->product_step;
        store(to, adds ? load(to) + sum[t][0] : sum[t][0]);
        if (panel > 1) store(next, adds ? load(next) + sum[t][1] : sum[t][1]);
    }
}

#define CASE(tiles)                                 \
    case tiles:                                     \
        if (panel > 1) multiply(task, tiles, 2, ADDS); \
        else multiply(task, tiles, 1, ADDS);        \
        break;
#if GROUP == 14
#define CASES                                                                                                     \
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#else
#define CASES CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#endif

#define ADDS 0
static void multiply_first(const product_task *task, int tiles, int panel) {
    switch (tiles) { CASES }
}
#undef ADDS
#define ADDS 1
static void multiply_next(const product_task *task, int tiles, int panel) {
    switch (tiles) { CASES }
}
#undef ADDS

typedef struct {
    const float *inputs; // [36][in blocks][count][LANES]
    size_t input_step;
    float *products; // [36][panel][count][LANES]
    size_t product_step;
    int count; // of tiles
    int panel; // blocks of output channels
} tile_products;

// All products of one of the 36 places `f` of a tile with a run of channels, of which `weight` are the weights.
static void multiply_run(
    const assay_winograd_shape *s, const tile_products *p, size_t f, int first_block, const float *weight) {
    int groups = (p->count + GROUP - 1) / GROUP, blocks = s->in_channels / LANES - first_block;
    size_t step = (size_t)p->count * LANES;
    product_task task = {.input_step = step, .weight = weight, .product_step = step};
    task.blocks = blocks < WINOGRAD_CHANNEL_RUN / LANES ? blocks : WINOGRAD_CHANNEL_RUN / LANES;
    for (int group = 0; group < groups; group++) {
        int from = p->count * group / groups, tiles = p->count * (group + 1) / groups - from;
        task.inputs = p->inputs + f * p->input_step + (size_t)first_block * step + (size_t)from * LANES;
        task.products = p->products + f * p->product_step + (size_t)from * LANES;
        if (first_block == 0) multiply_first(&task, tiles, p->panel);
        else multiply_next(&task, tiles, p->panel);
    }
}

// Transformed weights of one panel and one run of channels, [36][run][panel].
#define MADE_STEP (WINOGRAD_CHANNEL_RUN * 2 * LANES + 16)

static void turn_kernels(const float *from, int channels, int panel, float *to) {
    for (int c = 0; c < channels * panel; c++) {
        const float *kernel = from + (c / panel * 9 * panel + c % panel) * LANES;
        vector half[WINDOW][3], turned[WINDOW];
        UNROLLED
        for (int x = 0; x < 3; x++) {
            const float *g = kernel + x * panel * LANES;
            turn_kernel(load(g), load(g + 3 * panel * LANES), load(g + 6 * panel * LANES), turned);
            UNROLLED
            for (int y = 0; y < WINDOW; y++) half[y][x] = turned[y];
        }
        UNROLLED
        for (int y = 0; y < WINDOW; y++) {
            turn_kernel(half[y][0], half[y][1], half[y][2], turned);
            UNROLLED
            for (int x = 0; x < WINDOW; x++) store(to + c * LANES + (y * WINDOW + x) * MADE_STEP, turned[x]);
        }
    }
}

// Products with all channels, for the panel that begins with the block `out`. made: room for transformed weights.
static void multiply_panel(
    const assay_winograd_shape *s, const tile_products *p, int out, const float *weights, float *made) {
    for (int channel = 0; channel < s->in_channels; channel += WINOGRAD_CHANNEL_RUN) {
        const float *run = weights + winograd_weight_place(s, out, channel);
        size_t step = winograd_weight_step(s);
        if (winograd_keeps_plain(s)) {
            int channels = s->in_channels - channel;
            turn_kernels(run, channels < WINOGRAD_CHANNEL_RUN ? channels : WINOGRAD_CHANNEL_RUN, p->panel, made);
            run = made;
            step = MADE_STEP;
        }
        for (size_t f = 0; f < PRODUCTS; f++) multiply_run(s, p, f, channel / LANES, run + f * step);
    }
}

size_t NAMED(assay_winograd_scratch_size)(const assay_winograd_shape *s) {
    size_t most = winograd_convolution_tiles(s).most, made = winograd_keeps_plain(s) ? MADE_STEP : 0;
    return sizeof(float) * PRODUCTS * (product_step(most, s->in_channels) + product_step(most, 2 * LANES) + made);
}

void NAMED(assay_winograd_convolve)(
    const assay_winograd_shape *s, const float *in, const float *transformed, const float *bias, float *out,
    void *scratch) {
    winograd_tiling tiles = winograd_convolution_tiles(s);
    size_t plane = (size_t)s->height * (size_t)s->width * LANES, row = (size_t)s->width * LANES;
    size_t input_step = product_step(tiles.most, s->in_channels), step = product_step(tiles.most, 2 * LANES);
    float *inputs = scratch, *products = inputs + PRODUCTS * input_step, *made = products + PRODUCTS * step;
    int blocks = s->out_channels / LANES;
    for (int round = 0; round < tiles.rounds; round++) {
        int first = winograd_round_start(tiles, round), count = winograd_round_start(tiles, round + 1) - first;
        tile_run run = {first, count, tiles.across, row};
        size_t block_step = (size_t)count * LANES;
        for (int block = 0; block < s->in_channels / LANES; block++)
            turn_inputs(s, run, in + (size_t)block * plane, inputs + (size_t)block * block_step, input_step);
        for (int block = 0; block < blocks; block += 2) {
            tile_products panel = {inputs, input_step, products, step, count, blocks - block > 1 ? 2 : 1};
            multiply_panel(s, &panel, block, transformed, made);
            for (int part = 0; part < panel.panel; part++)
                turn_outputs(
                    s, run, products + (size_t)part * block_step, step, bias ? bias + (block + part) * LANES : NULL,
                    out + (size_t)(block + part) * plane);
        }
    }
}

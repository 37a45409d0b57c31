#include "COneDNN.h"

// Empty without the trait: `swift build` compiles a target that nothing reaches, too, and dnnl.h may not be there.
#if ASSAY_ONEDNN

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dnnl.h>

// libgomp's; declared here because C is never compiled with -fopenmp.
extern void omp_set_num_threads(int);

static dnnl_engine_t engine;
static dnnl_status_t engine_status;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void make_engine(void) { engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0); }

static dnnl_status_t use_engine(void) {
    pthread_once(&engine_once, make_engine);
    return engine_status;
}

void assay_dnn_use_one_thread(void) { omp_set_num_threads(1); }

int assay_dnn_has_bfloat16(void) {
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

int assay_dnn_instructions(void) { return (int)dnnl_get_effective_cpu_isa(); }

void assay_dnn_version(char text[32]) {
    const dnnl_version_t *version = dnnl_version();
    snprintf(text, 32, "%d.%d.%d", version->major, version->minor, version->patch);
}

// --- what differs between the generations: memory descriptors are values in 2.x and handles in 3.x ---

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t layout;
static dnnl_status_t layout_make(
    layout *to, int rank, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    return dnnl_memory_desc_create_with_tag(to, rank, dims, type, tag);
}
static void layout_free(layout *it) {
    if (*it) dnnl_memory_desc_destroy(*it);
    *it = NULL;
}
static int layout_equal(const layout *a, const layout *b) { return dnnl_memory_desc_equal(*a, *b); }
static size_t layout_size(const layout *it) { return dnnl_memory_desc_get_size(*it); }
static dnnl_status_t layout_of(layout *to, const_dnnl_primitive_desc_t of, dnnl_query_t what) {
    return dnnl_memory_desc_clone(to, dnnl_primitive_desc_query_md(of, what, 0));
}
static dnnl_status_t memory_make(dnnl_memory_t *to, const layout *of, void *at) {
    return dnnl_memory_create(to, *of, engine, at);
}
#else
typedef dnnl_memory_desc_t layout;
static dnnl_status_t layout_make(
    layout *to, int rank, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    return dnnl_memory_desc_init_by_tag(to, rank, dims, type, tag);
}
static void layout_free(layout *it) { (void)it; }
static int layout_equal(const layout *a, const layout *b) { return dnnl_memory_desc_equal(a, b); }
static size_t layout_size(const layout *it) { return dnnl_memory_desc_get_size(it); }
static dnnl_status_t layout_of(layout *to, const_dnnl_primitive_desc_t of, dnnl_query_t what) {
    const dnnl_memory_desc_t *found = dnnl_primitive_desc_query_md(of, what, 0);
    if (!found) return dnnl_invalid_arguments;
    *to = *found;
    return dnnl_success;
}
static dnnl_status_t memory_make(dnnl_memory_t *to, const layout *of, void *at) {
    return dnnl_memory_create(to, of, engine, at);
}
#endif

#define CHECK(call)                                  \
    do {                                             \
        dnnl_status_t checked = (call);              \
        if (checked != dnnl_success) return checked; \
    } while (0)

// What a convolution is asked to be, in the terms of both generations.
typedef struct {
    dnnl_dims_t strides, dilates, padding;
    layout src, weight, bias, dst;
    dnnl_primitive_attr_t attributes;
    dnnl_alg_kind_t algorithm;
} request;

typedef dnnl_status_t (*description)(dnnl_primitive_desc_t *to, request *r, dnnl_primitive_desc_t hint);

static dnnl_status_t describe_forward(dnnl_primitive_desc_t *to, request *r, dnnl_primitive_desc_t no_hint) {
    (void)no_hint;
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_forward_primitive_desc_create(
        to, engine, dnnl_forward_training, r->algorithm, r->src, r->weight, r->bias, r->dst, r->strides,
        r->dilates, r->padding, r->padding, r->attributes);
#else
    dnnl_convolution_desc_t d;
    CHECK(dnnl_dilated_convolution_forward_desc_init(
        &d, dnnl_forward_training, r->algorithm, &r->src, &r->weight, &r->bias, &r->dst, r->strides,
        r->dilates, r->padding, r->padding));
    return dnnl_primitive_desc_create(to, &d, r->attributes, engine, NULL);
#endif
}

static dnnl_status_t describe_backward_data(dnnl_primitive_desc_t *to, request *r, dnnl_primitive_desc_t hint) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_backward_data_primitive_desc_create(
        to, engine, r->algorithm, r->src, r->weight, r->dst, r->strides, r->dilates, r->padding,
        r->padding, hint, r->attributes);
#else
    dnnl_convolution_desc_t d;
    CHECK(dnnl_dilated_convolution_backward_data_desc_init(
        &d, r->algorithm, &r->src, &r->weight, &r->dst, r->strides, r->dilates, r->padding, r->padding));
    return dnnl_primitive_desc_create(to, &d, r->attributes, engine, hint);
#endif
}

static dnnl_status_t describe_backward_weights(dnnl_primitive_desc_t *to, request *r, dnnl_primitive_desc_t hint) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_convolution_backward_weights_primitive_desc_create(
        to, engine, r->algorithm, r->src, r->weight, r->bias, r->dst, r->strides, r->dilates, r->padding,
        r->padding, hint, r->attributes);
#else
    dnnl_convolution_desc_t d;
    CHECK(dnnl_dilated_convolution_backward_weights_desc_init(
        &d, r->algorithm, &r->src, &r->weight, &r->bias, &r->dst, r->strides, r->dilates, r->padding,
        r->padding));
    return dnnl_primitive_desc_create(to, &d, r->attributes, engine, hint);
#endif
}

// Winograd's algorithm takes fewer multiplications for 3 × 3 convolutions, but turns weights and pixels about before and
// after: where there are few pixels that costs more than it gains. The choice depends on the shape alone, so that runs
// agree bit for bit; where oneDNN has no such convolution, the direct one is taken.
enum { FEWEST_WINOGRAD_CHANNELS = 16, FEWEST_WINOGRAD_PIXELS = 401, FEWEST_WINOGRAD_WEIGHT_PIXELS = 400 };

static int is_for_winograd(const assay_convolution_shape *s) {
    return s->kernel_height == 3 && s->kernel_width == 3 && s->stride == 1 && s->dilation == 1 && s->groups <= 1
        && s->in_channels >= FEWEST_WINOGRAD_CHANNELS && s->out_channels >= FEWEST_WINOGRAD_CHANNELS;
}

static dnnl_status_t describe_best(
    description describe, dnnl_primitive_desc_t *to, request *r, dnnl_primitive_desc_t hint, int winograd) {
    r->algorithm = winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
    dnnl_status_t status = describe(to, r, hint);
    if (status == dnnl_success || !winograd) return status;
    return describe_best(describe, to, r, hint, 0);
}

static dnnl_status_t describe_reorder(dnnl_primitive_desc_t *to, const layout *from, const layout *into) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_reorder_primitive_desc_create(to, *from, engine, *into, engine, NULL);
#else
    return dnnl_reorder_primitive_desc_create(to, from, engine, into, engine, NULL);
#endif
}

// --- a reorder between a caller's buffer and a buffer of ours ---

typedef struct {
    dnnl_primitive_t primitive;
    dnnl_memory_t from, to;
} reorder;

static dnnl_status_t reorder_make(reorder *it, const layout *from, const layout *to) {
    dnnl_primitive_desc_t described;
    CHECK(describe_reorder(&described, from, to));
    dnnl_status_t status = dnnl_primitive_create(&it->primitive, described);
    dnnl_primitive_desc_destroy(described);
    CHECK(status);
    CHECK(memory_make(&it->from, from, DNNL_MEMORY_NONE));
    return memory_make(&it->to, to, DNNL_MEMORY_NONE);
}

static dnnl_status_t reorder_run(reorder *it, dnnl_stream_t stream, const void *from, void *to) {
    CHECK(dnnl_memory_set_data_handle(it->from, (void *)from));
    CHECK(dnnl_memory_set_data_handle(it->to, to));
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, it->from}, {DNNL_ARG_TO, it->to}};
    CHECK(dnnl_primitive_execute(it->primitive, stream, 2, arguments));
    return dnnl_stream_wait(stream);
}

static void reorder_free(reorder *it) {
    if (it->primitive) dnnl_primitive_destroy(it->primitive);
    if (it->from) dnnl_memory_destroy(it->from);
    if (it->to) dnnl_memory_destroy(it->to);
}

// --- scratch memory that a pass takes piece by piece ---

enum { ALIGNMENT = 64 };

static size_t aligned(size_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static void *take(char **scratch, size_t size) {
    char *piece = *scratch;
    *scratch += aligned(size);
    return piece;
}

// --- an operand: what the caller holds, what the primitive wants, and the way between where they differ ---

typedef struct {
    layout wanted;
    dnnl_memory_t memory;
    int converts;
    reorder conversion;
    void *converted; // in scratch memory, while a pass runs
} operand;

static dnnl_status_t operand_make(operand *it, const_dnnl_primitive_desc_t of, dnnl_query_t what, const layout *held,
                                  int is_output) {
    CHECK(layout_of(&it->wanted, of, what));
    CHECK(memory_make(&it->memory, &it->wanted, DNNL_MEMORY_NONE));
    if (layout_equal(&it->wanted, held)) return dnnl_success;
    it->converts = 1;
    return is_output ? reorder_make(&it->conversion, &it->wanted, held)
                     : reorder_make(&it->conversion, held, &it->wanted);
}

static size_t operand_scratch_size(const operand *it) { return it->converts ? aligned(layout_size(&it->wanted)) : 0; }

static dnnl_status_t operand_bring(operand *it, dnnl_stream_t stream, const float *from, char **scratch) {
    if (!it->converts) return dnnl_memory_set_data_handle(it->memory, (void *)from);
    it->converted = take(scratch, layout_size(&it->wanted));
    CHECK(dnnl_memory_set_data_handle(it->memory, it->converted));
    return reorder_run(&it->conversion, stream, from, it->converted);
}

static dnnl_status_t operand_target(operand *it, float *to, char **scratch) {
    if (!it->converts) return dnnl_memory_set_data_handle(it->memory, to);
    it->converted = take(scratch, layout_size(&it->wanted));
    return dnnl_memory_set_data_handle(it->memory, it->converted);
}

static dnnl_status_t operand_take(operand *it, dnnl_stream_t stream, float *to) {
    return it->converts ? reorder_run(&it->conversion, stream, it->converted, to) : dnnl_success;
}

static void operand_free(operand *it) {
    if (it->memory) dnnl_memory_destroy(it->memory);
    reorder_free(&it->conversion);
    layout_free(&it->wanted);
}

// --- a pass: a primitive with its scratch memory ---

typedef struct {
    dnnl_primitive_t primitive;
    dnnl_memory_t scratch;
    size_t scratch_size;
} pass;

static dnnl_status_t pass_make(pass *it, dnnl_primitive_desc_t described) {
    CHECK(dnnl_primitive_create(&it->primitive, described));
    layout scratch;
    memset(&scratch, 0, sizeof scratch);
    CHECK(layout_of(&scratch, described, dnnl_query_scratchpad_md));
    it->scratch_size = layout_size(&scratch);
    dnnl_status_t status = memory_make(&it->scratch, &scratch, DNNL_MEMORY_NONE);
    layout_free(&scratch);
    return status;
}

static void pass_free(pass *it) {
    if (it->primitive) dnnl_primitive_destroy(it->primitive);
    if (it->scratch) dnnl_memory_destroy(it->scratch);
}

static dnnl_status_t pass_run(pass *it, dnnl_stream_t stream, dnnl_exec_arg_t *arguments, int count, char *scratch) {
    if (it->scratch_size) {
        CHECK(dnnl_memory_set_data_handle(it->scratch, scratch));
        arguments[count].arg = DNNL_ARG_SCRATCHPAD;
        arguments[count++].memory = it->scratch;
    }
    CHECK(dnnl_primitive_execute(it->primitive, stream, count, arguments));
    return dnnl_stream_wait(stream);
}

struct assay_convolution {
    assay_convolution_shape shape;
    dnnl_stream_t stream;
    layout plain_weight, plain_bias, held_in, held_out;
    pass forward, backward_data, backward_weights;
    operand forward_in, forward_out, data_out, data_in, weights_in, weights_out;
    // Weights in the layout of each pass, the bias, and the gradients.
    layout forward_weight_layout, data_weight_layout, gradient_layout;
    dnnl_memory_t forward_weight, data_weight, bias, weight_gradient, bias_gradient;
    reorder to_forward_weight, to_data_weight, from_weight_gradient;
    int has_slow_weights;
};

static dnnl_format_tag_t activation_tag(int block) {
    return block == 16 ? dnnl_nChw16c : block == 8 ? dnnl_nChw8c : dnnl_nchw;
}

static dnnl_status_t allocate(void **to, size_t size) {
    if (posix_memalign(to, ALIGNMENT, size ? size : ALIGNMENT)) return dnnl_out_of_memory;
    memset(*to, 0, size);
    return dnnl_success;
}

static void fill_dims(const assay_convolution_shape *s, dnnl_dims_t in, dnnl_dims_t out, dnnl_dims_t weight) {
    dnnl_dims_t i = {1, s->in_channels, s->in_height, s->in_width};
    dnnl_dims_t o = {1, s->out_channels, s->out_height, s->out_width};
    memcpy(in, i, sizeof i);
    memcpy(out, o, sizeof o);
    int g = s->groups;
    if (g > 1) {
        dnnl_dims_t w = {g, s->out_channels / g, s->in_channels / g, s->kernel_height, s->kernel_width};
        memcpy(weight, w, sizeof w);
    } else {
        dnnl_dims_t w = {s->out_channels, s->in_channels, s->kernel_height, s->kernel_width};
        memcpy(weight, w, sizeof w);
    }
}

// A layout that is a multiple of the block is asked for as it is held; any other is left to oneDNN.
static dnnl_format_tag_t asked_tag(int block) { return block > 1 ? activation_tag(block) : dnnl_format_tag_any; }

static dnnl_status_t build(assay_convolution *c) {
    const assay_convolution_shape *s = &c->shape;
    dnnl_dims_t in, out, weight, bias = {s->out_channels};
    fill_dims(s, in, out, weight);
    int rank = s->groups > 1 ? 5 : 4;
    CHECK(dnnl_stream_create(&c->stream, engine, dnnl_stream_default_flags));
    CHECK(layout_make(&c->held_in, 4, in, dnnl_f32, activation_tag(s->in_block)));
    CHECK(layout_make(&c->held_out, 4, out, dnnl_f32, activation_tag(s->out_block)));
    CHECK(layout_make(&c->plain_weight, rank, weight, dnnl_f32, rank == 5 ? dnnl_goihw : dnnl_oihw));
    CHECK(layout_make(&c->plain_bias, 1, bias, dnnl_f32, dnnl_a));

    // What goes into a backward pass may be rounded to bfloat16; what comes out is single.
    dnnl_data_type_t type = s->bfloat16 ? dnnl_bf16 : dnnl_f32;
    request r;
    memset(&r, 0, sizeof r);
    r.strides[0] = r.strides[1] = s->stride;
    r.dilates[0] = r.dilates[1] = s->dilation - 1;
    r.padding[0] = s->padding_height;
    r.padding[1] = s->padding_width;
    CHECK(layout_make(&r.src, 4, in, dnnl_f32, asked_tag(s->in_block)));
    CHECK(layout_make(&r.dst, 4, out, dnnl_f32, asked_tag(s->out_block)));
    CHECK(layout_make(&r.weight, rank, weight, dnnl_f32, dnnl_format_tag_any));
    CHECK(layout_make(&r.bias, 1, bias, dnnl_f32, dnnl_a));
    CHECK(dnnl_primitive_attr_create(&r.attributes));
    CHECK(dnnl_primitive_attr_set_scratchpad_mode(r.attributes, dnnl_scratchpad_mode_user));

    dnnl_primitive_desc_t forward = NULL, described = NULL;
    int64_t pixels = out[2] * out[3];
    int winograd = is_for_winograd(s) && pixels >= FEWEST_WINOGRAD_PIXELS;
    int winograd_data = winograd && !s->bfloat16;
    int winograd_weights = !s->bfloat16 && is_for_winograd(s) && pixels >= FEWEST_WINOGRAD_WEIGHT_PIXELS;
    dnnl_status_t status = describe_best(describe_forward, &forward, &r, NULL, winograd);
#define STEP(call)                                   \
    do {                                             \
        if (status == dnnl_success) status = (call); \
    } while (0)
    STEP(pass_make(&c->forward, forward));
    STEP(operand_make(&c->forward_in, forward, dnnl_query_src_md, &c->held_in, 0));
    STEP(operand_make(&c->forward_out, forward, dnnl_query_dst_md, &c->held_out, 1));
    STEP(layout_of(&c->forward_weight_layout, forward, dnnl_query_weights_md));
    STEP(memory_make(&c->forward_weight, &c->forward_weight_layout, DNNL_MEMORY_NONE));
    STEP(reorder_make(&c->to_forward_weight, &c->plain_weight, &c->forward_weight_layout));
    STEP(memory_make(&c->bias, &c->plain_bias, DNNL_MEMORY_NONE));
    layout_free(&r.dst);
    STEP(layout_make(&r.dst, 4, out, type, asked_tag(s->out_block)));
    if (s->backward_data) {
        layout_free(&r.weight);
        STEP(layout_make(&r.weight, rank, weight, type, dnnl_format_tag_any));
        STEP(describe_best(describe_backward_data, &described, &r, forward, winograd_data));
        STEP(pass_make(&c->backward_data, described));
        STEP(operand_make(&c->data_out, described, dnnl_query_diff_dst_md, &c->held_out, 0));
        STEP(operand_make(&c->data_in, described, dnnl_query_diff_src_md, &c->held_in, 1));
        STEP(layout_of(&c->data_weight_layout, described, dnnl_query_weights_md));
        STEP(memory_make(&c->data_weight, &c->data_weight_layout, DNNL_MEMORY_NONE));
        STEP(reorder_make(&c->to_data_weight, &c->plain_weight, &c->data_weight_layout));
        if (described) dnnl_primitive_desc_destroy(described);
        described = NULL;
    }
    if (s->backward_weights) {
        layout_free(&r.src);
        layout_free(&r.weight);
        STEP(layout_make(&r.src, 4, in, type, asked_tag(s->in_block)));
        STEP(layout_make(&r.weight, rank, weight, dnnl_f32, dnnl_format_tag_any));
        STEP(describe_best(describe_backward_weights, &described, &r, forward, winograd_weights));
        STEP(pass_make(&c->backward_weights, described));
        const char *name = NULL;
        STEP(dnnl_primitive_desc_query(described, dnnl_query_impl_info_str, 0, &name));
        c->has_slow_weights = name && strncmp(name, "ref", 3) == 0;
        STEP(operand_make(&c->weights_in, described, dnnl_query_src_md, &c->held_in, 0));
        STEP(operand_make(&c->weights_out, described, dnnl_query_diff_dst_md, &c->held_out, 0));
        STEP(layout_of(&c->gradient_layout, described, dnnl_query_diff_weights_md));
        STEP(memory_make(&c->weight_gradient, &c->gradient_layout, DNNL_MEMORY_NONE));
        STEP(memory_make(&c->bias_gradient, &c->plain_bias, DNNL_MEMORY_NONE));
        STEP(reorder_make(&c->from_weight_gradient, &c->gradient_layout, &c->plain_weight));
        if (described) dnnl_primitive_desc_destroy(described);
    }
#undef STEP
    if (forward) dnnl_primitive_desc_destroy(forward);
    dnnl_primitive_attr_destroy(r.attributes);
    layout_free(&r.src);
    layout_free(&r.dst);
    layout_free(&r.weight);
    layout_free(&r.bias);
    return status;
}

assay_convolution *assay_convolution_make(const assay_convolution_shape *shape, int *status) {
    *status = use_engine();
    if (*status) return NULL;
    assay_convolution *c = calloc(1, sizeof *c);
    if (!c) {
        *status = dnnl_out_of_memory;
        return NULL;
    }
    c->shape = *shape;
    *status = build(c);
    if (*status) {
        assay_convolution_free(c);
        return NULL;
    }
    return c;
}

void assay_convolution_free(assay_convolution *c) {
    if (!c) return;
    pass_free(&c->forward);
    pass_free(&c->backward_data);
    pass_free(&c->backward_weights);
    operand *operands[] = {&c->forward_in, &c->forward_out, &c->data_out, &c->data_in, &c->weights_in, &c->weights_out};
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++) operand_free(operands[i]);
    dnnl_memory_t memories[] = {c->forward_weight, c->data_weight, c->bias, c->weight_gradient, c->bias_gradient};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
        if (memories[i]) dnnl_memory_destroy(memories[i]);
    reorder_free(&c->to_forward_weight);
    reorder_free(&c->to_data_weight);
    reorder_free(&c->from_weight_gradient);
    layout *layouts[] = {&c->plain_weight, &c->plain_bias, &c->held_in, &c->held_out,
                         &c->forward_weight_layout, &c->data_weight_layout, &c->gradient_layout};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) layout_free(layouts[i]);
    if (c->stream) dnnl_stream_destroy(c->stream);
    free(c);
}

static size_t bias_size(const assay_convolution *c) { return sizeof(float) * (size_t)c->shape.out_channels; }

// The gradients of one pass, at the beginning of its scratch memory; where images are summed, twice.
static size_t bias_gradient_start(const assay_convolution *c) { return aligned(layout_size(&c->gradient_layout)); }
static size_t gradient_size(const assay_convolution *c) { return bias_gradient_start(c) + aligned(bias_size(c)); }

size_t assay_convolution_scratch_size(const assay_convolution *c, assay_pass which) {
    switch (which) {
    case assay_pass_forward:
        return c->forward.scratch_size + operand_scratch_size(&c->forward_in) + operand_scratch_size(&c->forward_out);
    case assay_pass_backward_data:
        return c->backward_data.scratch_size + operand_scratch_size(&c->data_in) + operand_scratch_size(&c->data_out);
    case assay_pass_backward_weights:
        return c->backward_weights.scratch_size + operand_scratch_size(&c->weights_in)
            + operand_scratch_size(&c->weights_out) + gradient_size(c) * (c->shape.sums_images ? 2 : 1);
    }
    return 0;
}

int assay_convolution_has_slow_weights(const assay_convolution *c) { return c->has_slow_weights; }

struct assay_convolution_weights {
    void *forward, *data, *bias;
};

static dnnl_status_t allocate_weights(const assay_convolution *c, assay_convolution_weights *w) {
    CHECK(allocate(&w->forward, layout_size(&c->forward_weight_layout)));
    if (c->shape.backward_data) CHECK(allocate(&w->data, layout_size(&c->data_weight_layout)));
    return allocate(&w->bias, bias_size(c));
}

assay_convolution_weights *assay_convolution_weights_make(const assay_convolution *c, int *status) {
    assay_convolution_weights *w = calloc(1, sizeof *w);
    *status = w ? (int)allocate_weights(c, w) : dnnl_out_of_memory;
    if (!*status) return w;
    assay_convolution_weights_free(w);
    return NULL;
}

void assay_convolution_weights_free(assay_convolution_weights *w) {
    if (!w) return;
    free(w->forward);
    free(w->data);
    free(w->bias);
    free(w);
}

int assay_convolution_weights_set(
    assay_convolution_weights *w, assay_convolution *c, const float *weight, const float *bias) {
    memcpy(w->bias, bias, bias_size(c));
    CHECK(reorder_run(&c->to_forward_weight, c->stream, weight, w->forward));
    return c->shape.backward_data ? reorder_run(&c->to_data_weight, c->stream, weight, w->data) : dnnl_success;
}

int assay_convolution_use_weights(assay_convolution *c, const assay_convolution_weights *w) {
    CHECK(dnnl_memory_set_data_handle(c->forward_weight, w->forward));
    if (c->shape.backward_data) CHECK(dnnl_memory_set_data_handle(c->data_weight, w->data));
    return dnnl_memory_set_data_handle(c->bias, w->bias);
}

int assay_convolution_forward(assay_convolution *c, const float *in, float *out, void *scratch) {
    char *left = scratch;
    CHECK(operand_bring(&c->forward_in, c->stream, in, &left));
    CHECK(operand_target(&c->forward_out, out, &left));
    dnnl_exec_arg_t arguments[5] = {
        {DNNL_ARG_SRC, c->forward_in.memory},
        {DNNL_ARG_WEIGHTS, c->forward_weight},
        {DNNL_ARG_BIAS, c->bias},
        {DNNL_ARG_DST, c->forward_out.memory},
    };
    CHECK(pass_run(&c->forward, c->stream, arguments, 4, left));
    return operand_take(&c->forward_out, c->stream, out);
}

int assay_convolution_backward_data(
    assay_convolution *c, const float *out_gradient, float *in_gradient, void *scratch) {
    char *left = scratch;
    CHECK(operand_bring(&c->data_out, c->stream, out_gradient, &left));
    CHECK(operand_target(&c->data_in, in_gradient, &left));
    dnnl_exec_arg_t arguments[4] = {
        {DNNL_ARG_DIFF_DST, c->data_out.memory},
        {DNNL_ARG_WEIGHTS, c->data_weight},
        {DNNL_ARG_DIFF_SRC, c->data_in.memory},
    };
    CHECK(pass_run(&c->backward_data, c->stream, arguments, 3, left));
    return operand_take(&c->data_in, c->stream, in_gradient);
}

static void add_to(float *restrict to, const float *restrict from, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] += from[i];
}

int assay_convolution_backward_weights(
    assay_convolution *c, const float *in, const float *out_gradient, void *scratch, int accumulate) {
    char *left = scratch;
    float *sum = take(&left, gradient_size(c)), *part = sum;
    if (c->shape.sums_images) {
        float *second = take(&left, gradient_size(c));
        if (accumulate) part = second;
    }
    CHECK(dnnl_memory_set_data_handle(c->weight_gradient, part));
    CHECK(dnnl_memory_set_data_handle(c->bias_gradient, (char *)part + bias_gradient_start(c)));
    CHECK(operand_bring(&c->weights_in, c->stream, in, &left));
    CHECK(operand_bring(&c->weights_out, c->stream, out_gradient, &left));
    dnnl_exec_arg_t arguments[5] = {
        {DNNL_ARG_SRC, c->weights_in.memory},
        {DNNL_ARG_DIFF_DST, c->weights_out.memory},
        {DNNL_ARG_DIFF_WEIGHTS, c->weight_gradient},
        {DNNL_ARG_DIFF_BIAS, c->bias_gradient},
    };
    CHECK(pass_run(&c->backward_weights, c->stream, arguments, 4, left));
    if (part != sum) {
        size_t bias_start = bias_gradient_start(c) / sizeof(float);
        add_to(sum, part, layout_size(&c->gradient_layout) / sizeof(float));
        add_to(sum + bias_start, part + bias_start, (size_t)c->shape.out_channels);
    }
    return dnnl_success;
}

int assay_convolution_weight_gradient(assay_convolution *c, const void *scratch, float *weight, float *bias) {
    memcpy(bias, (const char *)scratch + bias_gradient_start(c), bias_size(c));
    return reorder_run(&c->from_weight_gradient, c->stream, scratch, weight);
}

int assay_matrix_product(
    size_t rows, size_t columns, size_t depth, float scale, assay_matrix a, assay_matrix b, float *to,
    size_t to_row_length) {
    return dnnl_sgemm(
        a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', (dnnl_dim_t)rows, (dnnl_dim_t)columns, (dnnl_dim_t)depth,
        scale, a.values, (dnnl_dim_t)a.row_length, b.values, (dnnl_dim_t)b.row_length, 0, to,
        (dnnl_dim_t)to_row_length);
}

// Asks oneDNN how it would lay out the activations of a plain 3×3 convolution.
static int probe_block(void) {
    if (use_engine()) return 1;
    request r;
    memset(&r, 0, sizeof r);
    dnnl_dims_t activation = {1, 64, 32, 32}, weight = {64, 64, 3, 3}, bias = {64};
    r.strides[0] = r.strides[1] = r.padding[0] = r.padding[1] = 1;
    dnnl_primitive_desc_t described = NULL;
    int candidates[] = {16, 8}, found = 1;
    for (int i = 0; i < 2 && found == 1; i++) {
        dnnl_format_tag_t tag = activation_tag(candidates[i]);
        layout_make(&r.src, 4, activation, dnnl_f32, tag);
        layout_make(&r.dst, 4, activation, dnnl_f32, tag);
        layout_make(&r.weight, 4, weight, dnnl_f32, dnnl_format_tag_any);
        layout_make(&r.bias, 1, bias, dnnl_f32, dnnl_a);
        r.algorithm = dnnl_convolution_direct;
        if (describe_forward(&described, &r, NULL) == dnnl_success) {
            const char *name = NULL;
            dnnl_primitive_desc_query(described, dnnl_query_impl_info_str, 0, &name);
            if (name && strncmp(name, "jit", 3) == 0) found = candidates[i];
            dnnl_primitive_desc_destroy(described);
        }
        layout_free(&r.src);
        layout_free(&r.dst);
        layout_free(&r.weight);
        layout_free(&r.bias);
    }
    return found;
}

static int block;
static pthread_once_t block_once = PTHREAD_ONCE_INIT;
static void find_block(void) { block = probe_block(); }

int assay_dnn_block(void) {
    pthread_once(&block_once, find_block);
    return block;
}

#endif

#define _GNU_SOURCE
#include "CTorch.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A tensor, and what PyTorch's C functions return: 0 when all is well.
typedef void *tensor;
typedef int32_t status;

// The two things that PyTorch's C functions do not do: one thread, and the same bits in every run. Their names are those
// of C++; whoever lacks one is refused.
#define ONE_THREAD "_ZN2at15set_num_threadsEi"
#define CONTEXT "_ZN2at13globalContextEv"
#define DETERMINISTIC "_ZN2at7Context26setDeterministicAlgorithmsEbb"
#define FILL_FRESH_MEMORY "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb"

#define FAST_CHOICES "_ZN2at7Context17setBenchmarkCuDNNEb"
#define DETERMINISTIC_CUDNN "_ZN2at7Context21setDeterministicCuDNNEb"
#define TF32_CUDNN "_ZN2at7Context17setAllowTF32CuDNNEb"
#define TF32_CUBLAS "_ZN2at7Context18setAllowTF32CuBLASEb"

#define DRIVER "libcuda.so.1"

struct assay_torch {
    int32_t single, kind;
    // NULL where it computes in this machine's memory.
    assay_device *device;
    int is_cuda;
    status (*fresh)(
        int64_t rank, const int64_t *sizes, const int64_t *strides, int32_t type, int32_t device, int32_t device_index,
        tensor *made);
    status (*use_device)(int32_t index, void **guard);
    status (*use_stream)(void *stream, int32_t index, void **guard);
    status (*from_memory)(
        void *data, int64_t rank, const int64_t *sizes, const int64_t *strides, int64_t offset, int32_t type,
        int32_t device, int32_t device_index, tensor *made);
    status (*free)(tensor);
    status (*data)(tensor, void **data);
    status (*count)(tensor, int64_t *count);
    status (*strides)(tensor, int64_t **strides);
    status (*convolve)(
        tensor in, tensor weight, tensor *bias, const int64_t *stride, int64_t, const int64_t *padding, int64_t,
        const int64_t *dilation, int64_t, int32_t transposed, const int64_t *out_padding, int64_t, int64_t groups,
        tensor *out);
    status (*convolve_backward)(
        tensor out_gradient, tensor in, tensor weight, const int64_t **bias_sizes, int64_t, const int64_t *stride,
        int64_t, const int64_t *padding, int64_t, const int64_t *dilation, int64_t, int32_t transposed,
        const int64_t *out_padding, int64_t, int64_t groups, const int32_t *wanted, int64_t, tensor *in_gradient,
        tensor *weight_gradient, tensor *bias_gradient);
    status (*multiply)(tensor to, tensor add, tensor a, tensor b, double add_scale, double scale);
    void (*record_gradients)(_Bool);
    void (*use_threads)(int);
};

const assay_device *assay_torch_device(const assay_torch *torch) { return torch->device; }

// The queue of the calling thread; NULL where there is no device.
static assay_queue *queue_of(const assay_torch *torch) {
    return torch->device ? assay_queue_of_thread(torch->device) : NULL;
}

// The stream that PyTorch uses on this thread. A guard that is never given back: the thread stays with it.
static _Thread_local void *used_stream;

int assay_torch_enter(const assay_torch *torch) {
    torch->use_threads(1);
    torch->record_gradients(0);
    if (!torch->device) return 0;
    assay_queue *queue = queue_of(torch);
    if (!queue) return -1;
    void *stream = assay_queue_stream(queue), *guard = NULL;
    if (!torch->is_cuda || used_stream == stream) return 0;
    status failed = torch->use_device(0, &guard);
    if (!failed) failed = torch->use_stream(stream, 0, &guard);
    if (!failed) used_stream = stream;
    return failed;
}

// Looks up functions one after the other; the first that is missing is kept.
typedef struct {
    void *library;
    const char *missing;
} lookup;

static void find(lookup *lookup, const char *name, void *function) {
    void *found = dlsym(lookup->library, name);
    if (!found && !lookup->missing) lookup->missing = name;
    // ISO C has no conversion between pointers to data and to functions.
    memcpy(function, &found, sizeof found);
}

static int check(const assay_torch *torch);
static void drop(const assay_torch *torch, tensor it);

static assay_torch *refuse(assay_torch *torch, assay_torch_problem *problem, assay_torch_result result, const char *text) {
    problem->result = result;
    snprintf(problem->detail, sizeof problem->detail, "%s", text ? text : "");
    free(torch);
    return NULL;
}

// Local: its C++ is nobody else's. Now: what its libraries lack is said here, not by a crash later.
static void *load(const char *path) { return dlopen(path, RTLD_NOW | RTLD_LOCAL); }

void *assay_torch_compiler(const char *cuda_path) {
    static const char name[] = "libcaffe2_nvrtc.so";
    const char *slash = strrchr(cuda_path, '/');
    size_t folder = slash ? (size_t)(slash - cuda_path) + 1 : 0;
    char *path = malloc(folder + sizeof name);
    if (!path) return NULL;
    memcpy(path, cuda_path, folder);
    memcpy(path + folder, name, sizeof name);
    void *found = load(path);
    free(path);
    return found;
}

// What is asked of PyTorch for CUDA.
static int open_cuda(assay_torch *torch, const char *path, lookup *lookup, assay_torch_problem *problem) {
    // Without it cuBLAS would not promise the same bits in every run.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    lookup->library = load(path);
    if (!lookup->library) {
        refuse(NULL, problem, assay_torch_cannot_be_loaded, dlerror());
        return 0;
    }
    find(lookup, "aoti_torch_cuda_convolution", &torch->convolve);
    find(lookup, "aoti_torch_cuda_convolution_backward", &torch->convolve_backward);
    find(lookup, "aoti_torch_cuda_baddbmm_out", &torch->multiply);
    find(lookup, "aoti_torch_create_cuda_guard", &torch->use_device);
    find(lookup, "aoti_torch_empty_strided", &torch->fresh);
    find(lookup, "aoti_torch_create_cuda_stream_guard", &torch->use_stream);
    return 1;
}

assay_torch *assay_torch_open(
    const char *path, const char *cuda_path, assay_torch_place place, assay_torch_problem *problem) {
    *problem = (assay_torch_problem){assay_torch_opened, assay_device_found, ""};
    assay_torch *torch = calloc(1, sizeof *torch);
    if (!torch) return refuse(NULL, problem, assay_torch_cannot_be_loaded, "there is no memory");
    torch->is_cuda = place == assay_torch_on_cuda;
    // The driver is asked before PyTorch is loaded, which says that there is none by a stack trace.
    if (torch->is_cuda
        && assay_device_count(DRIVER, &problem->device_result, problem->detail, sizeof problem->detail) < 1) {
        problem->result = assay_torch_has_no_device;
        free(torch);
        return NULL;
    }
    void *library = load(path);
    if (!library) return refuse(torch, problem, assay_torch_cannot_be_loaded, dlerror());
    lookup lookup = {library, NULL};
    int32_t (*single)(void), (*kind)(void);
    void *(*context)(void);
    void (*set_deterministic)(void *, _Bool, _Bool), (*fill_fresh_memory)(void *, _Bool);
    void (*choose_by_speed)(void *, _Bool), (*set_deterministic_cudnn)(void *, _Bool);
    void (*allow_tf32_cudnn)(void *, _Bool), (*allow_tf32_cublas)(void *, _Bool);
    find(&lookup, "aoti_torch_dtype_float32", &single);
    find(&lookup, torch->is_cuda ? "aoti_torch_device_type_cuda" : "aoti_torch_device_type_cpu", &kind);
    find(&lookup, "aoti_torch_create_tensor_from_blob", &torch->from_memory);
    find(&lookup, "aoti_torch_delete_tensor_object", &torch->free);
    find(&lookup, "aoti_torch_get_data_ptr", &torch->data);
    find(&lookup, "aoti_torch_get_numel", &torch->count);
    find(&lookup, "aoti_torch_get_strides", &torch->strides);
    find(&lookup, "aoti_torch_cpu_convolution", &torch->convolve);
    find(&lookup, "aoti_torch_cpu_convolution_backward", &torch->convolve_backward);
    find(&lookup, "aoti_torch_cpu_baddbmm_out", &torch->multiply);
    find(&lookup, "aoti_torch_grad_mode_set_enabled", &torch->record_gradients);
    find(&lookup, ONE_THREAD, &torch->use_threads);
    find(&lookup, CONTEXT, &context);
    find(&lookup, DETERMINISTIC, &set_deterministic);
    find(&lookup, FILL_FRESH_MEMORY, &fill_fresh_memory);
    if (torch->is_cuda) {
        find(&lookup, FAST_CHOICES, &choose_by_speed);
        find(&lookup, DETERMINISTIC_CUDNN, &set_deterministic_cudnn);
        find(&lookup, TF32_CUDNN, &allow_tf32_cudnn);
        find(&lookup, TF32_CUBLAS, &allow_tf32_cublas);
    }
    if (!lookup.missing && torch->is_cuda && !open_cuda(torch, cuda_path, &lookup, problem)) {
        free(torch);
        return NULL;
    }
    void *compiler = NULL;
    if (torch->is_cuda && !lookup.missing && !(compiler = assay_torch_compiler(cuda_path)))
        return refuse(torch, problem, assay_torch_cannot_be_loaded, dlerror());
    if (lookup.missing) {
        // Nothing of it has run.
        if (!torch->is_cuda) dlclose(library);
        return refuse(torch, problem, assay_torch_lacks_a_function, lookup.missing);
    }
    torch->single = single();
    torch->kind = kind();
    set_deterministic(context(), 1, 0);
    // All that it makes is written whole; filling it first would only take time.
    fill_fresh_memory(context(), 0);
    if (torch->is_cuda) {
        choose_by_speed(context(), 0);
        set_deterministic_cudnn(context(), 1);
        allow_tf32_cudnn(context(), 0);
        allow_tf32_cublas(context(), 0);
        torch->device = assay_device_of_cuda(
            DRIVER, compiler, 0, &problem->device_result, problem->detail, sizeof problem->detail);
    } else if (place == assay_torch_on_cpu_as_device) {
        torch->device = assay_device_of_host();
    }
    if (place != assay_torch_on_cpu && !torch->device) {
        problem->result = assay_torch_has_no_device;
        free(torch);
        return NULL;
    }
    // What has run stays loaded from here on: it may have threads, and work to do at the end. The first tensor of its own has
    // PyTorch make ready what it needs on a GPU; ours are over memory that is there already.
    const int64_t one = 1;
    tensor first = NULL;
    if (torch->is_cuda && torch->fresh(1, &one, &one, torch->single, torch->kind, 0, &first))
        return refuse(torch, problem, assay_torch_computes_wrongly, "a tensor");
    drop(torch, first);
    if (assay_torch_enter(torch) || !check(torch))
        return refuse(torch, problem, assay_torch_computes_wrongly, "a convolution");
    return torch;
}

// MARK: Tensors over memory of the caller's

static tensor wrap(const assay_torch *torch, const float *data, int rank, const int64_t *sizes, const int64_t *strides) {
    tensor made = NULL;
    status failed = torch->from_memory(
        (void *)data, rank, sizes, strides, 0, torch->single, torch->kind, 0, &made);
    return failed ? NULL : made;
}

static tensor wrap_plain(const assay_torch *torch, const float *data, int64_t n, int64_t c, int64_t h, int64_t w) {
    int64_t sizes[] = {n, c, h, w}, strides[] = {c * h * w, h * w, w, 1};
    return wrap(torch, data, 4, sizes, strides);
}

static void drop(const assay_torch *torch, tensor it) {
    if (it) torch->free(it);
}

// Takes a result of those sizes out of its tensor, however it lies there: into this machine's memory.
static int take_here(const assay_torch *torch, tensor from, const int64_t sizes[4], float *to, int accumulate) {
    void *data = NULL;
    int64_t count = 0, *strides = NULL, expected = sizes[0] * sizes[1] * sizes[2] * sizes[3];
    if (torch->data(from, &data) || torch->count(from, &count) || torch->strides(from, &strides)) return -1;
    if (count != expected || !data || !strides) return -1;
    const float *values = data;
    float *copy = NULL;
    if (torch->device) {
        // In its own order, which is one without gaps.
        copy = malloc((size_t)count * sizeof *copy);
        int status = copy ? assay_device_store(queue_of(torch), copy, data, (size_t)count * sizeof *copy) : -1;
        if (status) {
            free(copy);
            return status;
        }
        values = copy;
    }
    int64_t plain = 1, is_plain = 1;
    for (int axis = 3; axis >= 0; axis--) {
        is_plain &= sizes[axis] == 1 || strides[axis] == plain;
        plain *= sizes[axis];
    }
    if (is_plain && !accumulate) {
        memcpy(to, values, (size_t)count * sizeof *to);
        free(copy);
        return 0;
    }
    for (int64_t n = 0; n < sizes[0]; n++)
        for (int64_t c = 0; c < sizes[1]; c++)
            for (int64_t h = 0; h < sizes[2]; h++) {
                const float *row = values + n * strides[0] + c * strides[1] + h * strides[2];
                for (int64_t w = 0; w < sizes[3]; w++, to++) {
                    float value = row[w * strides[3]];
                    *to = accumulate ? *to + value : value;
                }
            }
    free(copy);
    return 0;
}

// The same, into the memory that it computes in.
static int take(const assay_torch *torch, tensor from, const int64_t sizes[4], float *to, int accumulate) {
    if (!torch->device) return take_here(torch, from, sizes, to, accumulate);
    assay_queue *queue = queue_of(torch);
    void *data = NULL;
    int64_t count = 0, *strides = NULL, plain = 1, is_plain = 1;
    if (torch->data(from, &data) || torch->count(from, &count) || torch->strides(from, &strides) || !data) return -1;
    for (int axis = 3; axis >= 0; axis--) {
        is_plain &= sizes[axis] == 1 || strides[axis] == plain;
        plain *= sizes[axis];
    }
    if (count != plain) return -1;
    if (is_plain)
        return accumulate ? assay_device_add_to(queue, to, data, count)
                          : assay_device_copy(queue, to, data, (size_t)count * sizeof *to);
    // Seldom: by way of this machine.
    float *here = malloc((size_t)count * sizeof *here);
    int failed = here ? take_here(torch, from, sizes, here, 0) : -1;
    if (!failed)
        failed = accumulate ? assay_device_load_adding(queue, to, here, count)
                            : assay_device_load(queue, to, here, (size_t)count * sizeof *here);
    if (!failed) failed = assay_queue_wait(queue);
    free(here);
    return failed;
}

// The same for a result of one axis, whose values lie side by side.
static int take_list(const assay_torch *torch, tensor from, int64_t expected, float *to, int accumulate) {
    void *data = NULL;
    int64_t count = 0, *strides = NULL;
    if (torch->data(from, &data) || torch->count(from, &count) || torch->strides(from, &strides)) return -1;
    if (count != expected || !data || (count > 1 && strides[0] != 1)) return -1;
    const float *values = data;
    if (torch->device)
        return accumulate ? assay_device_add_to(queue_of(torch), to, values, count)
                          : assay_device_copy(queue_of(torch), to, values, (size_t)count * sizeof *to);
    for (int64_t index = 0; index < count; index++) to[index] = accumulate ? to[index] + values[index] : values[index];
    return 0;
}

// MARK: Convolutions

static tensor wrap_in(const assay_torch *torch, const assay_torch_shape *it, const float *in) {
    return wrap_plain(torch, in, 1, it->in_channels, it->in_height, it->in_width);
}

static tensor wrap_out(const assay_torch *torch, const assay_torch_shape *it, const float *out) {
    return wrap_plain(torch, out, 1, it->out_channels, it->out_height, it->out_width);
}

static tensor wrap_weight(const assay_torch *torch, const assay_torch_shape *it, const float *weight) {
    return wrap_plain(
        torch, weight, it->out_channels, it->in_channels / it->groups, it->kernel_height, it->kernel_width);
}

int assay_torch_forward(
    const assay_torch *torch, const assay_torch_shape *it, const float *in, const float *weight, const float *bias,
    float *out) {
    int64_t stride[] = {it->stride, it->stride}, padding[] = {it->padding_height, it->padding_width};
    int64_t dilation[] = {it->dilation, it->dilation}, none[] = {0, 0};
    int64_t channels[] = {it->out_channels}, unit[] = {1};
    tensor from = wrap_in(torch, it, in), kernel = wrap_weight(torch, it, weight);
    tensor shift = wrap(torch, bias, 1, channels, unit), made = NULL;
    int failed = !from || !kernel || !shift ? -1 : 0;
    if (!failed)
        failed = torch->convolve(
            from, kernel, &shift, stride, 2, padding, 2, dilation, 2, 0, none, 2, it->groups, &made);
    int64_t sizes[] = {1, it->out_channels, it->out_height, it->out_width};
    if (!failed) failed = take(torch, made, sizes, out, 0);
    drop(torch, from), drop(torch, kernel), drop(torch, shift), drop(torch, made);
    return failed;
}

// The gradients of input, or of weight and bias.
static int backward(
    const assay_torch *torch, const assay_torch_shape *it, const float *in, const float *out_gradient,
    const float *weight, const int32_t wanted[3], tensor made[3]) {
    int64_t stride[] = {it->stride, it->stride}, padding[] = {it->padding_height, it->padding_width};
    int64_t dilation[] = {it->dilation, it->dilation}, none[] = {0, 0}, channels[] = {it->out_channels};
    const int64_t *bias_sizes = channels;
    tensor arriving = wrap_out(torch, it, out_gradient), from = wrap_in(torch, it, in);
    tensor kernel = wrap_weight(torch, it, weight);
    int failed = !arriving || !from || !kernel ? -1 : 0;
    if (!failed)
        failed = torch->convolve_backward(
            arriving, from, kernel, &bias_sizes, 1, stride, 2, padding, 2, dilation, 2, 0, none, 2, it->groups, wanted,
            3, &made[0], &made[1], &made[2]);
    drop(torch, arriving), drop(torch, from), drop(torch, kernel);
    return failed;
}

int assay_torch_backward_data(
    const assay_torch *torch, const assay_torch_shape *it, const float *out_gradient, const float *weight,
    float *in_gradient) {
    tensor made[3] = {NULL, NULL, NULL};
    const int32_t wanted[] = {1, 0, 0};
    // Of the input itself only the size is asked for.
    int failed = backward(torch, it, in_gradient, out_gradient, weight, wanted, made);
    int64_t sizes[] = {1, it->in_channels, it->in_height, it->in_width};
    if (!failed) failed = take(torch, made[0], sizes, in_gradient, 0);
    for (int index = 0; index < 3; index++) drop(torch, made[index]);
    return failed;
}

int assay_torch_backward_weights(
    const assay_torch *torch, const assay_torch_shape *it, const float *in, const float *out_gradient,
    const float *weight, float *weight_gradient, float *bias_gradient, int accumulate) {
    tensor made[3] = {NULL, NULL, NULL};
    const int32_t wanted[] = {0, 1, 1};
    int failed = backward(torch, it, in, out_gradient, weight, wanted, made);
    int64_t sizes[] = {it->out_channels, it->in_channels / it->groups, it->kernel_height, it->kernel_width};
    if (!failed) failed = take(torch, made[1], sizes, weight_gradient, accumulate);
    if (!failed) failed = take_list(torch, made[2], it->out_channels, bias_gradient, accumulate);
    for (int index = 0; index < 3; index++) drop(torch, made[index]);
    return failed;
}

// MARK: Products of matrices

static tensor wrap_matrix(
    const assay_torch *torch, const float *values, int64_t rows, int64_t columns, int64_t row_length, int transposed) {
    int64_t sizes[] = {1, rows, columns};
    int64_t strides[] = {rows * columns, transposed ? 1 : row_length, transposed ? row_length : 1};
    return wrap(torch, values, 3, sizes, strides);
}

int assay_torch_product(
    const assay_torch *torch, int64_t rows, int64_t columns, int64_t depth, double scale, assay_torch_matrix a,
    assay_torch_matrix b, float *to, int64_t to_row_length) {
    tensor left = wrap_matrix(torch, a.values, rows, depth, a.row_length, a.transposed);
    tensor right = wrap_matrix(torch, b.values, depth, columns, b.row_length, b.transposed);
    tensor made = wrap_matrix(torch, to, rows, columns, to_row_length, 0);
    // What is there is added times zero, which is left out where it is no number.
    int failed = !left || !right || !made ? -1 : torch->multiply(made, made, left, right, 0, scale);
    drop(torch, left), drop(torch, right), drop(torch, made);
    return failed;
}

// MARK: The trial

// By value: a zero may have either sign.
static int same(const float *a, const float *b, int count) {
    for (int index = 0; index < count; index++)
        if (a[index] != b[index]) return 0;
    return 1;
}

// Values here, and where it computes.
typedef struct {
    const float *here;
    size_t bytes;
    float *there;
} mirror;

static int mirrored(const assay_torch *torch, mirror *it) {
    if (!torch->device) {
        it->there = (float *)it->here;
        return 1;
    }
    it->there = assay_device_allocate(torch->device, it->bytes);
    return it->there && !assay_device_load(queue_of(torch), it->there, it->here, it->bytes);
}

// Whether small whole numbers come out as they must: a function with other arguments than ours would not do that.
static int check(const assay_torch *torch) {
    enum { side = 4, kernel = 3, out = 2, channels = 2 };
    const assay_torch_shape shape = {channels, side, side, channels, out, out, kernel, kernel, 1, 0, 0, 1, 1};
    float in[channels * side * side], weight[channels * channels * kernel * kernel], bias[] = {7, -3};
    float result[channels * out * out] = {0}, gradient[channels * out * out], weight_gradient[sizeof weight / 4] = {0};
    float in_gradient[sizeof in / 4] = {0}, bias_gradient[channels] = {0};
    float expected_weight[sizeof weight / 4] = {0}, expected_in[sizeof in / 4] = {0}, expected_bias[channels] = {0};
    for (int i = 0; i < (int)(sizeof in / 4); i++) in[i] = (float)(i * 5 % 11 - 4);
    for (int i = 0; i < (int)(sizeof weight / 4); i++) weight[i] = (float)(i * 7 % 13 - 6);
    for (int i = 0; i < (int)(sizeof gradient / 4); i++) gradient[i] = (float)(i * 3 % 5 - 1);
    const float square[] = {1, 2, 3, 4};
    float product[] = {0, 0, 0, 0};
    mirror of[] = {
        {in, sizeof in, NULL}, {weight, sizeof weight, NULL}, {bias, sizeof bias, NULL}, {result, sizeof result, NULL},
        {gradient, sizeof gradient, NULL}, {in_gradient, sizeof in_gradient, NULL}, {square, sizeof square, NULL},
        {product, sizeof product, NULL}, {weight_gradient, sizeof weight_gradient, NULL},
        {bias_gradient, sizeof bias_gradient, NULL},
    };
    enum { every = sizeof of / sizeof *of };
    int failed = 0;
    for (int index = 0; index < every; index++) failed = failed || !mirrored(torch, &of[index]);
    float *const result_there = of[3].there, *const in_gradient_there = of[5].there, *const product_there = of[7].there;
    float *const weight_gradient_there = of[8].there, *const bias_gradient_there = of[9].there;
    const float *const weight_there = of[1].there, *const gradient_there = of[4].there;
    // [[1, 2], [3, 4]] times the transposed of itself.
    const assay_torch_matrix plain = {of[6].there, 2, 0}, turned = {of[6].there, 2, 1};
    failed = failed || assay_torch_forward(torch, &shape, of[0].there, weight_there, of[2].there, result_there)
        || assay_torch_backward_data(torch, &shape, gradient_there, weight_there, in_gradient_there)
        || assay_torch_backward_weights(
            torch, &shape, of[0].there, gradient_there, weight_there, weight_gradient_there, bias_gradient_there, 0)
        || assay_torch_product(torch, 2, 2, 2, 2, plain, turned, product_there, 2);
    if (torch->device && !failed)
        failed = assay_device_store(queue_of(torch), result, result_there, sizeof result)
            || assay_device_store(queue_of(torch), in_gradient, in_gradient_there, sizeof in_gradient)
            || assay_device_store(queue_of(torch), product, product_there, sizeof product)
            || assay_device_store(queue_of(torch), weight_gradient, weight_gradient_there, sizeof weight_gradient)
            || assay_device_store(queue_of(torch), bias_gradient, bias_gradient_there, sizeof bias_gradient);
    for (int index = 0; torch->device && index < every; index++) assay_device_release(torch->device, of[index].there);
    if (failed) return 0;
    for (int o = 0; o < channels; o++)
        for (int y = 0; y < out; y++)
            for (int x = 0; x < out; x++) {
                float sum = bias[o], arriving = gradient[(o * out + y) * out + x];
                expected_bias[o] += arriving;
                for (int c = 0; c < channels; c++)
                    for (int v = 0; v < kernel; v++)
                        for (int u = 0; u < kernel; u++) {
                            int at = (c * side + y + v) * side + x + u, tap = ((o * channels + c) * kernel + v) * kernel + u;
                            sum += in[at] * weight[tap];
                            expected_weight[tap] += in[at] * arriving;
                            expected_in[at] += weight[tap] * arriving;
                        }
                if (result[(o * out + y) * out + x] != sum) return 0;
            }
    const float expected_product[] = {10, 22, 22, 50};
    return same(weight_gradient, expected_weight, sizeof weight / 4) && same(in_gradient, expected_in, sizeof in / 4)
        && same(bias_gradient, expected_bias, channels) && same(product, expected_product, 4);
}

#define _GNU_SOURCE
#include "CDevice.h"

#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The loops as C.
#define ASSAY_KERNELS(...) __VA_ARGS__
#define KERNEL static void
#define EACH(i, count) for (long i = 0, all = (count); i < all; i++)
#include "DeviceKernels.h"
#undef ASSAY_KERNELS
#undef KERNEL
#undef EACH

// The loops as text: turns are divided among all threads.
#define ASSAY_KERNELS(...) #__VA_ARGS__
static const char source[] =
    "#define KERNEL extern \"C\" __global__ void\n"
    "#define EACH(i, count) for (long i = blockIdx.x * (long)blockDim.x + threadIdx.x, all = (count); i < all; "
    "i += (long)gridDim.x * blockDim.x)\n"
#include "DeviceKernels.h"
    ;

#define EVERY_KERNEL(X) \
    X(silu_keeping_derivative) X(silu) X(leaky_keeping_derivative) X(leaky) X(multiply) X(add_to) X(add_up) \
    X(max_pool) X(max_pool_backward) X(upsample) X(upsample_backward) X(pixel_shuffle) X(softmax_rows) \
    X(softmax_rows_backward) X(batch_sums) X(normalize_activate) X(normalize_backward_sums) X(normalize_backward) \
    X(add_runs) X(unfold_lanes) X(unfold_scales) X(scale_channels) X(square_lanes) X(add_buckets)

#define NUMBER(name) number_of_##name,
enum { EVERY_KERNEL(NUMBER) kernel_count };
#define NAME(name) #name,
static const char *const kernel_names[] = {EVERY_KERNEL(NAME)};

// What is asked of the driver; addresses of a device are numbers of 64 bits there.
typedef unsigned long long address;

typedef struct {
    int (*start)(unsigned flags);
    int (*count)(int *count);
    int (*get)(int *device, int index);
    int (*attribute)(int *value, int attribute, int device);
    int (*retain)(void **context, int device);
    int (*enter)(void *context);
    int (*load_module)(void **module, const void *image);
    int (*get_function)(void **function, void *module, const char *name);
    int (*launch)(
        void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
        unsigned block_z, unsigned shared, void *stream, void **arguments, void **extra);
    int (*make_stream)(void **stream, unsigned flags);
    int (*free_stream)(void *stream);
    int (*wait)(void *stream);
    int (*allocate)(address *memory, size_t bytes);
    int (*release)(address memory);
    int (*load)(address to, const void *host, size_t bytes, void *stream);
    int (*store)(void *host, address from, size_t bytes, void *stream);
    int (*copy)(address to, address from, size_t bytes, void *stream);
    int (*fill)(address to, unsigned char value, size_t bytes, void *stream);
} driver_functions;

struct assay_device {
    int is_host;
    driver_functions driver;
    void *context;
    void *functions[kernel_count];
    unsigned largest_grid;
};

struct assay_queue {
    const assay_device *device;
    // The same thread's, of another device.
    assay_queue *next;
    void *stream;
    // Room for what a batch-norm needs of each channel, grown as needed.
    char *room;
    size_t room_bytes;
};

static void say(char *detail, size_t size, const char *text) {
    if (size) snprintf(detail, size, "%s", text);
}

static void say_status(char *detail, size_t size, const char *what, int status) {
    if (size) snprintf(detail, size, "%s (status %d)", what, status);
}

static int find_driver(const char *path, driver_functions *it, assay_device_result *result, char *detail, size_t size) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *words = dlerror();
        *result = assay_device_has_no_driver;
        say(detail, size, words ? words : "");
        return 0;
    }
    const struct {
        const char *name;
        void *function;
    } wanted[] = {
        {"cuInit", &it->start},
        {"cuDeviceGetCount", &it->count},
        {"cuDeviceGet", &it->get},
        {"cuDeviceGetAttribute", &it->attribute},
        {"cuDevicePrimaryCtxRetain", &it->retain},
        {"cuCtxSetCurrent", &it->enter},
        {"cuModuleLoadData", &it->load_module},
        {"cuModuleGetFunction", &it->get_function},
        {"cuLaunchKernel", &it->launch},
        {"cuStreamCreate", &it->make_stream},
        {"cuStreamDestroy_v2", &it->free_stream},
        {"cuStreamSynchronize", &it->wait},
        {"cuMemAlloc_v2", &it->allocate},
        {"cuMemFree_v2", &it->release},
        {"cuMemcpyHtoDAsync_v2", &it->load},
        {"cuMemcpyDtoHAsync_v2", &it->store},
        {"cuMemcpyDtoDAsync_v2", &it->copy},
        {"cuMemsetD8Async", &it->fill},
    };
    for (size_t index = 0; index < sizeof wanted / sizeof *wanted; index++) {
        void *found = dlsym(library, wanted[index].name);
        if (!found) {
            *result = assay_device_lacks_a_function;
            say(detail, size, wanted[index].name);
            dlclose(library);
            return 0;
        }
        memcpy(wanted[index].function, &found, sizeof found);
    }
    int status = it->start(0);
    if (status) {
        *result = assay_device_has_no_driver;
        say_status(detail, size, "the driver does not start", status);
        return 0;
    }
    return 1;
}

int assay_device_count(const char *driver, assay_device_result *result, char *detail, size_t size) {
    driver_functions functions;
    int count = 0;
    if (!find_driver(driver, &functions, result, detail, size)) return 0;
    int status = functions.count(&count);
    *result = status ? assay_device_has_no_driver : count > 0 ? assay_device_found : assay_device_is_not_there;
    if (status) say_status(detail, size, "the driver does not count its devices", status);
    return status ? 0 : count;
}

// MARK: NVRTC

// The loops for a GPU of that architecture; NULL where they cannot be compiled.
static char *compiled(void *library, int major, int minor, assay_device_result *result, char *detail, size_t size) {
    int (*make)(void **, const char *, const char *, int, const char *const *, const char *const *);
    int (*compile)(void *, int, const char *const *), (*get_size)(void *, size_t *), (*get)(void *, char *);
    int (*get_log_size)(void *, size_t *), (*get_log)(void *, char *), (*destroy)(void **);
    const struct {
        const char *name;
        void *function;
    } wanted[] = {
        {"nvrtcCreateProgram", &make},       {"nvrtcCompileProgram", &compile}, {"nvrtcGetCUBINSize", &get_size},
        {"nvrtcGetCUBIN", &get},             {"nvrtcDestroyProgram", &destroy}, {"nvrtcGetProgramLogSize", &get_log_size},
        {"nvrtcGetProgramLog", &get_log},
    };
    for (size_t index = 0; index < sizeof wanted / sizeof *wanted; index++) {
        void *found = dlsym(library, wanted[index].name);
        if (!found) {
            *result = assay_device_lacks_a_function;
            say(detail, size, wanted[index].name);
            return NULL;
        }
        memcpy(wanted[index].function, &found, sizeof found);
    }
    char architecture[48];
    snprintf(architecture, sizeof architecture, "--gpu-architecture=sm_%d%d", major, minor);
    // A product and a sum are rounded one after the other, as in C.
    const char *options[] = {architecture, "--fmad=false"};
    void *program = NULL;
    char *image = NULL;
    size_t bytes = 0;
    *result = assay_device_cannot_compile;
    if (make(&program, source, "DeviceKernels.cu", 0, NULL, NULL)) {
        say(detail, size, "NVRTC does not start");
        return NULL;
    }
    int status = compile(program, 2, options);
    if (status) {
        char *log = NULL;
        if (!get_log_size(program, &bytes) && (log = malloc(bytes + 1)) && !get_log(program, log)) say(detail, size, log);
        else say_status(detail, size, "NVRTC", status);
        free(log);
    } else if (!get_size(program, &bytes) && bytes && (image = malloc(bytes)) && get(program, image)) {
        say(detail, size, "NVRTC keeps what it has made");
        free(image);
        image = NULL;
    } else if (!image) {
        say(detail, size, "NVRTC made nothing");
    }
    destroy(&program);
    if (image) *result = assay_device_found;
    return image;
}

int assay_device_compiles(void *compiler, int major, int minor, char *detail, size_t size) {
    assay_device_result result;
    char *image = compiled(compiler, major, minor, &result, detail, size);
    free(image);
    return image != NULL;
}

// MARK: Devices

assay_device *assay_device_of_host(void) {
    assay_device *device = calloc(1, sizeof *device);
    if (!device) return NULL;
    device->is_host = 1;
    return device;
}

enum { computes_major = 75, computes_minor = 76, processors = 16 };

assay_device *assay_device_of_cuda(
    const char *driver, void *compiler, int index, assay_device_result *result, char *detail, size_t size) {
    assay_device *device = calloc(1, sizeof *device);
    if (!device || !find_driver(driver, &device->driver, result, detail, size)) {
        free(device);
        return NULL;
    }
    const driver_functions *it = &device->driver;
    int count = 0, number = 0, major = 0, minor = 0, multiprocessors = 0, status;
    if ((status = it->count(&count)) || index < 0 || index >= count) {
        *result = assay_device_is_not_there;
        if (size) snprintf(detail, size, "%d", count);
        free(device);
        return NULL;
    }
    *result = assay_device_fails;
    const char *what = "asking about it";
    status = it->get(&number, index);
    if (!status) status = it->attribute(&major, computes_major, number);
    if (!status) status = it->attribute(&minor, computes_minor, number);
    if (!status) status = it->attribute(&multiprocessors, processors, number);
    if (!status) what = "entering it", status = it->retain(&device->context, number);
    if (!status) status = it->enter(device->context);
    char *image = status ? NULL : compiled(compiler, major, minor, result, detail, size);
    if (!status && !image) {
        free(device);
        return NULL;
    }
    void *module = NULL;
    if (!status) what = "loading the loops", status = it->load_module(&module, image);
    for (int kernel = 0; !status && kernel < kernel_count; kernel++)
        status = it->get_function(&device->functions[kernel], module, kernel_names[kernel]);
    free(image);
    if (status) {
        *result = assay_device_fails;
        say_status(detail, size, what, status);
        free(device);
        return NULL;
    }
    device->largest_grid = (unsigned)(multiprocessors > 0 ? multiprocessors : 1) * 8;
    *result = assay_device_found;
    return device;
}

// A thread has one queue of each device: networks of one thread follow each other anyway.
static pthread_key_t queues_of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_queues(void *it) {
    for (assay_queue *queue = it, *next; queue; queue = next) {
        next = queue->next;
        assay_device_release(queue->device, queue->room);
        if (!queue->device->is_host && !queue->device->driver.enter(queue->device->context))
            queue->device->driver.free_stream(queue->stream);
        free(queue);
    }
}

static void make_key(void) { pthread_key_create(&queues_of_thread, free_queues); }

assay_queue *assay_queue_of_thread(const assay_device *device) {
    pthread_once(&once, make_key);
    assay_queue *first = pthread_getspecific(queues_of_thread), *queue = first;
    while (queue && queue->device != device) queue = queue->next;
    if (queue) return queue;
    queue = calloc(1, sizeof *queue);
    if (!queue) return NULL;
    queue->device = device;
    queue->next = first;
    // 1: not waiting for the default stream; each queue has its own order.
    if ((!device->is_host
         && (device->driver.enter(device->context) || device->driver.make_stream(&queue->stream, 1)))
        || pthread_setspecific(queues_of_thread, queue)) {
        free(queue);
        return NULL;
    }
    return queue;
}

void *assay_queue_stream(const assay_queue *queue) { return queue->stream; }

int assay_queue_wait(assay_queue *queue) {
    return queue->device->is_host ? 0 : queue->device->driver.wait(queue->stream);
}

// MARK: Memory

void *assay_device_allocate(const assay_device *device, size_t bytes) {
    if (device->is_host) return aligned_alloc(64, (bytes + 63) / 64 * 64);
    address memory = 0;
    if (device->driver.enter(device->context) || device->driver.allocate(&memory, bytes)) return NULL;
    return (void *)memory;
}

void assay_device_release(const assay_device *device, void *memory) {
    if (!memory) return;
    if (device->is_host) {
        free(memory);
        return;
    }
    // The driver waits for all work of the device before memory is given back.
    if (!device->driver.enter(device->context)) device->driver.release((address)memory);
}

int assay_device_load(assay_queue *queue, void *to, const void *host, size_t bytes) {
    if (queue->device->is_host) return memcpy(to, host, bytes), 0;
    return queue->device->driver.load((address)to, host, bytes, queue->stream);
}

int assay_device_store(assay_queue *queue, void *host, const void *from, size_t bytes) {
    if (queue->device->is_host) return memcpy(host, from, bytes), 0;
    int status = queue->device->driver.store(host, (address)from, bytes, queue->stream);
    return status ? status : queue->device->driver.wait(queue->stream);
}

int assay_device_copy(assay_queue *queue, void *to, const void *from, size_t bytes) {
    if (queue->device->is_host) return memmove(to, from, bytes), 0;
    return queue->device->driver.copy((address)to, (address)from, bytes, queue->stream);
}

int assay_device_zero(assay_queue *queue, void *to, size_t bytes) {
    if (queue->device->is_host) return memset(to, 0, bytes), 0;
    return queue->device->driver.fill((address)to, 0, bytes, queue->stream);
}

static int make_room(assay_queue *queue, long channels, int singles, long doubles);

// MARK: Loops

enum { block = 256 };

static int launch(assay_queue *queue, int kernel, long turns, void **arguments) {
    if (turns <= 0) return 0;
    const assay_device *device = queue->device;
    unsigned long blocks = ((unsigned long)turns + block - 1) / block;
    unsigned grid = blocks < device->largest_grid ? (unsigned)blocks : device->largest_grid;
    return device->driver.launch(device->functions[kernel], grid, 1, 1, block, 1, 1, 0, queue->stream, arguments, NULL);
}

// Runs a loop with arguments, each of which has an address.
#define RUN(name, turns, call, ...) \
    do { \
        if (queue->device->is_host) { \
            name call; \
            return 0; \
        } \
        void *arguments[] = {__VA_ARGS__}; \
        return launch(queue, number_of_##name, turns, arguments); \
    } while (0)

int assay_device_silu_keeping_derivative(assay_queue *queue, float *z, float *y, long count) {
    RUN(silu_keeping_derivative, count, (z, y, count), &z, &y, &count);
}

int assay_device_silu(assay_queue *queue, const float *z, float *y, long count) {
    RUN(silu, count, (z, y, count), &z, &y, &count);
}

int assay_device_leaky_keeping_derivative(assay_queue *queue, float *z, float *y, float slope, long count) {
    RUN(leaky_keeping_derivative, count, (z, y, slope, count), &z, &y, &slope, &count);
}

int assay_device_leaky(assay_queue *queue, const float *z, float *y, float slope, long count) {
    RUN(leaky, count, (z, y, slope, count), &z, &y, &slope, &count);
}

int assay_device_multiply(assay_queue *queue, float *to, const float *by, long count) {
    RUN(multiply, count, (to, by, count), &to, &by, &count);
}

int assay_device_add_to(assay_queue *queue, float *to, const float *from, long count) {
    RUN(add_to, count, (to, from, count), &to, &from, &count);
}

int assay_device_add_up(assay_queue *queue, float *to, const float *a, const float *b, long count) {
    RUN(add_up, count, (to, a, b, count), &to, &a, &b, &count);
}

int assay_device_max_pool(
    assay_queue *queue, const float *from, float *to, int *index, long planes, int height, int width, int kernel,
    int stride, int padding, int out_height, int out_width) {
    RUN(max_pool, planes * out_height * out_width,
        (from, to, index, planes, height, width, kernel, stride, padding, out_height, out_width), &from, &to, &index,
        &planes, &height, &width, &kernel, &stride, &padding, &out_height, &out_width);
}

int assay_device_max_pool_backward(
    assay_queue *queue, const float *gradient, const int *index, float *to, long planes, int height, int width,
    int kernel, int stride, int padding, int out_height, int out_width) {
    RUN(max_pool_backward, planes * height * width,
        (gradient, index, to, planes, height, width, kernel, stride, padding, out_height, out_width), &gradient,
        &index, &to, &planes, &height, &width, &kernel, &stride, &padding, &out_height, &out_width);
}

int assay_device_upsample(
    assay_queue *queue, const float *from, float *to, long planes, int height, int width, int factor) {
    RUN(upsample, planes * height * width * factor * factor, (from, to, planes, height, width, factor), &from, &to,
        &planes, &height, &width, &factor);
}

int assay_device_upsample_backward(
    assay_queue *queue, const float *gradient, float *to, long planes, int height, int width, int factor,
    int accumulate) {
    RUN(upsample_backward, planes * height * width, (gradient, to, planes, height, width, factor, accumulate),
        &gradient, &to, &planes, &height, &width, &factor, &accumulate);
}

int assay_device_pixel_shuffle(
    assay_queue *queue, const float *from, float *to, long planes, int rows, int columns, int factor, int backward) {
    RUN(pixel_shuffle, planes * rows * columns * factor * factor,
        (from, to, planes, rows, columns, factor, backward), &from, &to, &planes, &rows, &columns, &factor, &backward);
}

int assay_device_softmax_rows(assay_queue *queue, float *scores, long rows, long length) {
    RUN(softmax_rows, rows, (scores, rows, length), &scores, &rows, &length);
}

int assay_device_softmax_rows_backward(
    assay_queue *queue, const float *weights, float *gradients, long rows, long length, float scale) {
    RUN(softmax_rows_backward, rows, (weights, gradients, rows, length, scale), &weights, &gradients, &rows, &length,
        &scale);
}

int assay_device_load_adding(assay_queue *queue, float *to, const float *host, long count) {
    int status = make_room(queue, count, 1, 0);
    if (!status) status = assay_device_load(queue, queue->room, host, (size_t)count * sizeof(float));
    return status ? status : assay_device_add_to(queue, to, (const float *)queue->room, count);
}

// MARK: Batch-norm, whose figures of each channel are the host's

// Room for `singles` floats and `doubles` doubles a channel, in the device's memory.
static int make_room(assay_queue *queue, long channels, int singles, long doubles) {
    size_t bytes = (size_t)channels * ((size_t)doubles * sizeof(double) + (size_t)singles * sizeof(float));
    if (bytes <= queue->room_bytes) return 0;
    assay_device_release(queue->device, queue->room);
    queue->room = assay_device_allocate(queue->device, bytes);
    queue->room_bytes = queue->room ? bytes : 0;
    return queue->room ? 0 : -1;
}

// The doubles come first, then `singles` lists of floats: the place of one of them.
static float *single(assay_queue *queue, long channels, long doubles, int index) {
    return (float *)(queue->room + (size_t)channels * (size_t)doubles * sizeof(double)) + channels * index;
}

static int load_single(assay_queue *queue, long channels, long doubles, int index, const float *values) {
    return assay_device_load(queue, single(queue, channels, doubles, index), values, (size_t)channels * sizeof(float));
}

static int run_batch_sums(
    assay_queue *queue, const float *z, const float *shift, double *sum, double *squares, long channels, long pixels,
    long runs) {
    RUN(batch_sums, channels * runs, (z, shift, sum, squares, channels, pixels, runs), &z, &shift, &sum, &squares,
        &channels, &pixels, &runs);
}

static int run_normalize_activate(
    assay_queue *queue, const float *z, float *y, const float *scale, const float *offset, long channels, long pixels,
    int is_silu, float slope) {
    RUN(normalize_activate, channels * pixels, (z, y, scale, offset, channels, pixels, is_silu, slope), &z, &y, &scale,
        &offset, &channels, &pixels, &is_silu, &slope);
}

static int run_normalize_backward_sums(
    assay_queue *queue, const float *z, float *gradient, const float *scale, const float *offset, const float *shift,
    double *sum, double *products, long channels, long pixels, long runs, int is_silu, float slope) {
    RUN(normalize_backward_sums, channels * runs,
        (z, gradient, scale, offset, shift, sum, products, channels, pixels, runs, is_silu, slope), &z, &gradient,
        &scale, &offset, &shift, &sum, &products, &channels, &pixels, &runs, &is_silu, &slope);
}

static int run_normalize_backward(
    assay_queue *queue, const float *z, float *gradient, const float *by_gradient, const float *by_value,
    const float *constant, long channels, long pixels) {
    RUN(normalize_backward, channels * pixels, (z, gradient, by_gradient, by_value, constant, channels, pixels), &z,
        &gradient, &by_gradient, &by_value, &constant, &channels, &pixels);
}

static int run_add_runs(assay_queue *queue, const double *parts, double *sum, long channels, long runs) {
    RUN(add_runs, channels, (parts, sum, channels, runs), &parts, &sum, &channels, &runs);
}

// Adds two lists of parts up, [channels, runs] each, and adds that to lists of the host's.
static int take_sums(
    assay_queue *queue, const double *first, const double *second, long channels, long runs, double *sum,
    double *other) {
    double *sums = (double *)queue->room + 2 * channels * runs;
    int status = run_add_runs(queue, first, sums, channels, runs);
    if (!status) status = run_add_runs(queue, second, sums + channels, channels, runs);
    double *found = malloc((size_t)channels * 2 * sizeof *found);
    if (!found) return -1;
    if (!status) status = assay_device_store(queue, found, sums, (size_t)channels * 2 * sizeof *found);
    for (long channel = 0; !status && channel < channels; channel++) {
        sum[channel] += found[channel];
        other[channel] += found[channels + channel];
    }
    free(found);
    return status;
}

int assay_device_batch_sums(
    assay_queue *queue, const float *z, long channels, long pixels, const float *shift, double *sum, double *squares) {
    long runs = (pixels + 255) / 256, doubles = 2 * runs + 2;
    int status = make_room(queue, channels, 1, doubles);
    if (!status) status = load_single(queue, channels, doubles, 0, shift);
    double *parts = (double *)queue->room;
    if (!status)
        status = run_batch_sums(
            queue, z, single(queue, channels, doubles, 0), parts, parts + channels * runs, channels, pixels, runs);
    return status ? status : take_sums(queue, parts, parts + channels * runs, channels, runs, sum, squares);
}

int assay_device_normalize_activate(
    assay_queue *queue, const float *z, float *y, long channels, long pixels, const float *scale, const float *offset,
    int is_silu, float slope) {
    int status = make_room(queue, channels, 2, 0);
    if (!status) status = load_single(queue, channels, 0, 0, scale);
    if (!status) status = load_single(queue, channels, 0, 1, offset);
    if (status) return status;
    return run_normalize_activate(
        queue, z, y, single(queue, channels, 0, 0), single(queue, channels, 0, 1), channels, pixels, is_silu, slope);
}

int assay_device_normalize_backward_sums(
    assay_queue *queue, const float *z, float *gradient, long channels, long pixels, const float *scale,
    const float *offset, const float *shift, int is_silu, float slope, double *sum, double *products) {
    long runs = (pixels + 255) / 256, doubles = 2 * runs + 2;
    int status = make_room(queue, channels, 3, doubles);
    const float *values[] = {scale, offset, shift};
    for (int index = 0; !status && index < 3; index++)
        status = load_single(queue, channels, doubles, index, values[index]);
    double *parts = (double *)queue->room;
    if (!status)
        status = run_normalize_backward_sums(
            queue, z, gradient, single(queue, channels, doubles, 0), single(queue, channels, doubles, 1),
            single(queue, channels, doubles, 2), parts, parts + channels * runs, channels, pixels, runs, is_silu, slope);
    return status ? status : take_sums(queue, parts, parts + channels * runs, channels, runs, sum, products);
}

int assay_device_normalize_backward(
    assay_queue *queue, const float *z, float *gradient, long channels, long pixels, const float *by_gradient,
    const float *by_value, const float *constant) {
    int status = make_room(queue, channels, 3, 0);
    const float *values[] = {by_gradient, by_value, constant};
    for (int index = 0; !status && index < 3; index++) status = load_single(queue, channels, 0, index, values[index]);
    if (status) return status;
    return run_normalize_backward(
        queue, z, gradient, single(queue, channels, 0, 0), single(queue, channels, 0, 1), single(queue, channels, 0, 2),
        channels, pixels);
}

// MARK: Gradients

enum { lanes = 64 };

static int run_unfold_lanes(
    assay_queue *queue, const float *gradient, const float *weight, double *sums, long channels, long per) {
    RUN(unfold_lanes, channels * lanes, (gradient, weight, sums, channels, per), &gradient, &weight, &sums, &channels,
        &per);
}

static int run_unfold_scales(
    assay_queue *queue, const double *products, const float *bias_gradient, const float *inverse_deviation,
    const float *mean, float *gamma, long channels) {
    RUN(unfold_scales, channels, (products, bias_gradient, inverse_deviation, mean, gamma, channels), &products,
        &bias_gradient, &inverse_deviation, &mean, &gamma, &channels);
}

static int run_scale_channels(assay_queue *queue, float *gradient, const float *scale, long channels, long per) {
    RUN(scale_channels, channels * per, (gradient, scale, channels, per), &gradient, &scale, &channels, &per);
}

static int run_square_lanes(assay_queue *queue, const float *gradient, const int *tiles, double *sums, long count) {
    RUN(square_lanes, count * lanes, (gradient, tiles, sums, count), &gradient, &tiles, &sums, &count);
}

static int run_add_buckets(
    assay_queue *queue, const float *gradient, const int *starts, const int *places, double *buckets, long count) {
    RUN(add_buckets, count, (gradient, starts, places, buckets, count), &gradient, &starts, &places, &buckets, &count);
}

int assay_device_unfold(
    assay_queue *queue, float *weight_gradient, const float *bias_gradient, const float *norm, float *gamma_gradient,
    long channels, long per) {
    int status = make_room(queue, channels, 0, lanes + 1);
    if (status) return status;
    double *parts = (double *)queue->room, *products = parts + channels * lanes;
    const float *scale = norm + channels * per;
    status = run_unfold_lanes(queue, weight_gradient, norm, parts, channels, per);
    if (!status) status = run_add_runs(queue, parts, products, channels, lanes);
    if (!status)
        status = run_unfold_scales(
            queue, products, bias_gradient, scale + channels, scale + 2 * channels, gamma_gradient, channels);
    return status ? status : run_scale_channels(queue, weight_gradient, scale, channels, per);
}

int assay_device_sum_up(
    assay_queue *queue, const float *gradient, const int *table, long tiles, long buckets, double *sums) {
    int status = make_room(queue, 1, 0, tiles * (lanes + 1) + buckets);
    if (status) return status;
    double *parts = (double *)queue->room, *found = parts + tiles * lanes;
    const int *starts = table + 2 * tiles;
    status = run_square_lanes(queue, gradient, table, parts, tiles);
    if (!status) status = run_add_runs(queue, parts, found, tiles, lanes);
    if (!status) status = run_add_buckets(queue, gradient, starts, starts + buckets + 1, found + tiles, buckets);
    return status ? status : assay_device_store(queue, sums, found, (size_t)(tiles + buckets) * sizeof *sums);
}

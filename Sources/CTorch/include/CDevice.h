#pragma once

#include <stddef.h>

// Memory of a device, and the loops between a network's convolutions over it: on a GPU of NVIDIA by its driver, or over
// this machine's own memory, for tests. The loops are one source (DeviceKernels.h), compiled as C and by NVRTC.
//
// Addresses are the device's: only the functions here may follow them. Each returns 0 when all is well, else the driver's
// status. Work is done in order, and may still be going on when a function returns; assay_device_store waits for it.

typedef struct assay_device assay_device;

typedef enum {
    assay_device_found,
    assay_device_has_no_driver,   // detail: the loader's words, or the driver's
    assay_device_is_not_there,    // detail: how many there are
    assay_device_lacks_a_function, // detail: its name
    assay_device_cannot_compile,  // detail: NVRTC's words
    assay_device_fails,           // detail: at what, and the driver's status
} assay_device_result;

// This machine's memory.
assay_device *assay_device_of_host(void);

// How many GPUs there are, without asking PyTorch. `driver`: libcuda.so.1, or another for tests.
int assay_device_count(const char *driver, assay_device_result *result, char *detail, size_t detail_size);

// A GPU. `compiler`: a library that has NVRTC, or that is linked to it.
assay_device *assay_device_of_cuda(
    const char *driver, void *compiler, int index, assay_device_result *result, char *detail, size_t detail_size);

// Whether the loops can be compiled for GPUs of that architecture, such as 9.0, by a library that has NVRTC. `detail`
// holds its words where they cannot.
int assay_device_compiles(void *compiler, int major, int minor, char *detail, size_t detail_size);

// The calling thread's queue of work for a device, made when first asked for and freed with the thread; NULL where it
// cannot be made. It is to be used on that thread alone.
typedef struct assay_queue assay_queue;
assay_queue *assay_queue_of_thread(const assay_device *device);
// The driver's stream; NULL for this machine's memory.
void *assay_queue_stream(const assay_queue *queue);
// Waits until everything is done that was asked for.
int assay_queue_wait(assay_queue *queue);

void *assay_device_allocate(const assay_device *device, size_t bytes);
// On any thread: waits for what is still using it.
void assay_device_release(const assay_device *device, void *memory);
int assay_device_load(assay_queue *queue, void *to, const void *host, size_t bytes);
int assay_device_store(assay_queue *queue, void *host, const void *from, size_t bytes);
int assay_device_copy(assay_queue *queue, void *to, const void *from, size_t bytes);
int assay_device_zero(assay_queue *queue, void *to, size_t bytes);
// to += values of this machine's memory
int assay_device_load_adding(assay_queue *queue, float *to, const float *host, long count);

// The loops, as in CVectorKernels with blocks of one channel.
int assay_device_silu_keeping_derivative(assay_queue *queue, float *z, float *y, long count);
int assay_device_silu(assay_queue *queue, const float *z, float *y, long count);
int assay_device_leaky_keeping_derivative(assay_queue *queue, float *z, float *y, float slope, long count);
int assay_device_leaky(assay_queue *queue, const float *z, float *y, float slope, long count);
int assay_device_multiply(assay_queue *queue, float *to, const float *by, long count);
int assay_device_add_to(assay_queue *queue, float *to, const float *from, long count);
int assay_device_add_up(assay_queue *queue, float *to, const float *a, const float *b, long count);
int assay_device_max_pool(
    assay_queue *queue, const float *from, float *to, int *index, long planes, int height, int width, int kernel,
    int stride, int padding, int out_height, int out_width);
// to += what arrives at the winners.
int assay_device_max_pool_backward(
    assay_queue *queue, const float *gradient, const int *index, float *to, long planes, int height, int width,
    int kernel, int stride, int padding, int out_height, int out_width);
int assay_device_upsample(
    assay_queue *queue, const float *from, float *to, long planes, int height, int width, int factor);
int assay_device_upsample_backward(
    assay_queue *queue, const float *gradient, float *to, long planes, int height, int width, int factor,
    int accumulate);
int assay_device_pixel_shuffle(
    assay_queue *queue, const float *from, float *to, long planes, int rows, int columns, int factor, int backward);
int assay_device_softmax_rows(assay_queue *queue, float *scores, long rows, long length);
int assay_device_softmax_rows_backward(
    assay_queue *queue, const float *weights, float *gradients, long rows, long length, float scale);
// sum and squares are the host's, [channels], and are added to.
int assay_device_batch_sums(
    assay_queue *queue, const float *z, long channels, long pixels, const float *shift, double *sum, double *squares);
// scale and offset are the host's, [channels].
int assay_device_normalize_activate(
    assay_queue *queue, const float *z, float *y, long channels, long pixels, const float *scale, const float *offset,
    int is_silu, float slope);
int assay_device_normalize_backward_sums(
    assay_queue *queue, const float *z, float *gradient, long channels, long pixels, const float *scale,
    const float *offset, const float *shift, int is_silu, float slope, double *sum, double *products);
int assay_device_normalize_backward(
    assay_queue *queue, const float *z, float *gradient, long channels, long pixels, const float *by_gradient,
    const float *by_value, const float *constant);

// As assay_unfold_gradient, whose gradient of the shift is that of the bias. norm: the weight [channels, per], then scale,
// inverse deviation and mean [channels] each.
int assay_device_unfold(
    assay_queue *queue, float *weight_gradient, const float *bias_gradient, const float *norm, float *gamma_gradient,
    long channels, long per);

// Sums over a gradient: the squares of each tile, then each bucket of a count sketch, [tiles + buckets] in this machine's
// memory. table: start and length of each tile; where the list of each bucket starts and the last one ends, [buckets + 1]; and
// those lists of places, of which −1 − place is subtracted.
int assay_device_sum_up(
    assay_queue *queue, const float *gradient, const int *table, long tiles, long buckets, double *sums);

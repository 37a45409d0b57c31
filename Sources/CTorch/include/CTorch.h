#pragma once

#include <stddef.h>
#include <stdint.h>

#include "CDevice.h"

// An installed PyTorch behind a small interface of our own: its library is opened while the program runs, and called
// through the C functions that it has for compiled models (aoti_torch_…). Nothing of it is needed to build, or linked.
//
// Everything is single precision over plain [C, H, W], one image at a time, in the memory of the device that it computes on.

typedef struct assay_torch assay_torch;

typedef enum {
    assay_torch_opened,
    assay_torch_cannot_be_loaded, // detail: the loader's words
    assay_torch_lacks_a_function, // detail: its name
    assay_torch_computes_wrongly, // detail: what
    assay_torch_has_no_device,    // device_result says why
} assay_torch_result;

typedef enum {
    assay_torch_on_cpu,
    // The same, by way of everything that a device needs besides: for tests.
    assay_torch_on_cpu_as_device,
    assay_torch_on_cuda,
} assay_torch_place;

// Why it cannot be used.
typedef struct {
    assay_torch_result result;
    assay_device_result device_result;
    char detail[512]; // cut where it is too long
} assay_torch_problem;

// Opens libtorch_cpu.so by its path, for CUDA libtorch_cuda.so as well, and tries it on a small convolution. Libraries stay
// loaded until the process ends. Null where it cannot be used; `problem` then says why. A driver is asked for a GPU before
// anything of PyTorch's for CUDA is opened.
assay_torch *assay_torch_open(
    const char *library, const char *cuda_library, assay_torch_place place, assay_torch_problem *problem);

// A library that is linked to NVRTC: PyTorch has one beside libtorch_cuda.so, which is linked to it itself only in later
// versions (2.12, not 2.9). Null where that cannot be opened; dlerror() then says why.
void *assay_torch_compiler(const char *cuda_library);

// The device whose memory it computes in; null for this machine's.
const assay_device *assay_torch_device(const assay_torch *torch);

// To be called on each thread before anything else there: one thread of the CPU, nothing recorded for automatic gradients,
// and work in the thread's own queue. 0 when all is well.
int assay_torch_enter(const assay_torch *torch);

// What a convolution of one image looks like.
typedef struct {
    int64_t in_channels, in_height, in_width;
    int64_t out_channels, out_height, out_width;
    int64_t kernel_height, kernel_width, stride, padding_height, padding_width, dilation, groups;
} assay_torch_shape;

// Each returns 0 when all is well, else PyTorch's or the driver's status, or −1 where its result has another size.
// weight [out, in/groups, kh, kw], bias [out]
int assay_torch_forward(
    const assay_torch *torch, const assay_torch_shape *shape, const float *in, const float *weight, const float *bias,
    float *out);
int assay_torch_backward_data(
    const assay_torch *torch, const assay_torch_shape *shape, const float *out_gradient, const float *weight,
    float *in_gradient);
// accumulate: add to what is there.
int assay_torch_backward_weights(
    const assay_torch *torch, const assay_torch_shape *shape, const float *in, const float *out_gradient,
    const float *weight, float *weight_gradient, float *bias_gradient, int accumulate);

// A matrix as its rows lie in memory, `row_length` floats apart; transposed: its columns are taken for rows.
typedef struct {
    const float *values;
    int64_t row_length;
    int transposed; // 0 or 1
} assay_torch_matrix;

// to [rows, columns] = scale · a [rows, depth] · b [depth, columns], shapes as after transposing.
int assay_torch_product(
    const assay_torch *torch, int64_t rows, int64_t columns, int64_t depth, double scale, assay_torch_matrix a,
    assay_torch_matrix b, float *to, int64_t to_row_length);

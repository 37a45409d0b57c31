#include "AttentionKernels.h"

#include <string.h>

#include "CPUDispatch.h"
#include "Exponential.h"

ASSAY_DISPATCH void assay_attention(
    const assay_attention_shape *restrict shape, const float *restrict input, size_t pixels,
    float *restrict output, float *restrict weights) {
    size_t run = pixels / (size_t)shape->areas;
    size_t head_size = (size_t)(2 * shape->key + shape->value) * pixels;
    for (int head = 0; head < shape->heads; head++) {
        for (int area = 0; area < shape->areas; area++) {
            const float *query = input + (size_t)head * head_size + (size_t)area * run;
            const float *key = query + (size_t)shape->key * pixels;
            const float *value = key + (size_t)shape->key * pixels;
            float *result = output + (size_t)(head * shape->value) * pixels + (size_t)area * run;
            float *all = weights + ((size_t)head * (size_t)shape->areas + (size_t)area) * run * run;
            for (size_t i = 0; i < run; i++) {
#pragma clang fp reassociate(on)
                float *restrict row = all + i * run;
                memset(row, 0, run * sizeof(float));
                for (int c = 0; c < shape->key; c++) {
                    float q = query[(size_t)c * pixels + i] * shape->scale;
                    const float *restrict k = key + (size_t)c * pixels;
                    for (size_t j = 0; j < run; j++) row[j] += q * k[j];
                }
                float highest = row[0], total = 0;
                for (size_t j = 0; j < run; j++) highest = row[j] > highest ? row[j] : highest;
                for (size_t j = 0; j < run; j++) {
                    row[j] = exponential(row[j] - highest);
                    total += row[j];
                }
                float factor = 1.0f / total;
                for (size_t j = 0; j < run; j++) row[j] *= factor;
                for (int c = 0; c < shape->value; c++) {
                    const float *restrict v = value + (size_t)c * pixels;
                    float sum = 0;
                    for (size_t j = 0; j < run; j++) sum += row[j] * v[j];
                    result[(size_t)c * pixels + i] = sum;
                }
            }
        }
    }
}

ASSAY_DISPATCH void assay_attention_backward(
    const assay_attention_shape *restrict shape, const float *restrict input, size_t pixels,
    const float *restrict weights, const float *restrict gradient, float *restrict input_gradient,
    float *restrict scratch) {
    size_t run = pixels / (size_t)shape->areas;
    size_t head_size = (size_t)(2 * shape->key + shape->value) * pixels;
    memset(input_gradient, 0, head_size * (size_t)shape->heads * sizeof(float));
    for (int head = 0; head < shape->heads; head++) {
        for (int area = 0; area < shape->areas; area++) {
            size_t first = (size_t)head * head_size + (size_t)area * run;
            size_t keys = (size_t)shape->key * pixels;
            const float *query = input + first, *key = query + keys, *value = key + keys;
            float *query_gradient = input_gradient + first, *key_gradient = query_gradient + keys;
            float *value_gradient = key_gradient + keys;
            const float *arriving = gradient + (size_t)(head * shape->value) * pixels + (size_t)area * run;
            const float *all = weights + ((size_t)head * (size_t)shape->areas + (size_t)area) * run * run;
            for (size_t i = 0; i < run; i++) {
#pragma clang fp reassociate(on)
                const float *restrict row = all + i * run;
                memset(scratch, 0, run * sizeof(float));
                for (int c = 0; c < shape->value; c++) {
                    float g = arriving[(size_t)c * pixels + i];
                    const float *restrict v = value + (size_t)c * pixels;
                    float *restrict to = value_gradient + (size_t)c * pixels;
                    for (size_t j = 0; j < run; j++) {
                        scratch[j] += g * v[j];
                        to[j] += g * row[j];
                    }
                }
                float mean = 0;
                for (size_t j = 0; j < run; j++) mean += scratch[j] * row[j];
                for (size_t j = 0; j < run; j++) scratch[j] = row[j] * (scratch[j] - mean) * shape->scale;
                for (int c = 0; c < shape->key; c++) {
                    float q = query[(size_t)c * pixels + i], sum = 0;
                    const float *restrict k = key + (size_t)c * pixels;
                    float *restrict to = key_gradient + (size_t)c * pixels;
                    for (size_t j = 0; j < run; j++) {
                        sum += scratch[j] * k[j];
                        to[j] += scratch[j] * q;
                    }
                    query_gradient[(size_t)c * pixels + i] += sum;
                }
            }
        }
    }
}

#pragma once

#include <stddef.h>
#include <stdint.h>

// Loops of the anchor search over points in p = log(w·h) and q = log(w/h); distance ½(|Δp| + |Δq|).

// For each point its nearest of `centres` and pull = weight·e^−distance, 0 from `reach` on. Returns Σ pull.
double assay_anchor_assign(
    const float *p, const float *q, const float *weight, size_t count, const float *centre_p, const float *centre_q,
    int centres, float reach, int32_t *owner, float *pull);

// nearest[i] = min(nearest[i], distance of point i to the centre).
void assay_anchor_nearest(
    const float *p, const float *q, size_t count, float centre_p, float centre_q, float *nearest);

// The ratio of each box and one anchor: the smaller of both sides' min(r, 1/r).
void assay_anchor_ratios(
    const float *width, const float *height, size_t count, float anchor_width, float anchor_height, float *ratio);

// Σ weight·best where best = max(rival, ratio of box and anchor) is above `least`.
double assay_anchor_total(
    const float *width, const float *height, const float *weight, const float *rival, size_t count,
    float anchor_width, float anchor_height, float least);

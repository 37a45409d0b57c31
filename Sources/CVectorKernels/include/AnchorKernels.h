#pragma once

#include <stddef.h>
#include <stdint.h>

// Loops of the anchor search over points in p = log(w·h) and q = log(w/h); distance ½(|Δp| + |Δq|).

// p and q of sizes given as width, height, width, height, …
void assay_anchor_logs(const double *sizes, size_t count, float *p, float *q);

// For each point its nearest of `centres` and pull = weight·e^−distance. A point at a distance of `reach` or more
// pulls weight·far·e^−distance. Returns Σ weight·(e^−distance + bonus) over the points within reach.
double assay_anchor_assign(
    const float *p, const float *q, const float *weight, size_t count, const float *centre_p, const float *centre_q,
    int centres, float reach, float bonus, float far, int32_t *owner, float *pull);

// loss[centre] = what Σ weight·(e^−distance + bonus) over the points within reach falls by when that centre leaves.
void assay_anchor_losses(
    const float *p, const float *q, const float *weight, size_t count, const float *centre_p, const float *centre_q,
    int centres, float reach, float bonus, double *loss);

// nearest[i] = min(nearest[i], distance of point i to the centre).
void assay_anchor_nearest(
    const float *p, const float *q, size_t count, float centre_p, float centre_q, float *nearest);

// sums[owner·bins + bin] = Σ pull of the points in it. `sums` holds centres·bins figures.
void assay_anchor_sums(
    const int32_t *owner, const float *pull, const uint16_t *bin, size_t count, int centres, int bins, float *sums);

// The ratio of each box and one anchor: the smaller of both sides' min(r, 1/r).
void assay_anchor_ratios(
    const float *width, const float *height, size_t count, float anchor_width, float anchor_height, float *ratio);

// Σ weight·(best + bonus) where best = max(rival, ratio of box and anchor) is above `least`.
double assay_anchor_total(
    const float *width, const float *height, const float *weight, const float *rival, size_t count,
    float anchor_width, float anchor_height, float least, float bonus);

// Adds what points give to facilities on a grid of `columns` × `rows` cells: for each point at (column, row) with
// weight w and price u, w·(values[|Δcolumn| + |Δrow|] − u) to every cell where that is positive. `values` falls from
// values[0] = 1 and holds columns + rows figures.
void assay_anchor_gains(
    const int32_t *column, const int32_t *row, const double *weight, const double *price, size_t count,
    const double *values, int columns, int rows, double *gains);

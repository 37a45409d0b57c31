#pragma once

#include <stdint.h>

// A part of a training view that one image fills: pixels first_column … last_column − 1 and first_row … last_row − 1 of
// the view show the image scaled by (scale_x, scale_y), with its corner at (left, top), turned left to right or top to bottom.
typedef struct {
    int width, height;
    int first_column, last_column, first_row, last_row;
    double scale_x, scale_y, left, top;
    int mirrors, flips;
} assay_view_tile;

// Draws the tile into a view [3, size, size] of 0…1, bilinear; what lies outside the image stays as it is.
// pixels: interleaved RGB, colour: 3×3, rows are the new red, green and blue as sums of the old.
void assay_draw_tile(
    const assay_view_tile *tile, const uint8_t *pixels, const float *colour, float *view, int size);

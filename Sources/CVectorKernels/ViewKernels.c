#include "ViewKernels.h"

#include <stdlib.h>

#include "CPUDispatch.h"

typedef struct {
    int low, high; // -1: outside the image
    float part;
} tap;

static tap tap_at(int at, double start, double scale, int count, int reverses) {
    double place = (at + 0.5 - start) / scale;
    tap t = {-1, -1, 0};
    if (!(place >= 0) || !(place < count)) return t;
    if (reverses) place = count - place;
    place -= 0.5;
    if (place < 0) place = 0;
    if (place > count - 1) place = count - 1;
    t.low = (int)place;
    t.high = t.low + 1 < count ? t.low + 1 : count - 1;
    t.part = (float)(place - t.low);
    return t;
}

ASSAY_INLINE float unit(float value) { return value < 0.0f ? 0.0f : value > 1.0f ? 1.0f : value; }

ASSAY_DISPATCH void assay_draw_tile(
    const assay_view_tile *tile, const uint8_t *pixels, const float *colour, float *view, int size) {
    int width = tile->last_column - tile->first_column;
    if (width <= 0) return;
    tap *columns = malloc(sizeof(tap) * (size_t)width);
    float *line = malloc(sizeof(float) * 3 * (size_t)width);
    if (columns && line) {
        for (int x = 0; x < width; x++)
            columns[x] = tap_at(tile->first_column + x, tile->left, tile->scale_x, tile->width, tile->mirrors);
        // Those inside the image lie together.
        int from = 0, to = width;
        while (from < to && columns[from].low < 0) from++;
        while (to > from && columns[to - 1].low < 0) to--;
        float m[9];
        for (int i = 0; i < 9; i++) m[i] = colour[i] / 255.0f;
        size_t plane = (size_t)size * size;
        for (int y = tile->first_row; y < tile->last_row; y++) {
            tap row = tap_at(y, tile->top, tile->scale_y, tile->height, tile->flips);
            if (row.low < 0) continue;
            const uint8_t *upper = pixels + (size_t)3 * row.low * tile->width;
            const uint8_t *lower = pixels + (size_t)3 * row.high * tile->width;
            float *r = line, *g = line + width, *b = line + 2 * width;
            for (int x = from; x < to; x++) {
                const tap *t = &columns[x];
                const uint8_t *a = upper + 3 * t->low, *c = upper + 3 * t->high;
                const uint8_t *d = lower + 3 * t->low, *e = lower + 3 * t->high;
                float w11 = t->part * row.part, w01 = t->part - w11, w10 = row.part - w11;
                float w00 = 1.0f - t->part - w10;
                r[x] = w00 * a[0] + w01 * c[0] + w10 * d[0] + w11 * e[0];
                g[x] = w00 * a[1] + w01 * c[1] + w10 * d[1] + w11 * e[1];
                b[x] = w00 * a[2] + w01 * c[2] + w10 * d[2] + w11 * e[2];
            }
            float *out = view + (size_t)y * size + tile->first_column;
            for (int x = from; x < to; x++) {
                out[x] = unit(m[0] * r[x] + m[1] * g[x] + m[2] * b[x]);
                out[plane + x] = unit(m[3] * r[x] + m[4] * g[x] + m[5] * b[x]);
                out[2 * plane + x] = unit(m[6] * r[x] + m[7] * g[x] + m[8] * b[x]);
            }
        }
    }
    free(columns);
    free(line);
}

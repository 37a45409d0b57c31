#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t taken;
} reading;

typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} writing;

static void on_error(png_structp png, png_const_charp message) {
    assay_image *out = png_get_error_ptr(png);
    if (out) snprintf(out->message, sizeof out->message, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    assay_image *out = png_get_error_ptr(png);
    if (out && out->warnings++ == 0) snprintf(out->message, sizeof out->message, "%s", message);
}

static void on_read(png_structp png, png_bytep to, size_t wanted) {
    reading *from = png_get_io_ptr(png);
    if (wanted > from->count - from->taken) png_error(png, "ends before its last pixel");
    memcpy(to, from->bytes + from->taken, wanted);
    from->taken += wanted;
}

static void on_write(png_structp png, png_bytep from, size_t given) {
    writing *to = png_get_io_ptr(png);
    if (to->count + given > to->capacity) {
        size_t capacity = (to->count + given) * 2;
        uint8_t *grown = realloc(to->bytes, capacity);
        if (!grown) png_error(png, "no memory");
        to->bytes = grown;
        to->capacity = capacity;
    }
    memcpy(to->bytes + to->count, from, given);
    to->count += given;
}

static void on_flush(png_structp png) { (void)png; }

assay_image_status assay_png_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    memset(out, 0, sizeof *out);
    reading from = {bytes, count, 0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, out, on_error, on_warning);
    if (!png) return ASSAY_IMAGE_NO_MEMORY;
    png_infop info = png_create_info_struct(png);
    uint8_t *volatile pixels = NULL;
    png_bytep *volatile rows = NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        free(pixels);
        free(rows);
        return info ? ASSAY_IMAGE_DAMAGED : ASSAY_IMAGE_NO_MEMORY;
    }
    png_set_read_fn(png, &from, on_read);
    png_read_info(png, info);
    uint32_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    if ((uint64_t)width * height > most_pixels) {
        out->width = width;
        out->height = height;
        png_destroy_read_struct(&png, &info, NULL);
        return ASSAY_IMAGE_TOO_LARGE;
    }
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    if (stride != (size_t)width * 3) png_error(png, "an unknown pixel layout");
    pixels = malloc(stride * height);
    rows = malloc(sizeof *rows * height);
    if (!pixels || !rows) {
        png_destroy_read_struct(&png, &info, NULL);
        free(pixels);
        free(rows);
        return ASSAY_IMAGE_NO_MEMORY;
    }
    for (uint32_t y = 0; y < height; y++) rows[y] = pixels + y * stride;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    free(rows);
    out->pixels = pixels;
    out->width = width;
    out->height = height;
    return ASSAY_IMAGE_OK;
}

// Gives each colour of the image a number; more than 256 colours do not fit.
static int make_palette(const uint8_t *pixels, size_t count, png_color palette[256], uint8_t *indices) {
    int used = 0;
    for (size_t i = 0; i < count; i++) {
        int found = -1;
        for (int j = 0; j < used && found < 0; j++)
            if (!memcmp(&palette[j], pixels + 3 * i, 3)) found = j;
        if (found < 0) {
            if (used == 256) return -1;
            memcpy(&palette[used], pixels + 3 * i, 3);
            found = used++;
        }
        indices[i] = (uint8_t)found;
    }
    return used;
}

assay_image_status assay_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int kind, uint8_t **encoded, size_t *count) {
    writing to = {NULL, 0, 0};
    size_t bytes_a_pixel = kind == 0 ? 3 : kind == 3 ? 6 : 1;
    uint8_t *packed = malloc((size_t)width * height * bytes_a_pixel);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!packed || !info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        free(packed);
        free(to.bytes);
        return ASSAY_IMAGE_DAMAGED;
    }
    png_color palette[256];
    size_t samples = (size_t)width * height;
    int colours = 0;
    if (kind == 2 && (colours = make_palette(pixels, samples, palette, packed)) < 0)
        png_error(png, "too many colours");
    if (kind == 0) memcpy(packed, pixels, samples * 3);
    if (kind == 1)
        for (size_t i = 0; i < samples; i++) packed[i] = pixels[3 * i];
    if (kind == 3)
        for (size_t i = 0; i < samples * 3; i++) packed[2 * i] = packed[2 * i + 1] = pixels[i];
    png_set_write_fn(png, &to, on_write, on_flush);
    int colour = kind == 1 ? PNG_COLOR_TYPE_GRAY : kind == 2 ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB;
    png_set_IHDR(
        png, info, width, height, kind == 3 ? 16 : 8, colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    if (kind == 2) png_set_PLTE(png, info, palette, colours);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++) png_write_row(png, packed + (size_t)y * width * bytes_a_pixel);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(packed);
    *encoded = to.bytes;
    *count = to.count;
    return ASSAY_IMAGE_OK;
}

uint32_t assay_png_checksum(const uint8_t *name, size_t name_count, const uint8_t *body, size_t body_count) {
    uLong value = crc32_z(crc32_z(0, Z_NULL, 0), name, name_count);
    return (uint32_t)(body_count ? crc32_z(value, body, body_count) : value);
}

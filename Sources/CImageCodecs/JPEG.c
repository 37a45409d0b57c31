#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    char message[JMSG_LENGTH_MAX];
    uint32_t warnings;
} error_manager;

static void on_error(j_common_ptr info) {
    error_manager *manager = (error_manager *)info->err;
    info->err->format_message(info, manager->message);
    longjmp(manager->escape, 1);
}

static void on_message(j_common_ptr info, int level) {
    error_manager *manager = (error_manager *)info->err;
    if (level >= 0) return;
    if (manager->warnings++ == 0) info->err->format_message(info, manager->message);
}

static void on_output(j_common_ptr info) { (void)info; }

static struct jpeg_error_mgr *set_up(error_manager *manager) {
    memset(manager, 0, sizeof *manager);
    jpeg_std_error(&manager->base);
    manager->base.error_exit = on_error;
    manager->base.emit_message = on_message;
    manager->base.output_message = on_output;
    return &manager->base;
}

// One row of CMYK to RGB, by OpenCV's integers; whether the file's ink is inverted, it does not ask.
static void row_from_cmyk(const uint8_t *cmyk, uint8_t *rgb, uint32_t width) {
    for (uint32_t x = 0; x < width; x++) {
        int k = cmyk[4 * x + 3];
        for (int channel = 0; channel < 3; channel++)
            rgb[3 * x + channel] = (uint8_t)(k - ((255 - cmyk[4 * x + channel]) * k >> 8));
    }
}

assay_image_status assay_jpeg_decode(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int scale_denominator, assay_image *out) {
    memset(out, 0, sizeof *out);
    struct jpeg_decompress_struct info;
    error_manager manager;
    uint8_t *volatile row = NULL;
    uint8_t *volatile pixels = NULL;
    memset(&info, 0, sizeof info);
    info.err = set_up(&manager);
    if (setjmp(manager.escape)) {
        snprintf(out->message, sizeof out->message, "%s", manager.message);
        jpeg_destroy_decompress(&info);
        free(row);
        free(pixels);
        return ASSAY_IMAGE_DAMAGED;
    }
    jpeg_create_decompress(&info);
    // The library's own arrays are bounded too: a progressive file holds all its coefficients in memory.
    info.mem->max_memory_to_use = 1L << 30;
    jpeg_mem_src(&info, bytes, (unsigned long)count);
    jpeg_read_header(&info, TRUE);
    if ((uint64_t)info.image_width * info.image_height > most_pixels) {
        out->width = info.image_width;
        out->height = info.image_height;
        jpeg_destroy_decompress(&info);
        return ASSAY_IMAGE_TOO_LARGE;
    }
    int is_cmyk = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    info.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = (unsigned)scale_denominator;
    jpeg_start_decompress(&info);
    uint32_t width = info.output_width, height = info.output_height;
    pixels = malloc((size_t)width * height * 3);
    if (is_cmyk) row = malloc((size_t)width * 4);
    if (!pixels || (is_cmyk && !row)) {
        jpeg_destroy_decompress(&info);
        free(row);
        free(pixels);
        return ASSAY_IMAGE_NO_MEMORY;
    }
    while (info.output_scanline < height) {
        uint8_t *target = pixels + (size_t)info.output_scanline * width * 3;
        JSAMPROW rows[1] = {is_cmyk ? row : target};
        if (jpeg_read_scanlines(&info, rows, 1) == 1 && is_cmyk)
            row_from_cmyk(row, target, width);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    free(row);
    out->pixels = pixels;
    out->width = width;
    out->height = height;
    out->warnings = manager.warnings;
    snprintf(out->message, sizeof out->message, "%s", manager.warnings ? manager.message : "");
    return ASSAY_IMAGE_OK;
}

assay_image_status assay_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **encoded, size_t *count) {
    struct jpeg_compress_struct info;
    error_manager manager;
    unsigned char *buffer = NULL;
    unsigned long size = 0;
    memset(&info, 0, sizeof info);
    info.err = set_up(&manager);
    if (setjmp(manager.escape)) {
        jpeg_destroy_compress(&info);
        return ASSAY_IMAGE_DAMAGED;
    }
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &buffer, &size);
    info.image_width = width;
    info.image_height = height;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < height) {
        JSAMPROW rows[1] = {(JSAMPROW)(pixels + (size_t)info.next_scanline * width * 3)};
        jpeg_write_scanlines(&info, rows, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    *encoded = buffer;
    *count = size;
    return ASSAY_IMAGE_OK;
}

void assay_image_free(assay_image *image) {
    free(image->pixels);
    image->pixels = NULL;
}

void assay_bytes_free(uint8_t *bytes) { free(bytes); }

static void start_source(j_decompress_ptr info) { (void)info; }
static boolean no_more(j_decompress_ptr info) {
    (void)info;
    return FALSE;
}
static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    size_t some = (size_t)count < info->src->bytes_in_buffer ? (size_t)count : info->src->bytes_in_buffer;
    info->src->next_input_byte += some;
    info->src->bytes_in_buffer -= some;
}

int assay_jpeg_is_complete(const uint8_t *bytes, size_t count, uint64_t most_pixels) {
    struct jpeg_decompress_struct info;
    error_manager manager;
    uint8_t *volatile row = NULL;
    memset(&info, 0, sizeof info);
    info.err = set_up(&manager);
    if (setjmp(manager.escape)) {
        jpeg_destroy_decompress(&info);
        free(row);
        return 0;
    }
    jpeg_create_decompress(&info);
    info.mem->max_memory_to_use = 1L << 30;
    struct jpeg_source_mgr source = {
        .next_input_byte = bytes, .bytes_in_buffer = count, .init_source = start_source, .fill_input_buffer = no_more,
        .skip_input_data = skip, .resync_to_restart = jpeg_resync_to_restart, .term_source = start_source,
    };
    info.src = &source;
    int complete = 0;
    if (jpeg_read_header(&info, TRUE) == JPEG_HEADER_OK
        && (uint64_t)info.image_width * info.image_height <= most_pixels && jpeg_start_decompress(&info)) {
        row = malloc((size_t)info.output_width * (size_t)info.output_components);
        JSAMPROW rows[1] = {row};
        while (row && info.output_scanline < info.output_height && jpeg_read_scanlines(&info, rows, 1) == 1) {}
        complete = row && info.output_scanline == info.output_height;
    }
    jpeg_destroy_decompress(&info);
    free(row);
    return complete;
}

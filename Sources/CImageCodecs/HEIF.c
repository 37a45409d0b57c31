#include "CImageCodecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef ASSAY_HEIF
#include <libheif/heif.h>

static assay_image_status failed(assay_image *out, struct heif_error error) {
    snprintf(out->message, sizeof out->message, "%s", error.message ? error.message : "the file is damaged");
    return error.code == heif_error_Memory_allocation_error ? ASSAY_IMAGE_NO_MEMORY : ASSAY_IMAGE_DAMAGED;
}

static struct heif_context *opened(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, struct heif_image_handle **handle,
    struct heif_error *error) {
    *handle = NULL;
    struct heif_context *context = heif_context_alloc();
    if (!context) return NULL;
    uint64_t side = 1;
    while (side < 16384 && side * side < most_pixels) side <<= 1;
    heif_context_set_maximum_image_size_limit(context, (int)side);
    heif_context_set_max_decoding_threads(context, 0);
    *error = heif_context_read_from_memory_without_copy(context, bytes, count, NULL);
    if (error->code == heif_error_Ok) *error = heif_context_get_primary_image_handle(context, handle);
    return context;
}

static void closed(struct heif_context *context, struct heif_image_handle *handle) {
    if (handle) heif_image_handle_release(handle);
    heif_context_free(context);
}

static assay_image_status copied(const struct heif_image *image, assay_image *out) {
    int stride = 0;
    const uint8_t *rows = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    int width = heif_image_get_width(image, heif_channel_interleaved);
    int height = heif_image_get_height(image, heif_channel_interleaved);
    if (!rows || width <= 0 || height <= 0 || stride / 3 < width) return ASSAY_IMAGE_DAMAGED;
    out->width = (uint32_t)width;
    out->height = (uint32_t)height;
    size_t row = (size_t)width * 3;
    out->pixels = malloc(row * (size_t)height);
    if (!out->pixels) return ASSAY_IMAGE_NO_MEMORY;
    for (size_t y = 0; y < (size_t)height; y++) memcpy(out->pixels + y * row, rows + y * (size_t)stride, row);
    return ASSAY_IMAGE_OK;
}

assay_image_status assay_heif_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    memset(out, 0, sizeof *out);
    struct heif_error error;
    struct heif_image_handle *handle;
    struct heif_context *context = opened(bytes, count, most_pixels, &handle, &error);
    if (!context) return ASSAY_IMAGE_NO_MEMORY;
    assay_image_status status;
    struct heif_image *image = NULL;
    int width = handle ? heif_image_handle_get_width(handle) : 0;
    int height = handle ? heif_image_handle_get_height(handle) : 0;
    if (error.code != heif_error_Ok) {
        status = failed(out, error);
    } else if (width <= 0 || height <= 0 || (uint64_t)width * (uint64_t)height > most_pixels) {
        status = ASSAY_IMAGE_TOO_LARGE;
    } else {
        // The library turns, mirrors and crops the image as the file says.
        error = heif_decode_image(handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGB, NULL);
        status = error.code == heif_error_Ok ? copied(image, out) : failed(out, error);
    }
    if (image) heif_image_release(image);
    closed(context, handle);
    return status;
}

int assay_reads_heif(void) { return 1; }

#else

assay_image_status assay_heif_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    (void)bytes, (void)count, (void)most_pixels;
    memset(out, 0, sizeof *out);
    return ASSAY_IMAGE_NOT_BUILT;
}

int assay_reads_heif(void) { return 0; }

#endif

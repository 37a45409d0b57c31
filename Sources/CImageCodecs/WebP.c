#include "CImageCodecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

static assay_image_status damaged(assay_image *out, const char *message) {
    snprintf(out->message, sizeof out->message, "%s", message);
    return ASSAY_IMAGE_DAMAGED;
}

int assay_webp_opens(const uint8_t *bytes, size_t count) {
    WebPData data = {bytes, count};
    WebPDemuxer *demuxer = WebPDemux(&data);
    int opens = demuxer && WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT) > 0;
    WebPDemuxDelete(demuxer);
    return opens;
}

// The first frame of an animation, on its canvas; its transparency is left out.
static assay_image_status decode_frame(const uint8_t *bytes, size_t count, assay_image *out) {
    WebPData data = {bytes, count};
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) return ASSAY_IMAGE_NO_MEMORY;
    options.color_mode = MODE_RGBA;
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
    if (!decoder) return damaged(out, "the animation is damaged");
    uint8_t *canvas = NULL;
    int time = 0;
    if (!WebPAnimDecoderGetNext(decoder, &canvas, &time)) {
        WebPAnimDecoderDelete(decoder);
        return damaged(out, "the first frame is damaged");
    }
    size_t pixels = (size_t)out->width * out->height;
    for (size_t i = 0; i < pixels; i++) memcpy(out->pixels + 3 * i, canvas + 4 * i, 3);
    WebPAnimDecoderDelete(decoder);
    return ASSAY_IMAGE_OK;
}

assay_image_status assay_webp_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    memset(out, 0, sizeof *out);
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK) return damaged(out, "the header is damaged");
    out->width = (uint32_t)features.width;
    out->height = (uint32_t)features.height;
    size_t pixels = (size_t)out->width * out->height;
    if (pixels > most_pixels) return ASSAY_IMAGE_TOO_LARGE;
    out->pixels = malloc(pixels * 3 + 1);
    if (!out->pixels) return ASSAY_IMAGE_NO_MEMORY;
    assay_image_status status;
    if (features.has_animation) {
        status = decode_frame(bytes, count, out);
    } else {
        int stride = features.width * 3;
        status = WebPDecodeRGBInto(bytes, count, out->pixels, pixels * 3, stride)
            ? ASSAY_IMAGE_OK : damaged(out, "the pixels are damaged or cut off");
    }
    if (status != ASSAY_IMAGE_OK) assay_image_free(out);
    return status;
}

assay_image_status assay_webp_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **encoded, size_t *count) {
    *encoded = NULL;
    *count = 0;
    if (width == 0 || height == 0 || width > WEBP_MAX_DIMENSION || height > WEBP_MAX_DIMENSION) {
        return ASSAY_IMAGE_TOO_LARGE;
    }
    uint8_t *bytes = NULL;
    size_t size = WebPEncodeRGB(pixels, (int)width, (int)height, (int)width * 3, (float)quality, &bytes);
    if (size == 0) return ASSAY_IMAGE_NO_MEMORY;
    // The caller frees with free(), the library allocated with its own.
    *encoded = malloc(size);
    if (*encoded) {
        memcpy(*encoded, bytes, size);
        *count = size;
    }
    WebPFree(bytes);
    return *encoded ? ASSAY_IMAGE_OK : ASSAY_IMAGE_NO_MEMORY;
}

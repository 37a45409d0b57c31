#include "CImageCodecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef ASSAY_AVIF
#include <avif/avif.h>

static assay_image_status failed(assay_image *out, avifResult result) {
    snprintf(out->message, sizeof out->message, "%s", avifResultToString(result));
    return result == AVIF_RESULT_OUT_OF_MEMORY ? ASSAY_IMAGE_NO_MEMORY : ASSAY_IMAGE_DAMAGED;
}

static avifDecoder *opened(const uint8_t *bytes, size_t count, uint64_t most_pixels, avifResult *result) {
    avifDecoder *decoder = avifDecoderCreate();
    if (!decoder) {
        *result = AVIF_RESULT_OUT_OF_MEMORY;
        return NULL;
    }
    decoder->maxThreads = 1;
    // dav1d, the first choice, prints what it does not like.
    if (avifCodecName(AVIF_CODEC_CHOICE_AOM, AVIF_CODEC_FLAG_CAN_DECODE)) decoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
    // A file that is nearly right is read, as trainers' readers do.
    decoder->strictFlags = AVIF_STRICT_DISABLED;
    decoder->imageSizeLimit = (uint32_t)(most_pixels < AVIF_DEFAULT_IMAGE_SIZE_LIMIT ? most_pixels
                                                                                     : AVIF_DEFAULT_IMAGE_SIZE_LIMIT);
    *result = avifDecoderSetIOMemory(decoder, bytes, count);
    if (*result == AVIF_RESULT_OK) *result = avifDecoderParse(decoder);
    return decoder;
}

static assay_image_status converted(avifImage *image, assay_image *out) {
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    // Without a place for transparency, the library would darken what is transparent.
    rgb.format = AVIF_RGB_FORMAT_RGBA;
    rgb.depth = 8;
    size_t pixels = (size_t)image->width * image->height;
    rgb.rowBytes = image->width * 4;
    rgb.pixels = malloc(pixels * 4);
    if (!rgb.pixels) return ASSAY_IMAGE_NO_MEMORY;
    avifResult result = avifImageYUVToRGB(image, &rgb);
    if (result != AVIF_RESULT_OK) {
        free(rgb.pixels);
        return failed(out, result);
    }
    for (size_t i = 1; i < pixels; i++) memmove(rgb.pixels + 3 * i, rgb.pixels + 4 * i, 3);
    out->pixels = rgb.pixels;
    out->width = image->width;
    out->height = image->height;
    return ASSAY_IMAGE_OK;
}

assay_image_status assay_avif_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    memset(out, 0, sizeof *out);
    avifResult result;
    avifDecoder *decoder = opened(bytes, count, most_pixels, &result);
    if (!decoder) return ASSAY_IMAGE_NO_MEMORY;
    if (result == AVIF_RESULT_OK) result = avifDecoderNextImage(decoder);
    assay_image_status status = result == AVIF_RESULT_OK ? converted(decoder->image, out) : failed(out, result);
    avifDecoderDestroy(decoder);
    return status;
}

int assay_avif_opens(const uint8_t *bytes, size_t count) {
    avifResult result;
    avifDecoder *decoder = opened(bytes, count, AVIF_DEFAULT_IMAGE_SIZE_LIMIT, &result);
    if (!decoder) return 0;
    avifDecoderDestroy(decoder);
    return result == AVIF_RESULT_OK;
}

int assay_reads_avif(void) { return 1; }

#else

assay_image_status assay_avif_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    (void)bytes, (void)count, (void)most_pixels;
    memset(out, 0, sizeof *out);
    return ASSAY_IMAGE_NOT_BUILT;
}

int assay_avif_opens(const uint8_t *bytes, size_t count) { return (void)bytes, (void)count, 1; }

int assay_reads_avif(void) { return 0; }

#endif

#include "CImageCodecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef ASSAY_JPEG2000
// Its folder carries the library's version.
#if __has_include(<openjpeg-2.5/openjpeg.h>)
#include <openjpeg-2.5/openjpeg.h>
#elif __has_include(<openjpeg-2.4/openjpeg.h>)
#include <openjpeg-2.4/openjpeg.h>
#else
#include <openjpeg.h>
#endif

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t at;
} reading;

static OPJ_SIZE_T on_read(void *to, OPJ_SIZE_T wanted, void *data) {
    reading *from = data;
    size_t left = from->count - from->at;
    if (left == 0) return (OPJ_SIZE_T)-1;
    size_t given = wanted < left ? wanted : left;
    memcpy(to, from->bytes + from->at, given);
    from->at += given;
    return given;
}

static OPJ_OFF_T on_skip(OPJ_OFF_T wanted, void *data) {
    reading *from = data;
    size_t left = from->count - from->at;
    if (wanted < 0) return -1;
    size_t skipped = (uint64_t)wanted < left ? (size_t)wanted : left;
    from->at += skipped;
    return skipped == 0 && wanted > 0 ? -1 : (OPJ_OFF_T)skipped;
}

static OPJ_BOOL on_seek(OPJ_OFF_T to, void *data) {
    reading *from = data;
    if (to < 0 || (uint64_t)to > from->count) return OPJ_FALSE;
    from->at = (size_t)to;
    return OPJ_TRUE;
}

static void on_error(const char *message, void *data) {
    assay_image *out = data;
    snprintf(out->message, sizeof out->message, "%s", message);
    out->message[strcspn(out->message, "\n")] = 0;
}

static void on_message(const char *message, void *data) { (void)message, (void)data; }

// One sample as 8 bits, as OpenCV's reader makes it: what is deeper loses its low bits, and what is shallower stays.
static inline uint8_t sample(const opj_image_comp_t *component, size_t at) {
    int64_t value = component->data[at];
    if (component->sgnd) value += (int64_t)1 << (component->prec - 1);
    if (component->prec > 8) value >>= component->prec - 8;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static assay_image_status converted(const opj_image_t *image, uint64_t most_pixels, assay_image *out) {
    if (image->numcomps == 0) return ASSAY_IMAGE_DAMAGED;
    const opj_image_comp_t *first = &image->comps[0];
    unsigned used = image->numcomps >= 3 ? 3 : 1;
    for (unsigned i = 0; i < used; i++) {
        const opj_image_comp_t *component = &image->comps[i];
        if (!component->data || component->w != first->w || component->h != first->h || component->prec < 1
            || component->prec > 32) {
            snprintf(out->message, sizeof out->message, "its components differ in size");
            return ASSAY_IMAGE_DAMAGED;
        }
    }
    size_t pixels = (size_t)first->w * first->h;
    out->width = first->w;
    out->height = first->h;
    if (pixels == 0) return ASSAY_IMAGE_DAMAGED;
    if (pixels > most_pixels) return ASSAY_IMAGE_TOO_LARGE;
    out->pixels = malloc(pixels * 3);
    if (!out->pixels) return ASSAY_IMAGE_NO_MEMORY;
    for (size_t i = 0; i < pixels; i++)
        for (unsigned channel = 0; channel < 3; channel++)
            out->pixels[3 * i + channel] = sample(&image->comps[used == 3 ? channel : 0], i);
    return ASSAY_IMAGE_OK;
}

// All that the library holds at once: 4 bytes a sample.
static int is_too_large(const opj_image_t *image, uint64_t most_pixels) {
    uint64_t width = image->x1 > image->x0 ? image->x1 - image->x0 : 0;
    uint64_t height = image->y1 > image->y0 ? image->y1 - image->y0 : 0;
    return width * height > most_pixels || image->numcomps > 8
        || width * height * image->numcomps > most_pixels * 4;
}

assay_image_status assay_jpeg2000_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    memset(out, 0, sizeof *out);
    reading from = {bytes, count, 0};
    int is_boxed = count > 12 && !memcmp(bytes + 4, "jP  ", 4);
    opj_codec_t *codec = opj_create_decompress(is_boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
    opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);
    opj_image_t *image = NULL;
    assay_image_status status = ASSAY_IMAGE_NO_MEMORY;
    if (codec && stream) {
        opj_set_error_handler(codec, on_error, out);
        opj_set_warning_handler(codec, on_message, NULL);
        opj_set_info_handler(codec, on_message, NULL);
        opj_stream_set_user_data(stream, &from, NULL);
        opj_stream_set_user_data_length(stream, count);
        opj_stream_set_read_function(stream, on_read);
        opj_stream_set_skip_function(stream, on_skip);
        opj_stream_set_seek_function(stream, on_seek);
        opj_dparameters_t parameters;
        opj_set_default_decoder_parameters(&parameters);
        status = ASSAY_IMAGE_DAMAGED;
        if (opj_setup_decoder(codec, &parameters) && opj_read_header(stream, codec, &image)) {
            if (is_too_large(image, most_pixels)) {
                status = ASSAY_IMAGE_TOO_LARGE;
            } else if (opj_decode(codec, stream, image) && opj_end_decompress(codec, stream)) {
                status = converted(image, most_pixels, out);
            }
        }
    }
    if (image) opj_image_destroy(image);
    if (stream) opj_stream_destroy(stream);
    if (codec) opj_destroy_codec(codec);
    if (status == ASSAY_IMAGE_DAMAGED && !out->message[0])
        snprintf(out->message, sizeof out->message, "the pixels are damaged or cut off");
    return status;
}

int assay_reads_jpeg2000(void) { return 1; }

#else

assay_image_status assay_jpeg2000_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out) {
    (void)bytes, (void)count, (void)most_pixels;
    memset(out, 0, sizeof *out);
    return ASSAY_IMAGE_NOT_BUILT;
}

int assay_reads_jpeg2000(void) { return 0; }

#endif

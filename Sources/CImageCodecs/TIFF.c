#include "CImageCodecs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

// A file in memory, and where its first error goes.
typedef struct {
    const uint8_t *bytes;
    uint64_t count;
    uint64_t at;
    assay_image *out;
} reading;

static tmsize_t on_read(thandle_t handle, void *to, tmsize_t wanted) {
    reading *from = (reading *)handle;
    uint64_t left = from->at < from->count ? from->count - from->at : 0;
    uint64_t given = wanted < 0 ? 0 : (uint64_t)wanted < left ? (uint64_t)wanted : left;
    memcpy(to, from->bytes + (given ? from->at : 0), (size_t)given);
    from->at += given;
    return (tmsize_t)given;
}

static tmsize_t on_write(thandle_t handle, void *bytes, tmsize_t count) {
    (void)handle, (void)bytes, (void)count;
    return 0;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
    reading *from = (reading *)handle;
    uint64_t base = whence == SEEK_CUR ? from->at : whence == SEEK_END ? from->count : 0;
    from->at = base + offset;
    return from->at;
}

static int on_close(thandle_t handle) { return (void)handle, 0; }
static toff_t on_size(thandle_t handle) { return ((reading *)handle)->count; }

// The file is in memory already: no copy of it is made, but nothing beyond its end is read either.
static int on_map(thandle_t handle, void **base, toff_t *size) { return (void)handle, (void)base, (void)size, 0; }
static void on_unmap(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

static void on_error(thandle_t handle, const char *module, const char *format, va_list arguments) {
    (void)module;
    assay_image *out = handle ? ((reading *)handle)->out : NULL;
    if (out && !out->message[0]) vsnprintf(out->message, sizeof out->message, format, arguments);
}

// Errors come with their file: the handlers are the same for all threads.
static void set_up(void) {
    static int is_done;
    if (__atomic_exchange_n(&is_done, 1, __ATOMIC_ACQ_REL)) return;
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    TIFFSetErrorHandlerExt(on_error);
}

static TIFF *opened(reading *from) {
    set_up();
    thandle_t handle = (thandle_t)from;
#if TIFFLIB_VERSION >= 20221213
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
    TIFF *tiff = TIFFClientOpenExt(
        "image", "rm", handle, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap, options);
    TIFFOpenOptionsFree(options);
    return tiff;
#else
    return TIFFClientOpen("image", "rm", handle, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap);
#endif
}

// What the library makes of 8 bits and fewer, of palettes, CMYK, YCbCr and the rest.
static int read_colours(TIFF *tiff, assay_image *out) {
    TIFFRGBAImage image;
    char message[1024] = "";
    if (!TIFFRGBAImageOK(tiff, message) || !TIFFRGBAImageBegin(&image, tiff, 1, message)) {
        if (!out->message[0]) snprintf(out->message, sizeof out->message, "%.200s", message);
        return 0;
    }
    // Rows as they are stored: EXIF's rules turn the image afterwards.
    image.req_orientation = image.orientation;
    size_t pixels = (size_t)out->width * out->height;
    uint32_t *raster = calloc(pixels, sizeof *raster);
    int is_read = raster && image.width == out->width && image.height == out->height
        && TIFFRGBAImageGet(&image, raster, out->width, out->height);
    TIFFRGBAImageEnd(&image);
    for (size_t i = 0; is_read && i < pixels; i++) {
        out->pixels[3 * i] = (uint8_t)TIFFGetR(raster[i]);
        out->pixels[3 * i + 1] = (uint8_t)TIFFGetG(raster[i]);
        out->pixels[3 * i + 2] = (uint8_t)TIFFGetB(raster[i]);
    }
    free(raster);
    return is_read;
}

// A block of 16-bit samples: where it lies in the image, and how its rows are laid out.
typedef struct {
    uint32_t left, top, width, height, stride;
} block;

// The high byte of each sample, as trainers' readers take it. `channels`: samples a pixel in the block.
static void place(const uint16_t *from, block at, unsigned channels, unsigned channel, int is_inverted, assay_image *out) {
    for (uint32_t y = 0; y < at.height && at.top + y < out->height; y++)
        for (uint32_t x = 0; x < at.width && at.left + x < out->width; x++) {
            uint8_t *to = out->pixels + 3 * ((size_t)(at.top + y) * out->width + at.left + x);
            const uint16_t *pixel = from + ((size_t)y * at.stride + x) * channels;
            uint8_t flip = is_inverted ? 0xFF : 0;
            if (channels >= 3) {
                for (int i = 0; i < 3; i++) to[i] = (uint8_t)(pixel[i] >> 8);
            } else if (channel < 3) {
                to[channel] = (uint8_t)(pixel[0] >> 8) ^ flip;
            } else {
                to[0] = to[1] = to[2] = (uint8_t)(pixel[0] >> 8) ^ flip;
            }
        }
}

static int read_deep(TIFF *tiff, unsigned samples, int is_planar, int is_inverted, assay_image *out) {
    int is_tiled = TIFFIsTiled(tiff);
    tmsize_t size = is_tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    uint32_t width = out->width, height = out->height, rows = height;
    if (is_tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &rows);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
        if (rows > height) rows = height;
    }
    unsigned channels = is_planar ? 1 : samples;
    if (width == 0 || rows == 0 || size <= 0 || (uint64_t)size > (uint64_t)1 << 31
        || (uint64_t)width * rows > (uint64_t)size / 2 / channels)
        return 0;
    uint16_t *buffer = calloc(1, (size_t)size);
    if (!buffer) return 0;
    int is_read = 1;
    unsigned planes = is_planar ? (samples >= 3 ? 3 : 1) : 1;
    for (unsigned plane = 0; plane < planes && is_read; plane++)
        for (uint32_t top = 0; top < height && is_read; top += rows)
            for (uint32_t left = 0; left < out->width && is_read; left += width) {
                tmsize_t got = is_tiled
                    ? TIFFReadEncodedTile(
                        tiff, TIFFComputeTile(tiff, left, top, 0, (uint16_t)plane), buffer, size)
                    : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, top, (uint16_t)plane), buffer, size);
                is_read = got >= 0;
                if (!is_read) break;
                block at = {left, top, width, rows, width};
                place(buffer, at, channels, planes == 3 ? plane : 3, is_inverted, out);
                if (rows > height - top) break;
                if (width > out->width - left) break;
            }
    free(buffer);
    return is_read;
}

assay_image_status assay_tiff_decode(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int keeps_depth, assay_image *out) {
    memset(out, 0, sizeof *out);
    reading from = {bytes, count, 0, out};
    TIFF *tiff = opened(&from);
    if (!tiff) return ASSAY_IMAGE_DAMAGED;
    uint16_t bits = 1, samples = 1, planar = PLANARCONFIG_CONTIG, photometric = PHOTOMETRIC_MINISBLACK, kind = 1;
    assay_image_status status = ASSAY_IMAGE_DAMAGED;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &out->width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &out->height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &kind);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    uint64_t pixels = (uint64_t)out->width * out->height;
    if (pixels > most_pixels) {
        status = ASSAY_IMAGE_TOO_LARGE;
    } else if (samples > 4) {
        snprintf(out->message, sizeof out->message, "it has %u channels, and readers take four at most", samples);
    } else if (pixels > 0) {
        out->pixels = calloc(pixels, 3);
        int is_grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
        int is_deep = bits == 16 && kind == SAMPLEFORMAT_UINT
            && (is_grey || (keeps_depth && photometric == PHOTOMETRIC_RGB && samples >= 3));
        if (!out->pixels) status = ASSAY_IMAGE_NO_MEMORY;
        else if (is_deep ? read_deep(tiff, samples, planar == PLANARCONFIG_SEPARATE,
                                     photometric == PHOTOMETRIC_MINISWHITE, out)
                         : read_colours(tiff, out))
            status = ASSAY_IMAGE_OK;
    }
    TIFFClose(tiff);
    if (status == ASSAY_IMAGE_OK) {
        // The library went on.
        out->warnings = out->message[0] != 0;
        return status;
    }
    if (!out->message[0]) snprintf(out->message, sizeof out->message, "its pixels are of a kind that is not read");
    assay_image_free(out);
    return status;
}

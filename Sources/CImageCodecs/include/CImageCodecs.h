#pragma once

#include <stddef.h>
#include <stdint.h>

// The image libraries behind functions that return a status. libjpeg-turbo and libpng report errors by longjmp: it is
// set and caught inside each function, and no caller's frame is ever jumped over. No library prints anything.

typedef enum {
    ASSAY_IMAGE_OK = 0,
    ASSAY_IMAGE_DAMAGED = 1,   // the decoder gave up; `message` says why
    ASSAY_IMAGE_NO_MEMORY = 2,
    ASSAY_IMAGE_TOO_LARGE = 3, // more pixels than the limit
    ASSAY_IMAGE_NOT_BUILT = 4, // this build leaves the format out
} assay_image_status;

typedef struct {
    uint8_t *pixels;      // RGB, interleaved, width * height * 3 bytes; free with assay_image_free
    uint32_t width;
    uint32_t height;
    uint32_t warnings;    // how many times the decoder complained and went on
    char message[256];    // the error, or the first warning
} assay_image;

// Decodes a JPEG to RGB with the library's default settings; CMYK and YCCK are converted as OpenCV does it.
// scale_denominator: 1, 2, 4 or 8 decodes at that fraction of the size; every entropy-coded byte is still read.
assay_image_status assay_jpeg_decode(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int scale_denominator, assay_image *out);

// Whether all rows of a JPEG come out of the bytes that are there, without the end that the library makes up where data
// run out: 1 or 0.
int assay_jpeg_is_complete(const uint8_t *bytes, size_t count, uint64_t most_pixels);

// Decodes a PNG to 8-bit RGB; 16-bit samples are reduced, palettes expanded, alpha left out.
assay_image_status assay_png_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out);

// Decodes a WebP to RGB: the first frame, transparency left out.
assay_image_status assay_webp_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out);
// Whether all parts of a WebP file are there: 1 or 0. Pixels are not looked at.
int assay_webp_opens(const uint8_t *bytes, size_t count);

// Decodes the first image of a TIFF to RGB, its rows as they are stored: the orientation is not applied. Samples of 16
// bits give their high bytes; with keeps_depth 0, those of colour images are rounded, as libtiff itself does it.
assay_image_status assay_tiff_decode(
    const uint8_t *bytes, size_t count, uint64_t most_pixels, int keeps_depth, assay_image *out);

// Decodes the primary image of an AVIF to RGB, neither turned nor mirrored, transparency left out.
assay_image_status assay_avif_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out);
// Whether the boxes of an AVIF file are sound: 1 or 0; 1 where the format is left out.
int assay_avif_opens(const uint8_t *bytes, size_t count);
int assay_reads_avif(void);

// Decodes the primary image of a HEIC or HEIF to RGB, turned, mirrored and cropped as the file says.
assay_image_status assay_heif_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out);
int assay_reads_heif(void);

// Decodes a JPEG 2000, in its boxes or as a bare codestream, to RGB; samples of more than 8 bits give their high bits.
assay_image_status assay_jpeg2000_decode(const uint8_t *bytes, size_t count, uint64_t most_pixels, assay_image *out);
int assay_reads_jpeg2000(void);

// Encodes RGB; *encoded is to be freed with free().
assay_image_status assay_jpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **encoded, size_t *count);
// Lossy WebP; quality 0…100.
assay_image_status assay_webp_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **encoded, size_t *count);
// kind: 0 RGB, 1 grey (from the red channel), 2 palette of at most 256 colours, 3 RGB with 16 bits a sample
assay_image_status assay_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int kind, uint8_t **encoded, size_t *count);

// The checksum of a PNG chunk (zlib's crc32), over two pieces.
uint32_t assay_png_checksum(const uint8_t *name, size_t name_count, const uint8_t *body, size_t body_count);

void assay_image_free(assay_image *image);
void assay_bytes_free(uint8_t *bytes);

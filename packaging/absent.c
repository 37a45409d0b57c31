// What the packages leave out of libraries that they bundle, as functions that say no.
//
// Debian's builds of these libraries are linked to encoders, to character sets, to ciphers and to an old fax codec that
// nothing in Assay calls: 70 MB, some under the GPL, some with security updates of their own. scripts/package puts this
// library in their place. Each function answers as the real one does when it fails, so that a file which asks for it is
// refused as damaged or unsupported. A symbol that is missing here fails the packaging, not the user.
#include <stddef.h>

#define NO(name) \
    long name(void); \
    long name(void) { return 0; }

// libx265 (GPL), for libheif: no encoder. The name ends in the version of its interface.
#define JOINED_(a, b) a##b
#define JOINED(a, b) JOINED_(a, b)
#ifdef X265
NO(JOINED(x265_api_get_, X265))
#endif

// libicuuc, for libxml2: no converter of its own; libxml2 reads UTF-8, UTF-16, Latin-1 and ASCII itself and asks iconv for others.
#ifdef ICU
enum { unsupported = 16 };
void *JOINED(ucnv_open_, ICU)(const char *name, int *status);
void *JOINED(ucnv_open_, ICU)(const char *name, int *status) {
    (void)name;
    if (status != NULL) *status = unsupported;
    return NULL;
}
NO(JOINED(ucnv_close_, ICU))
NO(JOINED(ucnv_convertEx_, ICU))
NO(JOINED(ucnv_setFromUCallBack_, ICU))
NO(JOINED(ucnv_setToUCallBack_, ICU))
NO(JOINED(UCNV_FROM_U_CALLBACK_STOP_, ICU))
NO(JOINED(UCNV_TO_U_CALLBACK_STOP_, ICU))
#endif

// libjbig (GPL), for libtiff: JBIG within TIFF is neither read nor written. Anything but 0 is an error.
static int refused(void) { return 3; }
int jbg_dec_in(void *state, unsigned char *data, size_t length, size_t *count);
int jbg_dec_in(void *state, unsigned char *data, size_t length, size_t *count) {
    (void)state, (void)data, (void)length;
    if (count != NULL) *count = 0;
    return refused();
}
const char *jbg_strerror(int code);
const char *jbg_strerror(int code) {
    (void)code;
    return "JBIG is not part of this build";
}
int jbg_newlen(unsigned char *data, size_t length);
int jbg_newlen(unsigned char *data, size_t length) {
    (void)data, (void)length;
    return refused();
}
NO(jbg_dec_free)
NO(jbg_dec_getimage)
NO(jbg_dec_getsize)
NO(jbg_dec_init)
NO(jbg_enc_free)
NO(jbg_enc_init)
NO(jbg_enc_out)

// librav1e and libSvtAv1Enc, for libavif: no encoder of AV1. A null pointer or an error code of theirs.
int svt_av1_enc_init_handle(void **handle, void *data, void *configuration);
int svt_av1_enc_init_handle(void **handle, void *data, void *configuration) {
    (void)data, (void)configuration;
    if (handle != NULL) *handle = NULL;
    return (int)0x80001000;
}
int svt_av1_enc_set_parameter(void *handle, void *configuration);
int svt_av1_enc_set_parameter(void *handle, void *configuration) {
    (void)handle, (void)configuration;
    return (int)0x80001000;
}
const char *svt_av1_get_version(void);
const char *svt_av1_get_version(void) { return "absent"; }
NO(svt_av1_enc_deinit)
NO(svt_av1_enc_deinit_handle)
NO(svt_av1_enc_get_packet)
NO(svt_av1_enc_init)
NO(svt_av1_enc_release_out_buffer)
NO(svt_av1_enc_send_picture)
const char *rav1e_version_short(void);
const char *rav1e_version_short(void) { return "absent"; }
const char *rav1e_version_full(void);
const char *rav1e_version_full(void) { return "absent"; }
NO(rav1e_config_default)
NO(rav1e_config_parse)
NO(rav1e_config_parse_int)
NO(rav1e_config_set_color_description)
NO(rav1e_config_set_pixel_format)
NO(rav1e_config_unref)
NO(rav1e_context_new)
NO(rav1e_context_unref)
NO(rav1e_frame_fill_plane)
NO(rav1e_frame_new)
NO(rav1e_frame_set_type)
NO(rav1e_frame_unref)
NO(rav1e_packet_unref)
NO(rav1e_receive_packet)
NO(rav1e_send_frame)

// libgav1, for libavif: a second decoder of AV1; libdav1d is the first, and there.
int Libgav1DecoderCreate(const void *settings, void **decoder);
int Libgav1DecoderCreate(const void *settings, void **decoder) {
    (void)settings;
    if (decoder != NULL) *decoder = NULL;
    return -1;
}
const char *Libgav1GetVersionString(void);
const char *Libgav1GetVersionString(void) { return "absent"; }
NO(Libgav1DecoderDequeueFrame)
NO(Libgav1DecoderDestroy)
NO(Libgav1DecoderEnqueueFrame)
NO(Libgav1DecoderSettingsInitDefault)

// libcrypto, for libzip: entries of archives that are locked by a password, for which nobody is asked. 0 is failure.
NO(AES_encrypt)
NO(AES_set_encrypt_key)
NO(EVP_sha1)
NO(HMAC_CTX_free)
NO(HMAC_CTX_new)
NO(HMAC_Final)
NO(HMAC_Init_ex)
NO(HMAC_Update)
NO(PKCS5_PBKDF2_HMAC_SHA1)
NO(RAND_bytes)

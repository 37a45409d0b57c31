// A library for LD_PRELOAD that makes one system call of a program fail, or something happen at it.
//
// Only calls on files below ASSAY_FAULT_ROOT count (one or more paths, separated by colons), of the kinds that
// ASSAY_FAULT_KINDS names (open, read, write, sync, rename, remove, folder, list, stat, lock, space, thread). The call number
// ASSAY_FAULT_AT, from 1, meets with ASSAY_FAULT_DO:
//     fail:ERRNO      it fails          full:ERRNO   it fails, and so do all that follow
//     short           half of the bytes are written or read
//     shrink          the file is cut to half before it is read
//     signal:NUMBER   the process gets a signal, then the call is made
//     move:PATH       PATH is renamed to PATH.moved, then the call is made
//     clock:SECONDS   from then on the clock is that much later, or earlier
// ASSAY_FAULT_LOG names a file that gets a line when it happens; without one, it has not happened. Without ASSAY_FAULT_AT
// the number of calls is written there when the program ends.

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#undef open
#undef openat
#undef fstatat
#undef stat
#undef fstat
#undef lstat
#undef pread
#undef pwrite
#undef ftruncate
#undef readdir

enum { MOST_DESCRIPTORS = 65536 };

static const char *roots, *kinds, *action, *log_path;
static long wanted;
static atomic_long count;
static atomic_int has_happened;
static atomic_long clock_offset;
static _Atomic unsigned char is_below[MOST_DESCRIPTORS];

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    roots = getenv("ASSAY_FAULT_ROOT");
    kinds = getenv("ASSAY_FAULT_KINDS");
    action = getenv("ASSAY_FAULT_DO");
    log_path = getenv("ASSAY_FAULT_LOG");
    const char *at = getenv("ASSAY_FAULT_AT");
    wanted = at ? atol(at) : 0;
    // Programs that are started from here are not counted.
    unsetenv("LD_PRELOAD");
}

static void append_to_log(const char *line, size_t length) {
    int log = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0) return;
    syscall(SYS_write, log, line, length);
    syscall(SYS_close, log);
}

__attribute__((destructor)) static void end(void) {
    if (wanted || !log_path) return;
    char line[32];
    append_to_log(line, (size_t)snprintf(line, sizeof line, "%ld\n", (long)count));
}

static int path_is_below(const char *path) {
    if (!roots || !path) return 0;
    char whole[4096];
    if (path[0] != '/') {
        char folder[2048];
        if (!getcwd(folder, sizeof folder)) return 0;
        snprintf(whole, sizeof whole, "%s/%s", folder, path);
        path = whole;
    }
    for (const char *root = roots; *root;) {
        size_t length = strcspn(root, ":");
        if (length && !strncmp(path, root, length) && (path[length] == '/' || !path[length])) return 1;
        root += length + (root[length] == ':');
    }
    return 0;
}

static int descriptor_is_below(int descriptor) {
    return descriptor >= 0 && descriptor < MOST_DESCRIPTORS && is_below[descriptor];
}

static int name_is_below(int folder, const char *path) {
    if (folder == AT_FDCWD || (path && path[0] == '/')) return path_is_below(path);
    return descriptor_is_below(folder);
}

static int opened(int descriptor, int below) {
    if (descriptor >= 0 && descriptor < MOST_DESCRIPTORS) is_below[descriptor] = (unsigned char)below;
    return descriptor;
}

static void tell(const char *kind, const char *path, int descriptor) {
    if (!log_path) return;
    char name[2048] = "";
    if (path) {
        snprintf(name, sizeof name, "%s", path);
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        ssize_t length = readlink(link, name, sizeof name - 1);
        if (length > 0) name[length] = 0;
    }
    char line[4096];
    int length = snprintf(line, sizeof line, "%s %s\n", kind, name);
    append_to_log(line, (size_t)length);
}

static long number(const char *text) {
    const char *colon = strchr(text, ':');
    return colon ? atol(colon + 1) : 0;
}

static int acts(const char *name) { return !strncmp(action, name, strlen(name)); }

enum { GO_ON = 0, HALF = -1 };

static int names(const char *kind) {
    size_t length = strlen(kind);
    for (const char *at = kinds; *at;) {
        size_t next = strcspn(at, ",");
        if (next == length && !strncmp(at, kind, length)) return 1;
        at += next + (at[next] == ',');
    }
    return 0;
}

/// What the call is to do: go on, do half, or fail with the number of an error.
static int meet(const char *kind, const char *path, int descriptor) {
    if (!kinds || !names(kind)) return GO_ON;
    long at = ++count;
    if (!action) return GO_ON;
    if (at != wanted && !(at > wanted && wanted > 0 && acts("full:"))) return GO_ON;
    if (!atomic_exchange(&has_happened, 1)) tell(kind, path, descriptor);
    if (acts("fail:") || acts("full:")) return (int)number(action);
    if (acts("short")) return HALF;
    if (acts("shrink") && descriptor >= 0) {
        struct stat status;
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        if (!syscall(SYS_fstat, descriptor, &status)) syscall(SYS_truncate, link, status.st_size / 2);
    }
    if (acts("signal:")) kill(getpid(), (int)number(action));
    if (acts("move:")) {
        char moved[4096];
        snprintf(moved, sizeof moved, "%s.moved", action + 5);
        syscall(SYS_rename, action + 5, moved);
    }
    if (acts("clock:")) clock_offset = number(action);
    return GO_ON;
}

#define MEET(kind, below, path, descriptor, failed)                                                                    \
    if (below) {                                                                                                       \
        int code = meet(kind, path, descriptor);                                                                       \
        if (code > 0) {                                                                                                \
            errno = code;                                                                                              \
            return failed;                                                                                             \
        }                                                                                                              \
    }

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list list;                                                                                                  \
        va_start(list, flags);                                                                                         \
        mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(list, mode_t) : 0;                                    \
        va_end(list);                                                                                                  \
        int below = path_is_below(path);                                                                               \
        MEET("open", below, path, -1, -1)                                                                              \
        return opened(((int (*)(const char *, int, ...))real(#name))(path, flags, mode), below);                       \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...) {                                                           \
        va_list list;                                                                                                  \
        va_start(list, flags);                                                                                         \
        mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(list, mode_t) : 0;                                    \
        va_end(list);                                                                                                  \
        int below = name_is_below(folder, path);                                                                       \
        MEET("open", below, path, -1, -1)                                                                              \
        return opened(((int (*)(int, const char *, int, ...))real(#name))(folder, path, flags, mode), below);          \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int descriptor) {
    opened(descriptor, 0);
    return REAL(close)(descriptor);
}

#define TRANSFER(result, name, kind, parameters, arguments, halved)                                                    \
    result name parameters {                                                                                           \
        int code = descriptor_is_below(descriptor) ? meet(kind, NULL, descriptor) : GO_ON;                             \
        if (code > 0) {                                                                                                \
            errno = code;                                                                                              \
            return -1;                                                                                                 \
        }                                                                                                              \
        result(*call) parameters = (result(*) parameters)real(#name);                                                  \
        if (code == HALF && size > 1) return call halved;                                                              \
        return call arguments;                                                                                         \
    }
TRANSFER(ssize_t, read, "read", (int descriptor, void *to, size_t size), (descriptor, to, size),
         (descriptor, to, size / 2))
TRANSFER(ssize_t, write, "write", (int descriptor, const void *from, size_t size), (descriptor, from, size),
         (descriptor, from, size / 2))
TRANSFER(ssize_t, pread, "read", (int descriptor, void *to, size_t size, off_t at), (descriptor, to, size, at),
         (descriptor, to, size / 2, at))
TRANSFER(ssize_t, pread64, "read", (int descriptor, void *to, size_t size, off_t at), (descriptor, to, size, at),
         (descriptor, to, size / 2, at))
TRANSFER(ssize_t, pwrite, "write", (int descriptor, const void *from, size_t size, off_t at),
         (descriptor, from, size, at), (descriptor, from, size / 2, at))
TRANSFER(ssize_t, pwrite64, "write", (int descriptor, const void *from, size_t size, off_t at),
         (descriptor, from, size, at), (descriptor, from, size / 2, at))

int fsync(int descriptor) {
    MEET("sync", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(fsync)(descriptor);
}
int fdatasync(int descriptor) {
    MEET("sync", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(fdatasync)(descriptor);
}
int ftruncate(int descriptor, off_t size) {
    MEET("space", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(ftruncate)(descriptor, size);
}
int ftruncate64(int descriptor, off_t size) {
    MEET("space", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(ftruncate)(descriptor, size);
}
int flock(int descriptor, int operation) {
    MEET("lock", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(flock)(descriptor, operation);
}
int rename(const char *from, const char *to) {
    MEET("rename", path_is_below(to), to, -1, -1)
    return REAL(rename)(from, to);
}
int unlink(const char *path) {
    MEET("remove", path_is_below(path), path, -1, -1)
    return REAL(unlink)(path);
}
int mkdir(const char *path, mode_t mode) {
    MEET("folder", path_is_below(path), path, -1, -1)
    return REAL(mkdir)(path, mode);
}
DIR *opendir(const char *path) {
    MEET("open", path_is_below(path), path, -1, NULL)
    DIR *folder = REAL(opendir)(path);
    if (folder) opened(dirfd(folder), path_is_below(path));
    return folder;
}
int closedir(DIR *folder) {
    opened(dirfd(folder), 0);
    return REAL(closedir)(folder);
}
struct dirent *readdir(DIR *folder) {
    MEET("list", descriptor_is_below(dirfd(folder)), NULL, dirfd(folder), NULL)
    return REAL(readdir)(folder);
}
struct dirent64 *readdir64(DIR *folder) {
    MEET("list", descriptor_is_below(dirfd(folder)), NULL, dirfd(folder), NULL)
    return REAL(readdir64)(folder);
}
int stat(const char *path, struct stat *to) {
    MEET("stat", path_is_below(path), path, -1, -1)
    return REAL(stat)(path, to);
}
int stat64(const char *path, struct stat64 *to) {
    MEET("stat", path_is_below(path), path, -1, -1)
    return REAL(stat64)(path, to);
}
int fstat(int descriptor, struct stat *to) {
    MEET("stat", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(fstat)(descriptor, to);
}
int fstat64(int descriptor, struct stat64 *to) {
    MEET("stat", descriptor_is_below(descriptor), NULL, descriptor, -1)
    return REAL(fstat64)(descriptor, to);
}
int fstatat(int folder, const char *path, struct stat *to, int flags) {
    MEET("stat", name_is_below(folder, path), path, -1, -1)
    return REAL(fstatat)(folder, path, to, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    int code = meet("thread", "thread", -1);
    if (code > 0) return code;
    return REAL(pthread_create)(thread, attributes, body, argument);
}

int clock_gettime(clockid_t clock, struct timespec *to) {
    int result = (int)syscall(SYS_clock_gettime, clock, to);
    if (!result && clock == CLOCK_REALTIME) to->tv_sec += clock_offset;
    return result;
}

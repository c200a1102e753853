/* Makes the n-th write of one process fail. Preloaded into a server and its worker; a mapped file
   says which process, which write and how. Only regular files below one folder count. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
    _Atomic int pid;   /* whose writes count; 0 is nobody's */
    _Atomic int error; /* the errno of those that fail */
    _Atomic long long first; /* the first that fails, counted from 1 */
    _Atomic long long count; /* how many fail from there on */
    _Atomic long long seen;
    char what[256]; /* the first that failed */
};

static struct control *control;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CHAOS_CONTROL");
    folder = getenv("CHAOS_FOLDER");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0 || !folder)
        return;
    void *place = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (place != MAP_FAILED)
        control = place;
}

static int counts(void) {
    return control && control->pid == getpid();
}

static int fails_at(const char *call, const char *path) {
    if (strncmp(path, folder, strlen(folder)))
        return 0;
    long long number = atomic_fetch_add(&control->seen, 1) + 1;
    long long first = control->first;
    if (number < first || number >= first + control->count)
        return 0;
    if (number == first)
        snprintf(control->what, sizeof control->what, "%s %s", call, path + strlen(folder));
    errno = control->error;
    return 1;
}

static int fails_on(const char *call, int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return fails_at(call, path);
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) \
        next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define ON_FILE(kind, name, parameters, ...) \
    kind name parameters { \
        NEXT(name); \
        if (counts() && fails_on(#name, file)) \
            return -1; \
        return next(__VA_ARGS__); \
    }

ON_FILE(ssize_t, write, (int file, const void *data, size_t size), file, data, size)
ON_FILE(ssize_t, pwrite, (int file, const void *data, size_t size, off_t at), file, data, size, at)
ON_FILE(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), file, data, size, at)
ON_FILE(ssize_t, writev, (int file, const struct iovec *parts, int count), file, parts, count)
ON_FILE(int, ftruncate, (int file, off_t size), file, size)
ON_FILE(int, ftruncate64, (int file, off64_t size), file, size)
ON_FILE(int, fsync, (int file), file)
ON_FILE(int, fdatasync, (int file), file)

#define ON_PATH(name, parameters, path, ...) \
    int name parameters { \
        NEXT(name); \
        if (counts() && fails_at(#name, path)) \
            return -1; \
        return next(__VA_ARGS__); \
    }

ON_PATH(rename, (const char *from, const char *to), to, from, to)
ON_PATH(renameat, (int a, const char *from, int b, const char *to), to, a, from, b, to)
ON_PATH(link, (const char *from, const char *to), to, from, to)
ON_PATH(linkat, (int a, const char *from, int b, const char *to, int flags), to, a, from, b, to, flags)

#define MODE(flags, last) \
    mode_t mode = 0; \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest; \
        va_start(rest, last); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

#define WRITES(flags) (((flags) & O_ACCMODE) != O_RDONLY)

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        NEXT(name); \
        MODE(flags, flags) \
        if (WRITES(flags) && counts() && fails_at(#name, path)) \
            return -1; \
        return next(path, flags, mode); \
    }

#define OPENS_AT(name) \
    int name(int home, const char *path, int flags, ...) { \
        NEXT(name); \
        MODE(flags, flags) \
        if (WRITES(flags) && counts() && fails_at(#name, path)) \
            return -1; \
        return next(home, path, flags, mode); \
    }

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)

/* Between a process and its files (LD_PRELOAD): records every operation below one folder that changes something, makes one of them
   fail, or turns the clock back. What the kernel is asked for is seen here, whoever asks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[4096];
static size_t folder_length;
static int log_file = -1;
static long operations, fail_at = -1;
static int fail_error, fail_forever;
static int clock_turned, clock_calls;

/* ---- What the tests ask for. ---- */

void shim_watch(const char *path)
{
    folder_length = strlen(path);
    if (folder_length < sizeof folder) memcpy(folder, path, folder_length + 1);
    operations = 0;
    fail_at = -1;
    log_file = -1;
}

void shim_record(int file) { log_file = file; }

void shim_fail(long at, int error, int forever)
{
    operations = 0;
    fail_at = at;
    fail_error = error;
    fail_forever = forever;
}

long shim_operations(void) { return operations; }

void shim_turn_clock(int on) { clock_turned = on; }

/* ---- Records: kind, inode, offset, lengths of two texts, the texts. ---- */

static void record(char kind, uint64_t inode, int64_t offset, const void *one, size_t one_length, const void *two, size_t two_length)
{
    if (log_file < 0) return;
    struct { uint64_t kind, inode; int64_t offset; uint64_t one, two; } head = {(uint64_t)kind, inode, offset, one_length, two_length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)one, one_length}, {(void *)two, two_length}};
    if (syscall(SYS_writev, log_file, parts, 3) < 0) log_file = -1;
}

void shim_mark(const char *text)
{
    pthread_mutex_lock(&lock);
    record('!', 0, 0, text, strlen(text), "", 0);
    pthread_mutex_unlock(&lock);
}

static int is_watched(const char *path)
{
    return folder_length && strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || !path[folder_length]);
}

static int is_open_below(int file)
{
    char link[64], path[4096];
    if (!folder_length || file == log_file) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_watched(path);
}

static uint64_t inode_of(int file)
{
    struct stat found;
    return fstat(file, &found) == 0 ? found.st_ino : 0;
}

/* Whether this operation is to fail; the lock is held from here on until it is recorded. */
static int fails(void)
{
    pthread_mutex_lock(&lock);
    long mine = operations++;
    if (fail_at < 0 || mine < fail_at || (mine > fail_at && !fail_forever)) return 0;
    pthread_mutex_unlock(&lock);
    errno = fail_error;
    return 1;
}

static long done(long result)
{
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

/* ---- Files. ---- */

static int opened(int at, const char *path, int flags, mode_t mode)
{
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
    if (!writes || !is_watched(path)) return (int)syscall(SYS_openat, at, path, flags, mode);
    if (fails()) return -1;
    int existed = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
    int file = (int)syscall(SYS_openat, at, path, flags, mode);
    record(file < 0 ? '-' : existed ? flags & O_TRUNC ? 'T' : 'O' : 'C', file < 0 ? 0 : inode_of(file), 0, path, strlen(path), "", 0);
    return (int)done(file);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        return opened(AT_FDCWD, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name) \
    int name(int at, const char *path, int flags, ...) \
    { \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        return opened(at, path, flags, mode); \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

static ssize_t written(int file, const void *data, size_t count, off_t offset)
{
    /* A full disk takes part of a write before it takes nothing. */
    if (fail_error == ENOSPC && fail_forever && operations == fail_at && count > 1) {
        count /= 2;
        fail_at++;
    }
    if (fails()) return -1;
    ssize_t result = syscall(SYS_pwrite64, file, data, count, offset);
    record(result > 0 ? 'W' : '-', inode_of(file), offset, "", 0, data, result > 0 ? (size_t)result : 0);
    return done(result);
}

ssize_t pwrite(int file, const void *data, size_t count, off_t offset)
{
    return is_open_below(file) ? written(file, data, count, offset) : syscall(SYS_pwrite64, file, data, count, offset);
}

ssize_t pwrite64(int file, const void *data, size_t count, off64_t offset) { return pwrite(file, data, count, offset); }

ssize_t write(int file, const void *data, size_t count)
{
    if (!is_open_below(file)) return syscall(SYS_write, file, data, count);
    off_t offset = lseek(file, 0, fcntl(file, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    ssize_t result = written(file, data, count, offset);
    if (result > 0) lseek(file, offset + result, SEEK_SET);
    return result;
}

/* Nobody below the folder writes in pieces; if that changes, the recording must learn of it. */
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset)
{
    if (!is_open_below(file)) return syscall(SYS_pwritev, file, parts, count, offset, 0);
    return written(file, parts[0].iov_base, parts[0].iov_len, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) { return pwritev(file, parts, count, offset); }

int ftruncate(int file, off_t length)
{
    if (!is_open_below(file)) return (int)syscall(SYS_ftruncate, file, length);
    if (fails()) return -1;
    int result = (int)syscall(SYS_ftruncate, file, length);
    record(result == 0 ? 'T' : '-', inode_of(file), length, "", 0, "", 0);
    return (int)done(result);
}

int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }

int fsync(int file)
{
    if (!is_open_below(file)) return (int)syscall(SYS_fsync, file);
    if (fails()) return -1;
    struct stat found;
    int result = (int)syscall(SYS_fsync, file);
    if (fstat(file, &found) == 0) record(result != 0 ? '-' : S_ISDIR(found.st_mode) ? 'D' : 'F', found.st_ino, 0, "", 0, "", 0);
    return (int)done(result);
}

int fdatasync(int file) { return fsync(file); }

int rename(const char *from, const char *to)
{
    if (!is_watched(from) && !is_watched(to)) return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    if (fails()) return -1;
    int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    record(result == 0 ? 'R' : '-', 0, 0, from, strlen(from), to, strlen(to));
    return (int)done(result);
}

int unlink(const char *path)
{
    if (!is_watched(path)) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (fails()) return -1;
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    record(result == 0 ? 'U' : '-', 0, 0, path, strlen(path), "", 0);
    return (int)done(result);
}

int mkdir(const char *path, mode_t mode)
{
    if (!is_watched(path)) return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (fails()) return -1;
    int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    record(result == 0 ? 'M' : '-', 0, 0, path, strlen(path), "", 0);
    return (int)done(result);
}

/* ---- The clock: once turned, every look finds it an hour earlier. ---- */

int clock_gettime(clockid_t id, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, id, now);
    if (clock_turned && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec -= 3600L * __atomic_add_fetch(&clock_calls, 1, __ATOMIC_RELAXED);
    return result;
}

/* The runtime finds functions of libc by name, past what is preloaded. */
void *dlsym(void *handle, const char *name)
{
    static void *(*real)(void *, const char *);
    static const char *const versions[] = {"GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.34"};
    if (handle != RTLD_NEXT && strcmp(name, "open") == 0) return (void *)open;
    if (handle != RTLD_NEXT && strcmp(name, "fsync") == 0) return (void *)fsync;
    for (int i = 0; !real && i < 3; i++) *(void **)&real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    return real(handle, name);
}

/* SPDX-License-Identifier: MIT */
/* Whole files in and out: bounded, atomic, one line when it fails. */
#include "base/file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/otalab-file-XXXXXX";
static struct diag diag;

static const char *in_folder(const char *name)
{
    static char path[8][200];
    static unsigned next;
    char *out = path[next++ % 8];

    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    diag.text[0] = '\0';
}

/* Entries of the folder, removed on the way. */
static unsigned sweep(const char *path)
{
    struct dirent *entry;
    unsigned count = 0;
    DIR *list = opendir(path);

    cr_assert_not_null(list);
    while ((entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            count++;
            (void)unlinkat(dirfd(list), entry->d_name, 0);
        }
    }
    closedir(list);
    return count;
}

static void end(void)
{
    (void)sweep(folder);
    (void)rmdir(folder);
}

TestSuite(file, .init = begin, .fini = end);

static void expect_holds(const char *path, const char *wanted)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    cr_assert_eq(file_read(path, 100000, &bytes, &size, &diag), 0, "%s",
                 diag.text);
    cr_expect_eq(size, strlen(wanted));
    cr_expect_str_eq((char *)bytes, wanted); /* the NUL is always there */
    free(bytes);
}

Test(file, written_is_read_back)
{
    const char *path = in_folder("a");
    struct stat status;

    cr_assert_eq(file_write(path, "hello", 5, &diag), 0, "%s", diag.text);
    expect_holds(path, "hello");
    cr_assert_eq(file_write(path, "", 0, &diag), 0, "%s", diag.text);
    expect_holds(path, "");
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777u, 0644u);
    cr_expect_eq(sweep(folder), 1, "a temporary file is left");
}

Test(file, read_is_bounded)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 20000};
    static uint8_t data[20000];
    const char *path = in_folder("a");

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *bytes = NULL;
        size_t size = 0;

        diag.text[0] = '\0';
        cr_assert_eq(file_write(path, data, sizes[i], &diag), 0);
        cr_expect_eq(file_read(path, sizes[i], &bytes, &size, &diag), 0,
                     "%zu: %s", sizes[i], diag.text);
        cr_expect_eq(size, sizes[i]);
        free(bytes);
        if (sizes[i] == 0) {
            continue;
        }
        cr_expect_eq(file_read(path, sizes[i] - 1, &bytes, &size, &diag),
                     OTALAB_ERR_USAGE, "%zu", sizes[i]);
        cr_expect_null(bytes);
        cr_expect_not_null(strstr(diag.text, "larger than"), "%s", diag.text);
    }
}

/* A file without an end is no reason to fill the memory. */
Test(file, endless_file_is_refused)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    cr_expect_eq(file_read("/dev/zero", 10000, &bytes, &size, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_null(bytes);
}

Test(file, missing_file_is_named)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    cr_expect_eq(file_read(in_folder("x"), 10, &bytes, &size, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "/x: No such file"), "%s", diag.text);
    diag.text[0] = '\0';
    cr_expect_eq(file_read(folder, 10, &bytes, &size, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, folder), "%s", diag.text);
}

Test(file, full_disk_leaves_the_old_file)
{
    struct rlimit limit = {.rlim_cur = 1000, .rlim_max = 1000};
    static const char data[5000] = {'x'};
    const char *path = in_folder("a");

    cr_assert_eq(file_write(path, "old", 3, &diag), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_expect_eq(file_write(path, data, sizeof data, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "/a: not written: File too large"),
                       "%s", diag.text);
    expect_holds(path, "old");
    cr_expect_eq(sweep(folder), 1, "half a file is left");
}

Test(file, folder_that_is_not_there)
{
    cr_expect_eq(file_write(in_folder("no/where"), "x", 1, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "not written"), "%s", diag.text);
}

Test(file, folder_in_the_way)
{
    const char *path = in_folder("a");

    cr_assert_eq(mkdir(path, 0700), 0);
    cr_expect_eq(file_write(path, "x", 1, &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(rmdir(path), 0);
    cr_expect_eq(sweep(folder), 0, "a temporary file is left");
}

/* As /dev/null or a named pipe would be, if the link or rename() had its way.
 */
Test(file, what_is_no_file_stays)
{
    const char *pipe = in_folder("pipe");
    struct stat status;

    cr_assert_eq(mkfifo(pipe, 0600), 0);
    cr_expect_eq(file_write(pipe, "x", 1, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "/pipe: not written: it is no"), "%s",
                       diag.text);
    cr_assert_eq(lstat(pipe, &status), 0);
    cr_expect(S_ISFIFO(status.st_mode));
    cr_expect_eq(symlink(pipe, in_folder("link")), 0);
    cr_expect_eq(file_write(in_folder("link"), "x", 1, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_eq(sweep(folder), 2, "a temporary file is left");
}

Test(file, link_is_followed)
{
    const char *link = in_folder("link");
    struct stat status;

    cr_assert_eq(file_write(in_folder("a"), "old", 3, &diag), 0);
    cr_assert_eq(symlink("a", link), 0);
    cr_expect_eq(file_write(link, "new", 3, &diag), 0, "%s", diag.text);
    cr_assert_eq(lstat(link, &status), 0);
    cr_expect(S_ISLNK(status.st_mode));
    expect_holds(in_folder("a"), "new");
    cr_assert_eq(unlink(in_folder("a")), 0);
    cr_expect_eq(file_write(link, "x", 1, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "does not exist"), "%s", diag.text);
    cr_expect_eq(sweep(folder), 1, "something is left beside the link");
}

Test(file, draft_is_kept_or_dropped)
{
    const char *path = in_folder("a");
    struct file_draft draft;

    cr_assert_eq(file_write(path, "old", 3, &diag), 0);
    cr_assert_eq(file_draft(&draft, path, "new", 3, &diag), 0);
    expect_holds(path, "old");
    file_drop(&draft);
    file_drop(&draft);
    expect_holds(path, "old");
    cr_assert_eq(file_draft(&draft, path, "new", 3, &diag), 0);
    cr_expect_eq(file_keep(&draft, &diag), 0, "%s", diag.text);
    file_drop(&draft);
    expect_holds(path, "new");
    cr_expect_eq(sweep(folder), 1, "a temporary file is left");
}

/* Whether there is a file yet, and which way leads there, is all the same. */
Test(file, two_names_of_one_place)
{
    char other[300];

    snprintf(other, sizeof other, "%s/./a", folder);
    cr_expect(file_same(in_folder("a"), other));
    cr_expect_not(file_same(in_folder("b"), other));
    cr_assert_eq(file_write(other, "x", 1, &diag), 0);
    cr_expect(file_same(in_folder("a"), other));
    cr_assert_eq(symlink("a", in_folder("b")), 0);
    cr_expect(file_same(in_folder("b"), other));
    cr_expect(file_same("a", "./a"));
    cr_expect_not(file_same("a", other));
    cr_expect_not(file_same(in_folder("no/where"), in_folder("no/where")));
}

Test(file, path_that_is_too_long)
{
    static char path[6000];

    memset(path, 'a', sizeof path - 1);
    cr_expect_eq(file_write(path, "x", 1, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "too long"), "%s", diag.text);
    diag.text[0] = '\0';
    cr_expect_eq(file_make_dirs(path, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "too long"), "%s", diag.text);
}

Test(file, folders_are_made_with_their_parents)
{
    char path[300];

    snprintf(path, sizeof path, "%s/b/c/", folder);
    cr_expect_eq(file_make_dirs(path, &diag), 0, "%s", diag.text);
    cr_expect_eq(file_make_dirs(path, &diag), 0, "%s", diag.text);
    cr_expect_eq(file_write(in_folder("b/c/d"), "x", 1, &diag), 0, "%s",
                 diag.text);
    cr_expect_eq(unlink(in_folder("b/c/d")), 0);
    cr_expect_eq(rmdir(in_folder("b/c")), 0);
    cr_expect_eq(rmdir(in_folder("b")), 0);
}

Test(file, file_in_the_way_of_a_folder)
{
    cr_assert_eq(file_write(in_folder("a"), "x", 1, &diag), 0);
    cr_expect_eq(file_make_dirs(in_folder("a/b"), &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "Not a directory"), "%s", diag.text);
    diag.text[0] = '\0';
    cr_expect_eq(file_make_dirs(in_folder("a"), &diag), OTALAB_ERR_USAGE,
                 "a file is no folder");
}

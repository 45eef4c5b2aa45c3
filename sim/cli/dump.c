/* SPDX-License-Identifier: MIT */
#include "cli/dump.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "image/provision.h"
#include "oracle/decode.h"

/* Opening a FIFO would wait for whoever writes to it. */
static int read_regular(const char *path, size_t limit, uint8_t **bytes,
                        size_t *size, struct diag *diag)
{
    struct stat info;

    *bytes = NULL;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s: not a regular file",
                         path);
    }
    return file_read(path, limit, bytes, size, diag);
}

int dump_read_fuses(const char *path, uint32_t words[OTP_WORDS],
                    struct diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = read_regular(path, FUSE_FILE_SIZE, &bytes, &size, diag);

    if (err == 0 && size != FUSE_FILE_SIZE) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: %zu bytes; a fuse file has %u", path, size,
                        FUSE_FILE_SIZE);
    }
    if (err == 0) {
        fuses_unpack(bytes, words);
    }
    free(bytes);
    return err;
}

int dump_read(struct dump *dump, const char *flash, const char *fuses,
              struct diag *diag)
{
    *dump = (struct dump){.run = {.path = flash}, .fuses_path = fuses};
    int err = read_regular(flash, FLASH_MAX_SIZE, &dump->flash, &dump->run.size,
                           diag);

    dump->run.flash = dump->flash;
    if (err == 0 && fuses != NULL) {
        err = dump_read_fuses(fuses, dump->fuses, diag);
        dump->run.fuses = dump->fuses;
    }
    return err;
}

void dump_free(struct dump *dump)
{
    free(dump->flash);
    dump->flash = NULL;
}

/* A link's own name is what counts: evidence replaces names. */
static bool is_directly_in(const char *path, const char *folder)
{
    const char *slash = strrchr(path, '/');
    char parent[FILE_PATH];
    char one[FILE_PATH];
    char other[FILE_PATH];
    int n = snprintf(parent, sizeof parent, "%.*s",
                     slash != NULL ? (int)(slash - path) + 1 : 1,
                     slash != NULL ? path : ".");

    return n > 0 && (size_t)n < sizeof parent &&
           realpath(parent, one) != NULL && realpath(folder, other) != NULL &&
           strcmp(one, other) == 0;
}

int dump_check_folder(const struct dump *dump, const char *folder,
                      struct diag *diag)
{
    const char *const paths[] = {dump->run.path, dump->fuses_path};

    for (unsigned i = 0; i < 2; i++) {
        if (paths[i] != NULL && is_directly_in(paths[i], folder)) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "%s: --record would replace it; name another "
                             "folder",
                             paths[i]);
        }
    }
    return 0;
}

void dump_prepare(struct scenario *scenario)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < scenario->expects; i++) {
        if (scenario->expect[i].kind == EXPECT_ALWAYS_AUTHENTIC) {
            scenario->expect[kept++] = scenario->expect[i];
        }
    }
    scenario->expects = kept;
    scenario->steps = 0;
    scenario->devices = 1;
    scenario->allow &= ~(uint32_t)ALLOW_BRICK;
}

void dump_say_begin(FILE *out, const struct dump *dump,
                    const struct scenario *scenario)
{
    fprintf(out,
            "%s, from the flash in %s: no steps, no expectations but always\n",
            scenario->name, dump->run.path);
}

void dump_say_end(FILE *out, const struct run_result *result)
{
    const struct run_last *last = &result->device[0].last;

    if (!last->works) {
        fprintf(out, "runs nothing: %s\n",
                last->halted ? "the device has halted"
                             : "no authentic image does its work");
        return;
    }
    fprintf(out, "runs %s, version %u.%u.%u, %s\n",
            decode_slot_name(last->slot), last->version >> 24,
            last->version >> 16 & 0xffu, last->version & 0xffffu,
            last->confirmed ? "confirmed" : "not confirmed");
}

/* SPDX-License-Identifier: MIT */
#include "cli/native.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/machine.h"

#define SUFFIX "-native"

static char **kept;

void native_keep(int argc, char **argv)
{
    kept = calloc((size_t)argc + 1, sizeof *kept);
    if (kept != NULL) {
        memcpy(kept, argv, (size_t)argc * sizeof *kept);
    }
}

int native_other(char *out, size_t size)
{
    char own[512];
    size_t tail = sizeof SUFFIX - 1;
    ssize_t length = readlink("/proc/self/exe", own, sizeof own);

    if (length <= (ssize_t)tail || (size_t)length + tail >= size) {
        return -1;
    }
    own[length < (ssize_t)sizeof own ? length : 0] = '\0';
    if (!machine_is_native()) {
        snprintf(out, size, "%s%s", own, SUFFIX);
        return 0;
    }
    if (strcmp(own + length - tail, SUFFIX) != 0) {
        return -1;
    }
    snprintf(out, size, "%.*s", (int)((size_t)length - tail), own);
    return 0;
}

int native_go(struct diag *diag)
{
    char program[512];

    if (machine_is_native()) {
        return 0;
    }
    if (kept == NULL || native_other(program, sizeof program) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "this program's own file is not known");
    }
    kept[0] = program;
    (void)execv(program, kept);
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "%s: %s: build it with 'make native'", program,
                     strerror(errno));
}

int native_check(const struct token *token, struct diag *diag)
{
    if (strcmp(token->qemu, MACHINE_NATIVE) == 0) {
        return native_go(diag);
    }
    if (!machine_is_native()) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "this run was made with QEMU %s, which a native machine "
                     "cannot repeat: use otalab",
                     token->qemu);
}

/* SPDX-License-Identifier: MIT */
#include "cli/sweep_find.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/core.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "sweep/find.h"

static int print_case(const struct sweep *sweep, const struct find_case *found,
                      struct diag *diag)
{
    char *token = malloc(TOKEN_MAX);
    int err = token != NULL
                  ? find_token(sweep, found, token, TOKEN_MAX, diag)
                  : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");

    if (err == 0) {
        printf("  %s\n", token);
    }
    free(token);
    return err;
}

static int print_matches(const struct sweep *sweep,
                         const struct sweep_find *find, struct diag *diag)
{
    int err = 0;

    printf("%" PRIu64 " of %" PRIu64 " cuts leave exactly this flash\n",
           find->equal, find->compared);
    for (uint64_t i = 0; i < find->equal && i < FIND_CASES && err == 0; i++) {
        err = print_case(sweep, &find->match[i], diag);
    }
    if (find->equal > FIND_CASES && err == 0) {
        printf("  and %" PRIu64 " more\n", find->equal - FIND_CASES);
    }
    return err;
}

static int print_nearest(const struct sweep *sweep,
                         const struct sweep_find *find, struct diag *diag)
{
    const struct find_case *nearest = &find->nearest;

    printf("none of %" PRIu64 " cuts leaves exactly this flash\n",
           find->compared);
    if (find->compared == 0) {
        return 0;
    }
    printf("the nearest differs in %u sectors, %u bytes:\n",
           (unsigned)nearest->sectors, (unsigned)nearest->bytes);
    for (uint32_t i = 0; i < nearest->sectors && i < FIND_SECTORS; i++) {
        const struct find_sector *sector = &find->differs[i];

        printf("  0x%06x %-10s %u bytes\n", (unsigned)sector->address,
               sector->partition, (unsigned)sector->bytes);
    }
    if (nearest->sectors > FIND_SECTORS) {
        printf("  and %u more\n", (unsigned)(nearest->sectors - FIND_SECTORS));
    }
    return print_case(sweep, nearest, diag);
}

static int look(const struct scenario *scenario,
                const struct sweep_options *options, struct diag *diag)
{
    struct sweep sweep;
    struct core core;

    core_hold(&core, CORE_HERE);
    int err = sweep_run(scenario, options, &sweep, diag);

    core_release(&core);
    int code = options->find->equal > 0 ? 0 : 1;

    if (err == 0 && sweep.interrupted) {
        code = interrupt_exit();
    } else if (err == 0) {
        err = options->find->equal > 0
                  ? print_matches(&sweep, options->find, diag)
                  : print_nearest(&sweep, options->find, diag);
    }
    sweep_free(&sweep);
    return err ? err : code;
}

int sweep_find(const struct scenario *scenario,
               const struct sweep_options *options, const char *path,
               struct diag *diag)
{
    struct sweep_find find = {.compared = 0};
    struct sweep_options how = *options;
    uint8_t *bytes = NULL;
    int err = file_read(path, FLASH_MAX_SIZE, &bytes, &find.size, diag);

    find.dump = bytes;
    how.find = &find;
    how.depth = 1;
    how.check = 0;
    err = err ? err : look(scenario, &how, diag);
    free(bytes);
    return err;
}

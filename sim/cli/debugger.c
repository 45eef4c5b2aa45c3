/* SPDX-License-Identifier: MIT */
#include "cli/debugger.h"

#include <string.h>
#include <unistd.h>

/* The program's symbols, if there are any: each program has its own address. */
static void put_symbols(FILE *out, const struct locations *where,
                        const char *program)
{
    const char *const folders[] = {where->firmware, where->firmware_else};

    for (unsigned i = 0; i < 2; i++) {
        char path[600];
        int n = snprintf(path, sizeof path, "%s/%s.elf", folders[i], program);

        if (n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0) {
            fprintf(out, " -ex 'add-symbol-file %s'", path);
            return;
        }
    }
}

static bool is_known(const struct scenario *scenario, unsigned index)
{
    const char *build = scenario->image[index].build;

    for (unsigned i = 0; i < index; i++) {
        if (strcmp(scenario->image[i].build, build) == 0) {
            return true;
        }
    }
    return strcmp(build, "boot") == 0;
}

void debugger_say(FILE *out, const struct scenario *scenario,
                  const struct locations *where, int port)
{
    fprintf(out,
            "%s waits for a debugger at the ROM's first instruction; in "
            "another terminal:\n"
            "  gdb-multiarch -ex 'target remote :%d'",
            scenario->name, port);
    put_symbols(out, where, "rom");
    put_symbols(out, where, "boot");
    for (unsigned i = 0; i < scenario->images; i++) {
        if (!is_known(scenario, i)) {
            put_symbols(out, where, scenario->image[i].build);
        }
    }
    fprintf(out, "\nCtrl-C ends it.\n");
    (void)fflush(out);
}

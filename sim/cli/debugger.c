/* SPDX-License-Identifier: MIT */
#include "cli/debugger.h"

void debugger_say_at(FILE *out, const char *name, const char *there,
                     const struct programs *programs, int port)
{
    fprintf(out,
            "%s waits for a debugger %s; in another terminal:\n"
            "  gdb-multiarch -ex 'target remote :%d'",
            name, there, port);
    /* each program has its own address */
    for (unsigned i = 0; i < programs->count; i++) {
        fprintf(out, " -ex 'add-symbol-file %s'", programs->program[i].path);
    }
    fprintf(
        out,
        "\nStepping does not change the run. Stopping at a breakpoint does: "
        "QEMU's clock\nmoves on, and the controller may refuse the next "
        "command for its time.\nCtrl-C ends it.\n");
    (void)fflush(out);
}

void debugger_say(FILE *out, const struct scenario *scenario,
                  const struct locations *where, int port)
{
    struct programs programs;

    programs_find(scenario, where, &programs);
    debugger_say_at(out, scenario->name, "at the ROM's first instruction",
                    &programs, port);
}

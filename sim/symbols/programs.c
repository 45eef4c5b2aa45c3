/* SPDX-License-Identifier: MIT */
#include "symbols/programs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_known(const struct programs *programs, const char *name)
{
    for (unsigned i = 0; i < programs->count; i++) {
        if (strcmp(programs->program[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add(struct programs *programs, const struct locations *where,
                const char *name)
{
    const char *const folders[] = {where->firmware, where->firmware_else};
    unsigned at = programs->count;

    if (at == PROGRAMS_MAX || is_known(programs, name)) {
        return;
    }
    for (unsigned i = 0; i < 2 && programs->count == at; i++) {
        char *path = programs->program[at].path;
        size_t size = sizeof programs->program[at].path;
        int n = snprintf(path, size, "%s/%s.elf", folders[i], name);

        if (n > 0 && (size_t)n < size && access(path, R_OK) == 0) {
            snprintf(programs->program[at].name,
                     sizeof programs->program[at].name, "%s", name);
            programs->count++;
        }
    }
}

void programs_find(const struct scenario *scenario,
                   const struct locations *where, struct programs *out)
{
    char rom[SCENARIO_NAME] = "rom";
    size_t length = strlen(scenario->rom);

    if (length > 4 && strcmp(scenario->rom + length - 4, ".elf") == 0) {
        snprintf(rom, sizeof rom, "%.*s", (int)(length - 4), scenario->rom);
    }
    out->count = 0;
    add(out, where, rom);
    add(out, where, "boot");
    for (unsigned i = 0; i < scenario->images; i++) {
        add(out, where, scenario->image[i].build);
    }
}

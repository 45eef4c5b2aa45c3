/* SPDX-License-Identifier: MIT */
/*
 * The live machine: where its CPU stands, registers, source and callers.
 *
 *     boot: ctl_command, firmware/board/ctl.c:28
 *     r0  00000005  r1  .. ; those that the last step changed are marked
 *       27      the source, if it is here
 *     > 28      status = page->status;
 *     from nor_operate, firmware/board/nor.c:42
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tui/view.h"

#define REGISTERS 17u /* with the status */
#define COLUMNS 6u
#define REGISTER_WIDTH 13u
#define SOURCE_MAX (1024u * 1024u)
#define SOURCE_AROUND 2u /* lines before and after, where there is room */
#define ROW 16u

static void name_of(const struct symbols_place *place, char *out, size_t size)
{
    if (place->program[0] == '\0') {
        snprintf(out, size, "no symbols for this program");
    } else if (place->file[0] == '\0') {
        snprintf(out, size, "%s", place->function);
    } else {
        snprintf(out, size, "%s, %s:%u", place->function, place->file,
                 place->line);
    }
}

static unsigned put_place(const struct area *area,
                          const struct cpu_facts *facts)
{
    char text[400];
    unsigned x = 0;

    name_of(&facts->place[0], text, sizeof text);
    if (facts->place[0].program[0] != '\0') {
        x = area_print(area, 0, 0, SCREEN_HEADING,
                       "%s: ", facts->place[0].program);
    }
    x = area_text(area, x, 0, SCREEN_TEXT, text);
    if (facts->steps > 0) {
        x = area_print(area, x, 0, SCREEN_DIM, "  +%" PRIu64, facts->steps);
    }
    if (facts->reached > facts->at) {
        area_print(area, x, 0, SCREEN_DIM, ", event %" PRIu64, facts->reached);
    }
    return 1;
}

static uint32_t value_of(const struct probe_cpu *cpu, unsigned number)
{
    return number < 16 ? cpu->r[number] : cpu->xpsr;
}

static unsigned put_registers(const struct area *area, unsigned row,
                              const struct cpu_facts *facts)
{
    static const char *const names[REGISTERS] = {
        "r0", "r1",  "r2",  "r3",  "r4", "r5", "r6", "r7", "r8",
        "r9", "r10", "r11", "r12", "sp", "lr", "pc", "psr"};

    for (unsigned i = 0; i < REGISTERS; i++) {
        uint32_t value = value_of(&facts->now, i);
        bool changed = value != value_of(&facts->before, i);
        unsigned x = i % COLUMNS * REGISTER_WIDTH;

        area_print(area, x, row + i / COLUMNS, SCREEN_DIM, "%s", names[i]);
        area_print(area, x + 4, row + i / COLUMNS,
                   changed ? SCREEN_CHANGED : SCREEN_TEXT, "%08" PRIx32, value);
    }
    return row + (REGISTERS + COLUMNS - 1) / COLUMNS;
}

/* ---- source ------------------------------------------------------------------ */

static unsigned put_line(const struct area *area, unsigned row,
                         const char *text, unsigned number, unsigned current)
{
    char line[200];

    snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\r\n"), text);
    area_print(area, 0, row, number == current ? SCREEN_SELECTED : SCREEN_DIM,
               "%c%5u  %s", number == current ? '>' : ' ', number, line);
    return row + 1;
}

static unsigned put_source(const struct area *area, unsigned row,
                           const struct symbols_place *place)
{
    struct diag diag = {""};
    uint8_t *bytes = NULL;
    size_t size = 0;

    if (place->file[0] == '\0' ||
        file_read(place->file, SOURCE_MAX, &bytes, &size, &diag) != 0) {
        return row;
    }
    const char *at = (const char *)bytes;
    unsigned room = area->height > row ? area->height - row : 0;
    unsigned around =
        room > 2 * SOURCE_AROUND ? SOURCE_AROUND : (room - (room > 0)) / 2;

    for (unsigned number = 1; at != NULL && *at != '\0'; number++) {
        if (number + around >= place->line && number <= place->line + around &&
            row < area->height) {
            row = put_line(area, row, at, number, place->line);
        }
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    free(bytes);
    return row;
}

static void put_callers(const struct area *area, unsigned row,
                        const struct cpu_facts *facts)
{
    char text[400];

    for (unsigned i = 1; i < facts->places && row < area->height; i++, row++) {
        name_of(&facts->place[i], text, sizeof text);
        area_print(area, 0, row, SCREEN_TEXT, "from %s", text);
    }
}

/* ---- memory -------------------------------------------------------------------- */

static void put_memory(const struct model *model, const struct area *area)
{
    uint32_t address = model->cpu_address & ~(ROW - 1);

    for (unsigned row = 0; row < area->height; row++, address += ROW) {
        const uint8_t *at = cpu_memory(model->cpu, address, ROW);

        area_print(area, 0, row, SCREEN_DIM, "%08" PRIx32, address);
        for (unsigned i = 0; i < ROW && at != NULL; i++) {
            area_print(area, 10 + i * 3 + (i >= ROW / 2), row, SCREEN_TEXT,
                       "%02x", at[i]);
            area_put(area, 12 + ROW * 3 + i, row,
                     at[i] >= 0x20 && at[i] < 0x7F ? at[i] : 0x00B7,
                     SCREEN_TEXT);
        }
        if (at == NULL) {
            area_text(area, 10, row, SCREEN_DIM,
                      "not in flash, SRAM or ROM of the board");
        }
    }
}

/* ---- all of it -------------------------------------------------------------------- */

void pane_live(const struct model *model, const struct area *area)
{
    if (model->cpu == NULL) {
        area_wrap(area, 0, SCREEN_DIM,
                  "m makes the machine again at this event: registers, source "
                  "line, callers, memory, and steps of an instruction. Until "
                  "then nothing runs: what is shown comes from the recording.");
        return;
    }
    const struct cpu_facts *facts = cpu_facts(model->cpu);

    if (facts->state != CPU_STANDS) {
        area_print(area, 0, 0, SCREEN_WARN,
                   facts->state == CPU_REBUILDING
                       ? "rebuilding: %" PRIu64 " of %" PRIu64 " events"
                       : "no live machine any more (event %" PRIu64
                         ", made at %" PRIu64 ")",
                   facts->reached, facts->at);
        area_wrap(area, 1, SCREEN_TEXT, facts->why);
        return;
    }
    if (model->cpu_address != 0) {
        put_memory(model, area);
        return;
    }
    unsigned row = put_place(area, facts);

    row = put_registers(area, row, facts);
    row = put_source(area, row, &facts->place[0]);
    put_callers(area, row, facts);
}

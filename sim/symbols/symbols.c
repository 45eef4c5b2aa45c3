/* SPDX-License-Identifier: MIT */
#include "symbols/symbols.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <elfutils/libdwfl.h>
#include <gelf.h>

#define REGISTERS 16u
#define THREAD 1

struct symbols {
    Dwfl *dwfl;
    struct symbols_memory memory;
    bool attached;
    const uint32_t *r; /* of the call chain in question */
    struct symbols_place *out;
    unsigned most;
    unsigned count;
};

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

int symbols_open(struct symbols **out, const struct symbols_memory *memory,
                 struct diag *diag)
{
    struct symbols *symbols = calloc(1, sizeof *symbols);

    *out = symbols;
    if (symbols != NULL) {
        symbols->memory = *memory;
        symbols->dwfl = dwfl_begin(&callbacks);
    }
    if (symbols == NULL || symbols->dwfl == NULL) {
        symbols_close(symbols);
        *out = NULL;
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)elf_version(EV_CURRENT);
    dwfl_report_begin(symbols->dwfl);
    return 0;
}

void symbols_close(struct symbols *symbols)
{
    if (symbols != NULL) {
        dwfl_end(symbols->dwfl);
        free(symbols);
    }
}

/* ---- which programs ------------------------------------------------------ */

/* Whether a section of code is in memory; true of all other sections. */
static bool section_is_there(const struct symbols *symbols, Elf_Scn *section,
                             bool *code)
{
    GElf_Shdr header;

    if (gelf_getshdr(section, &header) == NULL ||
        header.sh_type != SHT_PROGBITS ||
        (header.sh_flags & SHF_EXECINSTR) == 0) {
        return true;
    }
    const Elf_Data *data = elf_rawdata(section, NULL);
    const uint8_t *there = NULL;

    if (data != NULL && data->d_buf != NULL && data->d_size <= UINT32_MAX) {
        there = symbols->memory.at(symbols->memory.context,
                                   (uint32_t)header.sh_addr,
                                   (uint32_t)data->d_size);
    }
    *code = true;
    return there != NULL && memcmp(there, data->d_buf, data->d_size) == 0;
}

static bool is_there(const struct symbols *symbols, Elf *elf)
{
    Elf_Scn *section = NULL;
    bool code = false;
    bool there = true;

    while (there && (section = elf_nextscn(elf, section)) != NULL) {
        there = section_is_there(symbols, section, &code);
    }
    return there && code;
}

bool symbols_add(struct symbols *symbols, const char *program, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    bool taken =
        elf != NULL && elf_kind(elf) == ELF_K_ELF && is_there(symbols, elf) &&
        dwfl_report_elf(symbols->dwfl, program, path, -1, 0, false) != NULL;

    (void)elf_end(elf);
    if (fd >= 0) {
        (void)close(fd);
    }
    return taken;
}

/* ---- places -------------------------------------------------------------- */

static void copy(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", text != NULL ? text : "");
}

static void find_line(Dwfl_Module *module, uint32_t address,
                      struct symbols_place *out)
{
    Dwfl_Line *line = dwfl_module_getsrc(module, address);
    int number = 0;
    const char *file =
        line == NULL ? NULL
                     : dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);

    if (file != NULL && strncmp(file, "./", 2) == 0) {
        file += 2;
    }
    copy(out->file, sizeof out->file, file);
    out->line = number > 0 ? (unsigned)number : 0;
}

void symbols_find(const struct symbols *symbols, uint32_t address,
                  struct symbols_place *out)
{
    uint32_t at = address & ~1u;
    Dwfl_Module *module = dwfl_addrmodule(symbols->dwfl, at);

    *out = (struct symbols_place){.address = at};
    if (module != NULL) {
        copy(out->program, sizeof out->program,
             dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL,
                              NULL));
        copy(out->function, sizeof out->function,
             dwfl_module_addrname(module, at));
        find_line(module, at, out);
    }
}

/* ---- callers ------------------------------------------------------------- */

static pid_t next_thread(Dwfl *dwfl, void *context, void **thread)
{
    (void)dwfl;
    if (*thread != NULL) {
        return 0;
    }
    *thread = context;
    return THREAD;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *out,
                      void *context)
{
    const struct symbols *symbols = context;
    const uint8_t *at =
        address > UINT32_MAX
            ? NULL
            : symbols->memory.at(symbols->memory.context, (uint32_t)address, 4);

    (void)dwfl;
    if (at != NULL) {
        *out = (Dwarf_Word)at[0] | (Dwarf_Word)at[1] << 8 |
               (Dwarf_Word)at[2] << 16 | (Dwarf_Word)at[3] << 24;
    }
    return at != NULL;
}

static bool set_registers(Dwfl_Thread *thread, void *context)
{
    const struct symbols *symbols = context;
    Dwarf_Word words[REGISTERS];

    for (unsigned i = 0; i < REGISTERS; i++) {
        words[i] = symbols->r[i];
    }
    return dwfl_thread_state_registers(thread, 0, REGISTERS, words);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .memory_read = read_word,
    .set_initial_registers = set_registers,
};

/* A return address is after the call, which may be the function's last
 * instruction. */
static int take_frame(Dwfl_Frame *frame, void *context)
{
    struct symbols *symbols = context;
    Dwarf_Addr address;
    bool here;

    if (symbols->count == symbols->most ||
        !dwfl_frame_pc(frame, &address, &here) || address > UINT32_MAX) {
        return DWARF_CB_ABORT;
    }
    uint32_t at = (uint32_t)address & ~1u;
    struct symbols_place *out = &symbols->out[symbols->count];

    symbols_find(symbols, symbols->count == 0 ? at : at - 2, out);
    out->address = at;
    symbols->count += out->program[0] != '\0' || symbols->count == 0;
    return DWARF_CB_OK;
}

void symbols_ready(struct symbols *symbols)
{
    (void)dwfl_report_end(symbols->dwfl, NULL, NULL);
    symbols->attached = dwfl_attach_state(symbols->dwfl, NULL, THREAD,
                                          &thread_callbacks, symbols);
}

unsigned symbols_callers(struct symbols *symbols, const uint32_t r[16],
                         struct symbols_place *out, unsigned most)
{
    symbols->r = r;
    symbols->out = out;
    symbols->most = most;
    symbols->count = 0;
    if (symbols->attached) {
        (void)dwfl_getthread_frames(symbols->dwfl, THREAD, take_frame, symbols);
    }
    if (symbols->count == 0) {
        symbols_find(symbols, r[15], out);
        symbols->count = 1;
    }
    return symbols->count;
}

/* SPDX-License-Identifier: MIT */
/*
 * QEMU's side of the simulator: a TCG plugin that turns one marked store into
 * a synchronous call of the host, counts what runs, and in checking mode
 * shows the host every byte that is translated outside the ROM. It holds no
 * model and takes no decision.
 *
 * It runs in QEMU's only vCPU thread; the shared page (channel.h) belongs to
 * whoever has the turn, counters excepted.
 */
#define _GNU_SOURCE
#include "shim/qemu_api.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "board/controller.h"
#include "shim/turn.h"

/*
 * A block's particulars travel in the callback's pointer, so that nothing has
 * to be allocated or looked up when it runs:
 *
 *   63        40 39     30  29   28                                       0
 *   | generation | n insns | out | address / 2                            |
 *
 * `out` marks a block outside the ROM. Everything executable lies below
 * 0x40000000. Generations are compared modulo 2^24.
 */
#define PACK_OUTSIDE (UINT64_C(1) << 29)
#define PACK_INSNS_SHIFT 30u
#define PACK_INSNS_MASK 0x3FFu
#define PACK_GENERATION_SHIFT 40u
#define PACK_GENERATION_MASK 0xFFFFFFu
#define PACK_ADDRESS_MASK 0x1FFFFFFFu
_Static_assert(sizeof(void *) == 8, "a block's particulars need 64 bits");

/* STR.W Rt, [Rn, #0xFC] (encoding T3) and the two encodings of WFI. */
#define INSN_STR_T3 0xF8C0u
#define INSN_STR_T3_MASK 0xFFF0u
#define INSN_STR_OFFSET 0x0FCu
#define INSN_STR_OFFSET_MASK 0x0FFFu
#define INSN_WFI_T1 0xBF30u
#define INSN_WFI_T2_FIRST 0xF3AFu
#define INSN_WFI_T2_SECOND 0x8003u
#define DOORBELL_OFFSET 0xFCu

#define LOCKUP_EXIT 134

int qemu_plugin_version = QEMU_API_OLD;

static struct {
    struct channel *channel;
    bool started; /* the first hand-over was made */
    bool copies;  /* insn_data() copies */
    bool entered[2]; /* application, bootloader: since entered_generation */
    uint32_t entered_generation[2];
} shim;

struct insn {
    size_t size;
    uint8_t bytes[4];
};

/* QEMU reads the version before it calls anything. A function that only the
 * old interface has tells which one it is. */
__attribute__((constructor)) static void choose_version(void)
{
    if (dlsym(RTLD_DEFAULT, "qemu_plugin_register_vcpu_tb_exec_inline") ==
        NULL) {
        qemu_plugin_version = QEMU_API_NEW;
    }
}

static void hand_over(enum channel_event event)
{
    struct channel *channel = shim.channel;

    channel->event = (uint32_t)event;
    turn_give(channel, CHANNEL_HOST);
    if (turn_look(channel, CHANNEL_GUEST)) {
        return;
    }
    while (!turn_sleep(channel, CHANNEL_GUEST, NULL)) {
    }
}

/* ---- while the guest runs ------------------------------------------- */

static void on_block(unsigned int vcpu, void *userdata)
{
    struct channel *channel = shim.channel;
    uint64_t packed = (uint64_t)(uintptr_t)userdata;
    uint64_t insns = (packed >> PACK_INSNS_SHIFT) & PACK_INSNS_MASK;

    (void)vcpu;
    atomic_store_explicit(
        &channel->blocks,
        atomic_load_explicit(&channel->blocks, memory_order_relaxed) + 1,
        memory_order_relaxed);
    insns += atomic_load_explicit(&channel->insns, memory_order_relaxed);
    atomic_store_explicit(&channel->insns, insns, memory_order_relaxed);
    if (insns >= channel->insn_limit) {
        hand_over(CHANNEL_LIMIT);
    }
    if ((packed & PACK_OUTSIDE) != 0 && channel->checking != 0 &&
        packed >> PACK_GENERATION_SHIFT !=
            (channel->generation & PACK_GENERATION_MASK)) {
        channel->stale_address = (packed & PACK_ADDRESS_MASK) << 1;
        hand_over(CHANNEL_STALE);
    }
}

static void on_store(unsigned int vcpu, uint32_t info, uint64_t address,
                     void *userdata)
{
    (void)vcpu;
    (void)info;
    if (address == CTL_BASE + DOORBELL_OFFSET) {
        shim.channel->ring_address = (uint32_t)(uintptr_t)userdata;
        hand_over(CHANNEL_RING);
    }
}

static void on_wfi(unsigned int vcpu, void *userdata)
{
    struct channel *channel = shim.channel;

    (void)vcpu;
    (void)userdata;
    atomic_store(&channel->wfi_block, atomic_load(&channel->blocks));
}

/* ---- at translation -------------------------------------------------- */

typedef const void *insn_pointer_fn(const struct qemu_plugin_insn *insn);

static void read_insn(const struct qemu_plugin_insn *source, struct insn *insn)
{
    memset(insn, 0, sizeof(*insn));
    insn->size = qemu_plugin_insn_size(source);
    if (insn->size > sizeof(insn->bytes)) {
        insn->size = sizeof(insn->bytes);
    }
    if (shim.copies) {
        (void)qemu_plugin_insn_data(source, insn->bytes, insn->size);
    } else {
        insn_pointer_fn *pointer =
            (insn_pointer_fn *)(void (*)(void))qemu_plugin_insn_data;
        memcpy(insn->bytes, pointer(source), insn->size);
    }
}

static uint32_t halfword(const struct insn *insn, size_t index)
{
    return (uint32_t)insn->bytes[2 * index] |
           (uint32_t)insn->bytes[2 * index + 1] << 8;
}

static bool is_doorbell(const struct insn *insn)
{
    return insn->size == 4 &&
           (halfword(insn, 0) & INSN_STR_T3_MASK) == INSN_STR_T3 &&
           (halfword(insn, 1) & INSN_STR_OFFSET_MASK) == INSN_STR_OFFSET;
}

static bool is_wfi(const struct insn *insn)
{
    if (insn->size == 2) {
        return halfword(insn, 0) == INSN_WFI_T1;
    }
    return halfword(insn, 0) == INSN_WFI_T2_FIRST &&
           halfword(insn, 1) == INSN_WFI_T2_SECOND;
}

/* The entry that bytes at `address` go to: the last one if they follow on
 * and fit, else a new one. */
static struct channel_code *code_entry(uint32_t address, size_t length)
{
    struct channel *channel = shim.channel;
    struct channel_code *entry;

    if (channel->code_count > 0 && channel->code_count <= CHANNEL_CODE_SLOTS) {
        entry = &channel->code[channel->code_count - 1];
        if (entry->address + entry->length == address &&
            entry->length + length <= sizeof(entry->bytes)) {
            return entry;
        }
    }
    if (channel->code_count >= CHANNEL_CODE_SLOTS) {
        hand_over(CHANNEL_CODE);
        channel->code_count = 0;
    }
    entry = &channel->code[channel->code_count++];
    memset(entry, 0, sizeof(*entry));
    entry->address = address;
    return entry;
}

static void report_code(uint32_t address, const struct insn *insn)
{
    struct channel_code *entry = code_entry(address, insn->size);

    memcpy(entry->bytes + entry->length, insn->bytes, insn->size);
    entry->length = (uint16_t)(entry->length + insn->size);
}

/* The first block of a program since the reset is shown before it runs, while
 * all of the program still lies in SRAM as it was loaded. */
static void report_entry(uint32_t address)
{
    unsigned program = address >= BOARD_BOOT_BASE ? 1 : 0;

    if (!shim.entered[program] ||
        shim.entered_generation[program] != shim.channel->generation) {
        shim.entered[program] = true;
        shim.entered_generation[program] = shim.channel->generation;
        hand_over(CHANNEL_CODE);
        shim.channel->code_count = 0;
    }
}

static void mark_insn(struct qemu_plugin_insn *handle, uint32_t address,
                      const struct insn *insn)
{
    if (is_doorbell(insn)) {
        qemu_plugin_register_vcpu_mem_cb(handle, on_store,
                                         QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_W,
                                         (void *)(uintptr_t)address);
    } else if (is_wfi(insn)) {
        qemu_plugin_register_vcpu_insn_exec_cb(handle, on_wfi,
                                               QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
}

static void on_translate(uint64_t id, struct qemu_plugin_tb *tb)
{
    uint32_t address = (uint32_t)qemu_plugin_tb_vaddr(tb);
    bool outside = address >= BOARD_ROM_BASE + BOARD_ROM_SIZE;
    size_t count = qemu_plugin_tb_n_insns(tb);
    uint64_t packed;

    (void)id;
    if (!shim.started) {
        shim.started = true;
        hand_over(CHANNEL_STARTED);
    }
    packed = (uint64_t)(address >> 1) | (outside ? PACK_OUTSIDE : 0) |
             (uint64_t)(count & PACK_INSNS_MASK) << PACK_INSNS_SHIFT |
             (uint64_t)(shim.channel->generation & PACK_GENERATION_MASK)
                 << PACK_GENERATION_SHIFT;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS,
                                         (void *)(uintptr_t)packed);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *handle = qemu_plugin_tb_get_insn(tb, i);
        struct insn insn;

        read_insn(handle, &insn);
        mark_insn(handle, address, &insn);
        if (outside && shim.channel->checking != 0) {
            report_code(address, &insn);
        }
        address += (uint32_t)insn.size;
    }
    if (outside && shim.channel->checking != 0) {
        report_entry((uint32_t)qemu_plugin_tb_vaddr(tb));
    }
}

/* ---- start and end --------------------------------------------------- */

/* QEMU aborts when the core locks up: for the board that is an event like
 * any other, so the host is told at once and no core is dumped. When the host
 * has the turn, the vCPU stands still and the abort is about something else:
 * the host will find the process gone. */
static void on_abort(int signal)
{
    (void)signal;
    if (turn_is(shim.channel, CHANNEL_GUEST)) {
        shim.channel->event = CHANNEL_LOCKUP;
        turn_give(shim.channel, CHANNEL_HOST);
    }
    _exit(LOCKUP_EXIT);
}

static int map_channel(const char *where)
{
    char *end;
    long number = strtol(where, &end, 10);
    int fd = *where != '\0' && *end == '\0' ? (int)number
                                            : open(where, O_RDWR | O_CLOEXEC);
    void *memory = mmap(NULL, sizeof(struct channel), PROT_READ | PROT_WRITE,
                        MAP_SHARED, fd, 0);

    if (memory == MAP_FAILED) {
        perror("otalab shim: channel");
        return -1;
    }
    shim.channel = memory;
    if (shim.channel->magic != CHANNEL_MAGIC ||
        shim.channel->version != CHANNEL_VERSION) {
        (void)fprintf(stderr, "otalab shim: not a channel of this version\n");
        return -1;
    }
    return 0;
}

int qemu_plugin_install(uint64_t id, const struct qemu_plugin_info *info,
                        int argc, char **argv)
{
    static const char key[] = "channel=";
    struct sigaction action = {.sa_handler = on_abort};
    bool early = false;

    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], key, sizeof(key) - 1) == 0) {
            if (map_channel(argv[i] + sizeof(key) - 1) != 0) {
                return -1;
            }
        } else if (strcmp(argv[i], "early=on") == 0) {
            early = true;
        }
    }
    if (shim.channel == NULL) {
        (void)fprintf(stderr, "otalab shim: argument channel= is missing\n");
        return -1;
    }
    shim.copies = info->version.cur >= QEMU_API_COPIES;
    shim.channel->plugin_api = (uint32_t)info->version.cur;
    if (sigaction(SIGABRT, &action, NULL) != 0) {
        perror("otalab shim: sigaction");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    if (early) {
        shim.started = true;
        hand_over(CHANNEL_STARTED);
    }
    return 0;
}

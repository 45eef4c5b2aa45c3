/* SPDX-License-Identifier: MIT */
/*
 * QEMU's side of the simulator: a TCG plugin that turns one marked store into a
 * synchronous call of the host, counts what runs, reports stores into ROM and
 * flash, and in checking mode shows the host every byte that is translated. It
 * contains no model and makes no decision.
 *
 * It runs in QEMU's only vCPU thread; the shared page (channel.h), except for
 * the counters, belongs to whichever side has the turn.
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

#include "board/registers.h"
#include "shim/guard.h"
#include "shim/turn.h"

/*
 * The description of a block is passed in the callback's pointer, so that
 * nothing must be allocated or looked up when it runs:
 *
 *   63        40 39     30  29   28                                       0
 *   | generation | n insns | out | address / 2                            |
 *
 * `out` marks a block outside the ROM. All executable memory is below
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

/*
 * Instructions are counted exactly, for at most one addition per memory access.
 * QEMU leaves a block early when an instruction faults or turns out to access a
 * device (it then runs that one instruction alone, uninstrumented, and
 * continues with a new block). A block is therefore divided into runs, each
 * ending with an instruction that may access memory. The first run is counted
 * by on_block(), each further one by an inline addition at its own first
 * instruction.
 */
static struct {
    struct channel *channel;
    bool started;      /* the first hand-over was made */
    bool copies;       /* insn_data() copies */
    uint64_t first;    /* instructions in first runs, earlier processes' too */
    uint64_t *further; /* instructions in further runs */
    uint64_t charge;   /* for WFIs since the last ring, in instructions */
    uint64_t plain_counter;
    struct qemu_plugin_u64 counter; /* .score is NULL before QEMU 9.0 */
    bool guarded;                   /* ROM and flash are write-protected */
    bool entered[2]; /* application, bootloader: since entered_generation */
    uint32_t entered_generation[2];
} shim;

struct insn {
    size_t size;
    uint8_t bytes[4];
};

/* QEMU reads the version before it calls anything. A function that only the old
 * interface has shows which one it is. */
__attribute__((constructor)) static void choose_version(void)
{
    if (dlsym(RTLD_DEFAULT, "qemu_plugin_register_vcpu_tb_exec_inline") ==
        NULL) {
        qemu_plugin_version = QEMU_API_NEW;
    }
}

static uint64_t publish_insns(void)
{
    uint64_t insns = shim.first + *shim.further;

    atomic_store_explicit(&shim.channel->insns, insns, memory_order_relaxed);
    return insns;
}

static void hand_over(enum channel_event event)
{
    struct channel *channel = shim.channel;

    (void)publish_insns();
    guard_close();
    channel->event = (uint32_t)event;
    turn_give(channel, CHANNEL_HOST);
    while (!turn_sleep(channel, CHANNEL_GUEST, NULL)) {
    }
}

/* ---- while the guest runs ------------------------------------------- */

/* Out of line, so that on_block() needs no stack frame. */
__attribute__((noinline)) static void stop_at_block(uint64_t packed)
{
    struct channel *channel = shim.channel;

    if (channel->insns + shim.charge >= channel->insn_limit) {
        hand_over(CHANNEL_LIMIT);
    }
    if ((packed & PACK_OUTSIDE) != 0 && channel->checking != 0 &&
        packed >> PACK_GENERATION_SHIFT !=
            (channel->generation & PACK_GENERATION_MASK)) {
        channel->stale_address = (packed & PACK_ADDRESS_MASK) << 1;
        hand_over(CHANNEL_STALE);
    }
}

/* A twentieth of a run's time is spent here. */
static void on_block(unsigned int vcpu, void *userdata)
{
    struct channel *channel = shim.channel;
    uint64_t packed = (uint64_t)(uintptr_t)userdata;
    uint64_t insns;

    (void)vcpu;
    atomic_store_explicit(
        &channel->blocks,
        atomic_load_explicit(&channel->blocks, memory_order_relaxed) + 1,
        memory_order_relaxed);
    shim.first += (packed >> PACK_INSNS_SHIFT) & PACK_INSNS_MASK;
    insns = publish_insns();
    if (insns + shim.charge >= channel->insn_limit ||
        ((packed & PACK_OUTSIDE) != 0 &&
         packed >> PACK_GENERATION_SHIFT !=
             (channel->generation & PACK_GENERATION_MASK))) {
        stop_at_block(packed);
    }
}

static void on_store(unsigned int vcpu, uint32_t info, uint64_t address,
                     void *userdata)
{
    (void)vcpu;
    (void)info;
    (void)userdata;
    if (address == CTL_BASE + DOORBELL_OFFSET) {
        shim.charge = 0;
        hand_over(CHANNEL_RING);
    }
}

static void on_wfi(unsigned int vcpu, void *userdata)
{
    struct channel *channel = shim.channel;

    (void)vcpu;
    (void)userdata;
    atomic_store(&channel->wfi_block, atomic_load(&channel->blocks));
    atomic_fetch_add(&channel->waits, 1);
    shim.charge += CHANNEL_WAIT_INSNS;
}

/* ---- at translation -------------------------------------------------- */

static uint32_t halfword(const struct insn *insn, size_t index)
{
    return (uint32_t)insn->bytes[2 * index] |
           (uint32_t)insn->bytes[2 * index + 1] << 8;
}

/* Thumb-2: the first five bits 0b11101, 0b11110 or 0b11111 mean 32 bits. */
static bool is_wide(const struct insn *insn)
{
    return halfword(insn, 0) >> 11 >= 0x1D;
}

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
    /* near a page's end QEMU looks one halfword ahead and includes it */
    if (!is_wide(insn)) {
        insn->size = 2;
    }
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

/* Whether it may be the last instruction of its block that runs: it may access
 * memory, except through the stack pointer or as a constant beside the code,
 * where there is no device. In doubt, true: the division gets finer, but the
 * count stays exact. */
static bool may_end(const struct insn *insn)
{
    uint32_t first = halfword(insn, 0);
    uint32_t base = first & 0xF;

    if (insn->size == 2) {
        return (first >= 0x5000 && first < 0x9000) || /* load, store */
               (first & 0xF000) == 0xC000;            /* load, store multiple */
    }
    if ((first & 0xFE00) == 0xE800 || (first & 0xFE00) == 0xF800) {
        return base != 13 && base != 15; /* load, store; single, multiple */
    }
    return !((first & 0xFE00) == 0xEA00 || /* data processing, register */
             (first & 0xF800) == 0xF000 || /* data processing, immediate */
             (first & 0xFE00) == 0xFA00);  /* data processing, multiply */
}

static void count_run(struct qemu_plugin_insn *first, uint64_t insns)
{
    if (shim.counter.score == NULL) {
        qemu_plugin_register_vcpu_insn_exec_inline(first,
                                                   QEMU_PLUGIN_INLINE_ADD_U64,
                                                   shim.further, insns);
    } else {
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
            first, QEMU_PLUGIN_INLINE_ADD_U64, shim.counter, insns);
    }
}

/* The entry for bytes at `address`: the last one if they follow on and fit,
 * otherwise a new one. */
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

/* The first block of a program after the reset is shown before it runs, while
 * all of the program is still in SRAM as it was loaded. */
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

static void mark_insn(struct qemu_plugin_insn *handle, const struct insn *insn)
{
    if (is_doorbell(insn)) {
        qemu_plugin_register_vcpu_mem_cb(handle, on_store,
                                         QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_W, NULL);
    } else if (is_wfi(insn)) {
        qemu_plugin_register_vcpu_insn_exec_cb(handle, on_wfi,
                                               QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
}

/* Mark, report and count the instructions of a block from number `from` to the
 * end of the run; returns the number of the next one. */
static size_t walk_run(const struct qemu_plugin_tb *tb, size_t from,
                       size_t count, uint32_t *address, bool report)
{
    struct insn insn;

    for (size_t i = from; i < count; i++) {
        struct qemu_plugin_insn *handle = qemu_plugin_tb_get_insn(tb, i);

        read_insn(handle, &insn);
        mark_insn(handle, &insn);
        if (report) {
            report_code(*address, &insn);
        }
        *address += (uint32_t)insn.size;
        if (may_end(&insn)) {
            return i + 1;
        }
    }
    return count;
}

/* From the first block on, which is the reset's: nothing has run before. */
static void guard_memory(void)
{
    if (shim.guarded) {
        return;
    }
    if (!guard_begin(shim.channel)) {
        (void)fprintf(stderr, "otalab shim: ROM and flash cannot be guarded\n");
        _exit(1);
    }
    shim.guarded = true;
}

static void on_translate(uint64_t id, struct qemu_plugin_tb *tb)
{
    uint32_t address = (uint32_t)qemu_plugin_tb_vaddr(tb);
    uint32_t start = address;
    bool outside = address - BOARD_ROM_BASE >= BOARD_ROM_SIZE;
    size_t count = qemu_plugin_tb_n_insns(tb);
    uint64_t packed;
    size_t first;
    bool report;

    (void)id;
    if (!shim.started) {
        shim.started = true;
        hand_over(CHANNEL_STARTED);
    }
    guard_memory();
    report = shim.channel->checking != 0;
    first = walk_run(tb, 0, count, &address, report);
    for (size_t from = first; from < count;) {
        size_t next = walk_run(tb, from, count, &address, report);

        count_run(qemu_plugin_tb_get_insn(tb, from), next - from);
        from = next;
    }
    packed = (uint64_t)(start >> 1) | (outside ? PACK_OUTSIDE : 0) |
             (uint64_t)(first & PACK_INSNS_MASK) << PACK_INSNS_SHIFT |
             (uint64_t)(shim.channel->generation & PACK_GENERATION_MASK)
                 << PACK_GENERATION_SHIFT;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS,
                                         (void *)(uintptr_t)packed);
    if (report && outside) {
        report_entry(start);
    }
}

/* ---- start and end --------------------------------------------------- */

/* QEMU aborts when the core locks up. For the board that is an ordinary event,
 * so the host is told at once and no core is dumped. If the host has the turn,
 * the vCPU stands still and the abort has another reason: the host will find
 * the process gone. */
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

/* The scoreboard's storage exists once the vCPU does. */
static void on_vcpu(uint64_t id, unsigned int vcpu)
{
    (void)id;
    shim.further = qemu_plugin_scoreboard_find(shim.counter.score, vcpu);
}

static void prepare_counters(uint64_t id)
{
    shim.first = atomic_load(&shim.channel->insns);
    shim.further = &shim.plain_counter;
    if (qemu_plugin_version >= QEMU_API_NEW) {
        shim.counter.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
        qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
    }
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
    prepare_counters(id);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    if (early) {
        shim.started = true;
        hand_over(CHANNEL_STARTED);
    }
    return 0;
}

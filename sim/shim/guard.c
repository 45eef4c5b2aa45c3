/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "shim/guard.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "board/registers.h"

struct area {
    uint8_t *start; /* NULL: not found yet */
    size_t size;
    volatile sig_atomic_t open;
};

static struct {
    struct channel *channel;
    long vcpu; /* its thread */
    struct area area[CHANNEL_GUARDED];
    struct sigaction before;
} guard;

static bool protect(const struct area *area, int protection)
{
    return mprotect(area->start, area->size, protection) == 0;
}

/* The guarded area that contains the address, or CHANNEL_GUARDED. */
static unsigned area_of(const uint8_t *address)
{
    unsigned i = 0;

    while (i < CHANNEL_GUARDED &&
           (guard.area[i].open ||
            (uintptr_t)address - (uintptr_t)guard.area[i].start >=
                guard.area[i].size)) {
        i++;
    }
    return i;
}

/* A fault anywhere else is not ours: it is repeated with the previous
 * action. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    unsigned i = area_of(info->si_addr);
    struct area *area = &guard.area[i];

    (void)context;
    if (i == CHANNEL_GUARDED || !protect(area, PROT_READ | PROT_WRITE)) {
        (void)sigaction(signal, &guard.before, NULL);
        return;
    }
    area->open = 1;
    if (syscall(SYS_gettid) == guard.vcpu && guard.channel->written[i] == 0) {
        ptrdiff_t offset = (uint8_t *)info->si_addr - area->start;
        guard.channel->written[i] = (uint32_t)offset + 1;
    }
}

/* Where QEMU has mapped the window: the file that the host created. */
static uint8_t *find_window(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long start = 0;
    char line[512];

    while (maps != NULL && start == 0 && fgets(line, sizeof line, maps)) {
        if (strstr(line, "/memfd:" CHANNEL_WINDOW) == NULL ||
            sscanf(line, "%lx-", &start) != 1) {
            start = 0;
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return (uint8_t *)start;
}

/* From the first address up to the second. */
static const uint32_t bounds[CHANNEL_GUARDED][2] = {
    [CHANNEL_ROM] = {BOARD_ROM_BASE, BOARD_ROM_BASE + BOARD_ROM_SIZE},
    [CHANNEL_FLASH] = {BOARD_FLASH_BASE, BOARD_FLASH_BASE + BOARD_FLASH_MAX},
    [CHANNEL_GAP_LOW] = {BOARD_SRAM_BASE + BOARD_SRAM_SIZE, BOARD_ROM_BASE},
    [CHANNEL_GAP_HIGH] = {BOARD_ROM_BASE + BOARD_ROM_SIZE, CTL_BASE},
};

static bool close_area(unsigned index, uint8_t *window)
{
    uint8_t *start = window + (bounds[index][0] - BOARD_WINDOW_BASE);
    size_t size = bounds[index][1] - bounds[index][0];

    guard.area[index] = (struct area){start, size, 0};
    return (uintptr_t)start % (uintptr_t)sysconf(_SC_PAGESIZE) == 0 &&
           protect(&guard.area[index], PROT_READ);
}

bool guard_begin(struct channel *channel)
{
    uint8_t *window = find_window();
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO};

    guard.channel = channel;
    guard.vcpu = syscall(SYS_gettid);
    bool closed =
        window != NULL && sigaction(SIGSEGV, &action, &guard.before) == 0;

    for (unsigned i = 0; i < CHANNEL_GUARDED && closed; i++) {
        closed = close_area(i, window);
    }
    return closed;
}

void guard_close(void)
{
    for (unsigned i = 0; i < CHANNEL_GUARDED; i++) {
        if (guard.area[i].open) {
            guard.area[i].open = 0;
            (void)protect(&guard.area[i], PROT_READ);
        }
    }
}

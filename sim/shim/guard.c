/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "shim/guard.h"

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "board/controller.h"

static struct {
    struct channel *channel;
    uint8_t *rom; /* NULL: not found yet */
    long vcpu;    /* its thread */
    volatile sig_atomic_t open;
    struct sigaction before;
} guard;

static bool protect(int protection)
{
    return mprotect(guard.rom, BOARD_ROM_SIZE, protection) == 0;
}

/* A fault anywhere else, or of memory that is open, is not ours: it comes
 * again, with the action of before. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
    ptrdiff_t offset = (uint8_t *)info->si_addr - guard.rom;

    (void)context;
    if (offset < 0 || offset >= (ptrdiff_t)BOARD_ROM_SIZE || guard.open ||
        !protect(PROT_READ | PROT_WRITE)) {
        (void)sigaction(signal, &guard.before, NULL);
        return;
    }
    guard.open = 1;
    if (syscall(SYS_gettid) == guard.vcpu && guard.channel->rom_written == 0) {
        guard.channel->rom_written = (uint32_t)offset + 1;
    }
}

bool guard_begin(struct channel *channel, uint32_t address, void *host)
{
    struct sigaction action = {.sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO};

    if (host == NULL || address >= BOARD_ROM_SIZE) {
        return false;
    }
    guard.channel = channel;
    guard.vcpu = syscall(SYS_gettid);
    guard.rom = (uint8_t *)host - address;
    return (uintptr_t)guard.rom % (uintptr_t)sysconf(_SC_PAGESIZE) == 0 &&
           sigaction(SIGSEGV, &action, &guard.before) == 0 &&
           protect(PROT_READ);
}

void guard_close(void)
{
    if (guard.open) {
        guard.open = 0;
        (void)protect(PROT_READ);
    }
}

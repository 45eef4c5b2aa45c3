/* SPDX-License-Identifier: MIT */
#include "cli/interrupt.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t bell = -1; /* eventfd */

static void on_interrupt(int number)
{
    static const uint64_t one = 1;
    int saved = errno;

    (void)number;
    interrupted = 1;
    if (bell >= 0) {
        (void)!write(bell, &one, sizeof one);
    }
    errno = saved;
}

static void on_relay(int number)
{
    (void)number;
    interrupted = 1;
}

const volatile sig_atomic_t *interrupt_watch(void)
{
    struct sigaction action;

    if (sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        bell = bell >= 0 ? bell : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        action.sa_handler = on_interrupt;
        action.sa_flags = (int)SA_RESETHAND;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, NULL);
    }
    return &interrupted;
}

int interrupt_fd(void)
{
    return bell;
}

void interrupt_serve(void)
{
    struct sigaction action;

    if (sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        action.sa_handler = on_relay;
        action.sa_flags = 0;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, NULL);
    }
}

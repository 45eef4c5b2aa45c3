/* SPDX-License-Identifier: MIT */
#include "cli/interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

const volatile sig_atomic_t *interrupt_watch(void)
{
    struct sigaction action;

    if (sigaction(SIGINT, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = on_interrupt;
        action.sa_flags = (int)SA_RESETHAND;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, NULL);
    }
    return &interrupted;
}

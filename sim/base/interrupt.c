/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted; /* the signal's number */
static volatile sig_atomic_t bell = -1;   /* eventfd */

static const int watched[] = {SIGINT, SIGTERM};

#define WATCHED (sizeof watched / sizeof watched[0])

/* The next signal of either kind ends the program. */
static void on_interrupt(int number)
{
    static const uint64_t one = 1;
    int saved = errno;

    interrupted = number;
    for (size_t i = 0; i < WATCHED; i++) {
        (void)signal(watched[i], SIG_DFL);
    }
    if (bell >= 0) {
        (void)!write(bell, &one, sizeof one);
    }
    errno = saved;
}

static void on_relay(int number)
{
    interrupted = number;
}

/* Unless the signal is already ignored or handled otherwise. */
static void take(int number, void (*handler)(int number), bool plain)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN ||
        (plain && action.sa_handler != SIG_DFL)) {
        return;
    }
    action.sa_handler = handler;
    action.sa_flags = 0;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

const volatile sig_atomic_t *interrupt_watch(void)
{
    bell = bell >= 0 ? bell : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < WATCHED; i++) {
        take(watched[i], on_interrupt, true);
    }
    return &interrupted;
}

int interrupt_fd(void)
{
    return bell;
}

int interrupt_exit(void)
{
    return 128 + (interrupted != 0 ? (int)interrupted : SIGINT);
}

void interrupt_serve(void)
{
    for (size_t i = 0; i < WATCHED; i++) {
        take(watched[i], on_relay, false);
    }
}

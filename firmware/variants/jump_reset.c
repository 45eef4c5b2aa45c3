/* SPDX-License-Identifier: MIT */
/*
 * On trial: jumps to the ROM's reset entry as if the CPU had been reset, in a
 * different way at each attempt. A ROM that continued after such a boot would
 * run with the locks and the deadline of the previous session.
 */
#include "board/state.h"
#include "board/vectors.h"
#include "variants/misdeed.h"
#include "variants/rom_search.h"

static union vector table[VECTOR_COUNT] __attribute__((aligned(512)));

static void announce(void)
{
    uint32_t reason = CTL_REASON_REQUEST;

    (void)ctl_command(CTL_SYS_RESET, &reason, 1);
}

static void move_vectors(void)
{
    for (uint32_t i = 1; i < VECTOR_COUNT; i++) {
        table[i].code = board_reset_now;
    }
    SCB_VTOR = (uint32_t)(uintptr_t)table;
}

/* Into a mode that may not touch the core's own registers. */
static void give_up_privilege(void)
{
    __asm__ volatile("msr control, %0\n\tisb" : : "r"(1u));
}

/* Indexed by the attempts left. */
static void (*const ways[])(void) = {announce, move_vectors, give_up_privilege};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

void app_on_start(struct app *app)
{
    uintptr_t entry;

    if (!app_on_trial(app)) {
        return;
    }
    protection_off();
    entry = rom_word(BOARD_ROM_BASE + 4u); /* the ROM's second vector */
    ways[app->info.attempts % WAYS]();
    ((void (*)(void))entry)();
}

/* SPDX-License-Identifier: MIT */
#include "base/core.h"

#include <criterion/criterion.h>

static int allowed(void)
{
    cpu_set_t now;

    cr_assert_eq(sched_getaffinity(0, sizeof now, &now), 0);
    return CPU_COUNT(&now);
}

static int current(void)
{
    cpu_set_t now;
    int core = 0;

    cr_assert_eq(sched_getaffinity(0, sizeof now, &now), 0);
    while (!CPU_ISSET((size_t)core, &now)) {
        core++;
    }
    return core;
}

Test(core, holds_one_and_gives_all_back)
{
    int before = allowed();
    struct core core;

    core_hold(&core, CORE_HERE);
    cr_assert_eq(allowed(), 1);
    core_release(&core);
    cr_assert_eq(allowed(), before);
}

Test(core, numbers_go_round_the_allowed_ones)
{
    int before = allowed();
    struct core core;
    int first;

    core_hold(&core, 0);
    first = current();
    core_release(&core);
    for (int number = 1; number <= before; number++) {
        core_hold(&core, number);
        cr_assert_eq(allowed(), 1);
        cr_assert_eq(current() == first, number == before);
        core_release(&core);
    }
}

Test(core, one_within_another_changes_nothing)
{
    struct core outer;
    struct core inner;

    core_hold(&outer, CORE_HERE);
    int held = current();
    core_hold(&inner, held + 1);
    cr_assert_eq(current(), held);
    core_release(&inner);
    cr_assert_eq(allowed(), 1);
    core_release(&outer);
}

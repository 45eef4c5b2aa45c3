/* SPDX-License-Identifier: MIT */
/* Listeners hear every event, in the order in which they joined. */
#include <criterion/criterion.h>

#include "engine/hear.h"

struct heard {
    struct hear hear;
    unsigned count;
    char who[8];
    uint64_t sequence[8];
};

static void note(struct heard *heard, char who, const struct event *event)
{
    cr_assert_lt(heard->count, sizeof heard->who);
    heard->who[heard->count] = who;
    heard->sequence[heard->count++] = event->sequence;
}

static void first(void *context, const struct event *event)
{
    note(context, 'a', event);
}

/* Causes another event, once. */
static void second(void *context, const struct event *event)
{
    struct heard *heard = context;

    note(heard, 'b', event);
    if (event->sequence == 1) {
        hear_tell(&heard->hear, &(struct event){.sequence = 2});
    }
}

static void third(void *context, const struct event *event)
{
    note(context, 'c', event);
}

Test(hear, nobody_listens)
{
    struct hear hear = {0};

    hear_tell(&hear, &(struct event){.sequence = 1});
    cr_expect_eq(hear.listeners, 0);
}

Test(hear, in_the_order_of_joining_and_what_one_causes_in_between)
{
    struct heard heard = {0};

    hear_join(&heard.hear, first, &heard);
    hear_join(&heard.hear, second, &heard);
    hear_join(&heard.hear, third, &heard);
    hear_tell(&heard.hear, &(struct event){.sequence = 1});
    cr_expect_eq(heard.count, 6);
    cr_expect_arr_eq(heard.who, "ababcc", 6);
    const uint64_t expected[] = {1, 1, 2, 2, 2, 1};
    cr_expect_arr_eq(heard.sequence, expected, sizeof expected);
}

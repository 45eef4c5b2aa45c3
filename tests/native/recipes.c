/* SPDX-License-Identifier: MIT */
#include "native/recipes.h"

#include <string.h>

#include "native/boot_contents.h"
#include "native/boot_play.h"
#include "native/images.h"

#define IN(image) (NATIVE_##image + 1) /* a slot's choice */
#define OF_SLOT 0                      /* a digest's */
#define OF(image) (12 + NATIVE_##image)
#define HIGHEST_SEQUENCE 16
#define LEVEL_256 9

/* A session: the application does this, with that. */
#define SESSION(plan, with, where, ...)                                \
    {                                                                  \
        .habit = PLAY_##plan, .a = (with), .b = (where), ##__VA_ARGS__ \
    }
#define DOES(plan, with, where) SESSION(plan, with, where)
/* The same, its n-th operation being cut in this form. */
#define CUT(n, form, plan, with, where)                             \
    SESSION(plan, with, where, .cut = 23 + (n), .cut_form = (form), \
            .cut_done = 128)
/* The same, its n-th operation failing in this way. */
#define FAULT(n, how, plan, with, where) \
    SESSION(plan, with, where, .fault = 95 + (n), .fault_how = (how))
#define SESSIONS(...)                                          \
    .sessions = sizeof((struct case_session[]){__VA_ARGS__}) / \
                sizeof(struct case_session),                   \
    .session = {__VA_ARGS__}
#define RECORD(in_slot, in_state, ...)                      \
    {                                                       \
        .slot = (in_slot), .state = (in_state), __VA_ARGS__ \
    }
#define SLOTS(a, b, recovery) \
    .slot = {{.image = a}, {.image = b}, {.image = recovery}}

enum { CONFIRMED = 0, TRIAL = 1 }; /* a record's choice of state */
enum { SLOT_A = 0, SLOT_B = 1, RECOVERY = 2 };
enum { FLIP_SLOT_A = 5 };

static const struct {
    const char *name;
    struct boot_case made;
} recipes[] = {
    /* ---- plain ways ---- */
    {"update",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(GOOD, 0, 0), DOES(UPDATES, NATIVE_NEXT, 0),
               DOES(GOOD, 0, 0), DOES(COMMITS, 0, 0), DOES(GOOD, 0, 0))}},
    {"rollback",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES_LATE, 0, 0), DOES(HANGS, 0, 0), DOES(ASKS, 0, 0),
               DOES(GOOD, 0, 0))}},
    {"given-back",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(UPDATES, NATIVE_SECURE, 0), DOES(GIVES_BACK, 0, 0),
               DOES(ASKS, 0, 0), DOES(GOOD, 0, 0), DOES(COMMITS, 0, 0))}},
    {"rescued",
     {.origin = CASE_NEW,
      SLOTS(0, IN(NEXT), 0),
      SESSIONS(DOES(GOOD, 0, 0), DOES(UPDATES, NATIVE_LARGE, 1),
               DOES(GOOD, 0, 0))}},
    {"cuts-in-confirm",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 0), CUT(1, 3, GOOD, 1, 0),
               CUT(2, 5, GOOD, 1, 0), CUT(3, 6, GOOD, 1, 0),
               CUT(1, 7, GOOD, 1, 0), DOES(GOOD, 0, 0))}},
    {"cuts-in-burn",
     {.origin = CASE_HONEST,
      .slot = {{.image = 2}},
      SESSIONS(DOES(COMMITS, 0, 0), CUT(3, 3, GOOD, 1, 0),
               CUT(1, 2, GOOD, 1, 0), DOES(GOOD, 0, 0))}},
    {"faults",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 0), FAULT(1, 1, GOOD, 0, 0),
               FAULT(2, 2, COMMITS, 0, 0), FAULT(1, 0, GOOD, 0, 0))}},
    /* ---- what broke a promise ---- */
    {"three-cuts",
     {.origin = CASE_NEW,
      SLOTS(0, 0, 1),
      SESSIONS(DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
               DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED_EARLY, 0, 0))}},
    {"six-cuts",
     {.origin = CASE_NEW,
      SLOTS(0, IN(NEXT), 1),
      SESSIONS(DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
               DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED_EARLY, 0, 0),
               DOES(UNPLUGGED_EARLY, 0, 0), DOES(UNPLUGGED, 0, 0))}},
    {"three-plug-pulls",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 0), DOES(UNPLUGGED, 0, 0),
               DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
               DOES(GOOD, 0, 0))}},
    {"fifteen-plug-pulls",
     {.origin = CASE_HONEST,
      SESSIONS(
          DOES(UPDATES, NATIVE_NEXT, 0), DOES(UNPLUGGED, 0, 0),
          DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
          DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
          DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
          DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0),
          DOES(UNPLUGGED, 0, 0), DOES(ASKS, 0, 0))}},
    {"crashes-for-ever",
     {.origin = CASE_NEW,
      SLOTS(0, IN(NEXT), 1),
      SESSIONS(DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0))}},
    {"another-recovery",
     {.origin = CASE_FORGED,
      SLOTS(0, 0, IN(RESCUE)),
      .journal = {.style = CASE_BANK_0,
                  .records = 1,
                  .record = {RECORD(RECOVERY, CONFIRMED,
                                    .digest = OF(RESCUE_2))}}}},
    {"recovery-on-trial",
     {.origin = CASE_FORGED,
      SLOTS(0, 0, IN(RESCUE)),
      .journal = {.style = CASE_BANK_0,
                  .records = 1,
                  .record = {RECORD(RECOVERY, TRIAL,
                                    .digest = OF(RESCUE_2))}}}},
    {"recovery-on-trial-worn",
     {.origin = CASE_FORGED,
      .worn = 15,
      SLOTS(0, 0, IN(RESCUE)),
      .journal = {.style = CASE_BANK_0,
                  .records = 1,
                  .record = {RECORD(RECOVERY, TRIAL)}}}},
    {"flip-and-cuts",
     {.origin = CASE_FLIPPED,
      .flip_when = 2,
      .flip_in = FLIP_SLOT_A,
      .flip_at = 32000,
      SLOTS(0, 0, 1),
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 0), DOES(UNPLUGGED, 0, 0),
               DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0))}},
    {"flip-and-cuts-recovery",
     {.origin = CASE_FLIPPED,
      .flip_when = 2,
      .flip_in = FLIP_SLOT_A,
      .flip_at = 32000,
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 0), DOES(UNPLUGGED, 0, 0),
               DOES(UNPLUGGED, 0, 0), DOES(UNPLUGGED, 0, 0), DOES(ASKS, 0, 1),
               DOES(GOOD, 0, 0))}},
    {"burn-recovery",
     {.origin = CASE_FORGED,
      .fuses = {.counter = 1},
      SLOTS(IN(FACTORY), IN(RESCUE), IN(RESCUE)),
      .journal = {.style = CASE_BANK_0,
                  .records = 1,
                  .record = {RECORD(SLOT_B, CONFIRMED, .counter = LEVEL_256,
                                    .flags = 3)}},
      SESSIONS(DOES(GOOD, 0, 0))}},
    {"journal-full",
     {.origin = CASE_FORGED,
      SLOTS(IN(FACTORY), IN(NEXT), IN(RESCUE)),
      .journal = {.style = CASE_BANK_0,
                  .first = HIGHEST_SEQUENCE,
                  .records = 1,
                  .record = {RECORD(SLOT_A, CONFIRMED, .counter = 1)}},
      SESSIONS(DOES(ASKS, 0, 0), DOES(GOOD, 0, 0))}},
    {"header-full",
     {.origin = CASE_FORGED,
      SLOTS(IN(FACTORY), IN(NEXT), IN(RESCUE)),
      .journal = {.style = CASE_BANK_0, .first = HIGHEST_SEQUENCE},
      SESSIONS(DOES(GOOD, 0, 0))}},
    {"three-bad-releases",
     {.origin = CASE_HONEST,
      SESSIONS(DOES(UPDATES, NATIVE_NEXT, 2), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(UPDATES, NATIVE_SECURE, 4), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(UPDATES, NATIVE_LARGE, 6), DOES(CRASHES, 0, 0),
               DOES(CRASHES, 0, 0), DOES(CRASHES, 0, 0),
               DOES(UPDATES, NATIVE_NEXT, 2), DOES(CRASHES, 0, 0))}},
    {"downgrade",
     {.origin = CASE_HONEST,
      .slot = {{.image = 1}},
      SESSIONS(DOES(UPDATES, NATIVE_FACTORY, 4), DOES(GOOD, 0, 0),
               DOES(UPDATES, NATIVE_OLD_SECURE, 6), DOES(GOOD, 0, 0))}},
    {"gap",
     {.origin = CASE_FORGED,
      .fuses = {.counter = 4, .gap = 2},
      SLOTS(IN(OLD_SECURE), 0, IN(RESCUE)),
      .journal = {.style = CASE_BANK_0,
                  .records = 1,
                  .record = {RECORD(SLOT_A, CONFIRMED, .counter = 5,
                                    .digest = OF_SLOT, .flags = 3)}},
      SESSIONS(DOES(COMMITS, 0, 0))}},
    {"another-image",
     {.origin = CASE_FORGED,
      SLOTS(IN(FACTORY), IN(NEXT), 0),
      .journal = {.style = CASE_SPLIT,
                  .records = 2,
                  .record = {RECORD(SLOT_A, TRIAL, .digest = OF(NEXT)),
                             RECORD(SLOT_B, CONFIRMED, .digest = OF(FACTORY))}},
      SESSIONS(DOES(GOOD, 0, 0))}},
};

unsigned recipe_count(void)
{
    return sizeof recipes / sizeof recipes[0];
}

const char *recipe_name(unsigned number)
{
    return recipes[number].name;
}

void recipe(unsigned number, struct boot_case *made)
{
    *made = recipes[number].made;
}

/* SPDX-License-Identifier: MIT */
#include "native/boot_case.h"

#include <string.h>

#include "image/hostile.h"
#include "native/boot_contents.h"
#include "native/boot_play.h"
#include "native/images.h"

/* One walk over the choices serves both directions. */
struct walk {
    const uint8_t *in; /* reading */
    size_t left;
    uint8_t *out; /* writing, else NULL */
    size_t used;
};

static uint8_t next_byte(struct walk *walk, uint8_t value)
{
    if (walk->out) {
        if (walk->used < CASE_INPUT_MAX) {
            walk->out[walk->used++] = value;
        }
        return value;
    }
    if (walk->left == 0) {
        return 0;
    }
    walk->left--;
    return *walk->in++;
}

/* A choice among `count`. */
static void pick(struct walk *walk, uint8_t *value, uint32_t count)
{
    *value = (uint8_t)(next_byte(walk, *value) % count);
}

static void pick_place(struct walk *walk, uint16_t *value)
{
    uint8_t low = next_byte(walk, (uint8_t)*value);

    *value = (uint16_t)(low | next_byte(walk, (uint8_t)(*value >> 8)) << 8);
}

static void walk_slot(struct walk *walk, struct case_slot *slot)
{
    pick(walk, &slot->image, NATIVE_IMAGE_COUNT + 2u);
    pick(walk, &slot->damage, CASE_DAMAGES);
    pick_place(walk, &slot->where);
}

static void walk_record(struct walk *walk, struct case_record *record)
{
    pick(walk, &record->form, CASE_FORMS);
    pick(walk, &record->sequence, HOSTILE_SEQUENCES);
    pick(walk, &record->slot, 4);
    pick(walk, &record->state, 4);
    pick(walk, &record->attempts, CONTENTS_SMALL);
    pick(walk, &record->reason, 32);
    pick(walk, &record->counter, HOSTILE_LEVELS);
    pick(walk, &record->rounds, CONTENTS_SMALL);
    pick(walk, &record->losses, CONTENTS_SMALL);
    pick(walk, &record->release, HOSTILE_SEQUENCES);
    pick(walk, &record->digest, CONTENTS_DIGESTS);
    for (unsigned i = 0; i < 2; i++) {
        pick(walk, &record->rejected[i], CONTENTS_DIGESTS);
    }
    pick(walk, &record->rejected_reason, 32);
    pick(walk, &record->request, 8);
    pick(walk, &record->flags, 32);
}

static void walk_journal(struct walk *walk, struct case_journal *journal)
{
    pick(walk, &journal->style, CASE_STYLES);
    pick(walk, &journal->first, HOSTILE_SEQUENCES);
    for (unsigned i = 0; i < CASE_SECTORS; i++) {
        pick(walk, &journal->sector[i].form, CASE_FORMS);
        pick(walk, &journal->sector[i].first, HOSTILE_SEQUENCES);
    }
    pick(walk, &journal->records, CASE_RECORDS + 1u);
    pick(walk, &journal->holes, 1u << CASE_RECORDS);
    for (unsigned i = 0; i < journal->records; i++) {
        walk_record(walk, &journal->record[i]);
    }
}

static void walk_requests(struct walk *walk, struct case_requests *requests)
{
    pick(walk, &requests->style, 4);
    pick(walk, &requests->used, CASE_REQUESTS + 1u);
    pick(walk, &requests->first, HOSTILE_SEQUENCES);
    for (unsigned i = 0; i < requests->used; i++) {
        struct case_request *request = &requests->request[i];
        pick(walk, &request->form, CASE_FORMS);
        pick(walk, &request->sequence, HOSTILE_SEQUENCES);
        pick(walk, &request->kind, 8);
        pick(walk, &request->slot, 4);
        pick(walk, &request->value, HOSTILE_LEVELS);
        pick(walk, &request->digest, CONTENTS_DIGESTS);
    }
}

static void walk_session(struct walk *walk, struct case_session *session)
{
    pick(walk, &session->cut, 64);
    pick(walk, &session->cut_form, 16);
    pick(walk, &session->cut_done, 255);
    pick(walk, &session->fault, 128);
    pick(walk, &session->fault_how, 3);
    pick(walk, &session->habit, PLAY_HABITS);
    pick(walk, &session->a, 255);
    pick(walk, &session->b, 255);
    pick(walk, &session->ending, PLAY_ENDINGS);
}

static void walk_case(struct walk *walk, struct boot_case *made)
{
    pick(walk, &made->origin, CASE_ORIGINS);
    pick(walk, &made->seed, 255);
    pick(walk, &made->flip_when, CASE_SESSIONS);
    pick(walk, &made->flip_in, CONTENTS_REGIONS);
    pick_place(walk, &made->flip_at);
    pick(walk, &made->fuses.counter, HOSTILE_LEVELS);
    pick(walk, &made->fuses.gap, 4);
    pick(walk, &made->fuses.epoch, 4);
    pick(walk, &made->fuses.recovery, 4);
    for (unsigned i = 0; i < CASE_SLOTS; i++) {
        walk_slot(walk, &made->slot[i]);
    }
    pick(walk, &made->worn, 255);
    pick(walk, &made->progress, 2);
    if (made->origin == CASE_FORGED) {
        walk_journal(walk, &made->journal);
        walk_requests(walk, &made->requests);
    }
    pick(walk, &made->sessions, CASE_SESSIONS + 1u);
    for (unsigned i = 0; i < made->sessions; i++) {
        walk_session(walk, &made->session[i]);
    }
}

void boot_case_read(const uint8_t *input, size_t size, struct boot_case *made)
{
    struct walk walk = {.in = input, .left = size};

    memset(made, 0, sizeof(*made));
    walk_case(&walk, made);
}

size_t boot_case_write(const struct boot_case *made,
                       uint8_t input[CASE_INPUT_MAX])
{
    struct boot_case copy = *made;
    struct walk walk = {.out = input};

    walk_case(&walk, &copy);
    return walk.used;
}

/* SPDX-License-Identifier: MIT */
/*
 * Tracks what changes in the devices: at each event their state is compared
 * with what was recorded last, and the differences go into changes.bin. Flash
 * notes its own changes (struct flash_note); everything else is small enough to
 * be compared. All of it is a value except the recorded bytes, so that a run
 * can return to an earlier point.
 */
#ifndef OTALAB_ENGINE_TRACK_H
#define OTALAB_ENGINE_TRACK_H

#include "engine/world.h"
#include "record/changes.h"

_Static_assert(SCENARIO_DEVICES <= CHANGES_DEVICES, "each has its number");

/* A device as it was recorded last. */
struct track_device {
    uint32_t erases[FLASH_MAX_BLOCKS];
    uint8_t locked[FLASH_MAX_BLOCKS];
    uint32_t fuses[OTP_WORDS];
    uint32_t weak[OTP_WORDS];
    uint32_t fuses_locked;
    struct changes_state state;
    struct changes_link link[LINK_DIRECTIONS];
};

/* A datagram that an event is about. */
struct track_packet {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t marks; /* enum changes_packet */
};

/* All zeros: nothing is tracked. */
struct track {
    bool on;
    struct changes changes;
    uint32_t published; /* as in struct server */
    uint32_t offers;
    uint32_t shown;
    const struct track_packet *packet; /* of the event being told, or NULL */
    struct track_device device[SCENARIO_DEVICES];
};

/* Record what there is before power comes on. These functions return 0, or
 * OTALAB_ERR_SIMULATOR if memory or room is used up. */
int track_begin(struct track *track, struct world *world,
                const struct board_map *map);
/* Record what has changed since the last call, as the result of this event.
 * Does nothing if tracking is off. */
int track_event(struct track *track, struct world *world,
                const struct event *event);
int track_copy(struct track *to, const struct track *from);
void track_free(struct track *track);

#endif

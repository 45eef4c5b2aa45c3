/* SPDX-License-Identifier: MIT */
/*
 * Events: numbered, dated, and passed to the listeners.
 */
#ifndef OTALAB_ENGINE_EMIT_H
#define OTALAB_ENGINE_EMIT_H

#include "engine/state.h"

/* Fill in time, sequence and device, and tell all listeners. `device` NULL: an
 * event of the world. */
void emit_event(struct run *run, struct device *device, struct event *event);
/* The same for an event about a datagram: its bytes are recorded with it. */
void emit_packet(struct device *device, struct event *event,
                 const struct track_packet *packet);
/* Report events with up to three numbers, in the order of the fields. */
void emit_numbers(struct device *device, enum event_code code, uint64_t a,
                  uint64_t b, uint64_t c);
void emit_text(struct run *run, struct device *device, enum event_code code,
               const char *text);
/* Report an event about a flash range; the label is derived from the
 * address. */
void emit_flash(struct device *device, enum event_code code, uint32_t address,
                uint32_t length);
/* Partition label of an address, "" if it is in none. */
const char *emit_partition(const struct run *run, uint32_t address);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The update agent (ota/agent.h) on this board's drivers, shared by application
 * and recovery image. Without a modem, or without its figures in the
 * devicetree, there is no agent; all functions still exist but do nothing. The
 * owner must not move the structure, map and boot-info.
 */
#ifndef OTALAB_APP_UPDATER_H
#define OTALAB_APP_UPDATER_H

#include "board/board.h"
#include "board/text.h"
#include "board/trust.h"
#include "ota/agent.h"
#include "ota/boot_info.h"
#include "ota/map.h"

struct updater {
    bool fitted; /* there is an agent */
    bool modem;
    struct agent agent;
    struct agent_port port;
    struct agent_figures figures;
    struct trust trust;
    const struct ota_map *map;
    const struct boot_info *info;
    uint64_t due; /* cycles */
};

/* Prepare everything but the agent itself: a caller may change `port` before
 * updater_start(). */
void updater_open(struct updater *updater, const struct ota_map *map,
                  const struct boot_info *info);
void updater_start(struct updater *updater, bool recovery);

/* Do what is due or waiting. Returns the next time, in cycles. Restarts the
 * device when the agent wants it. */
uint64_t updater_serve(struct updater *updater);

/* AGENT_YES without a modem. AGENT_NO with a modem but no agent, if there is a
 * way back: this image could never be replaced over the air. */
enum agent_answer updater_trial(struct updater *updater);

/* No update is in progress: the device may restart for other reasons. */
bool updater_is_idle(const struct updater *updater);

/* That slot holds part of a download, and nothing that could run. */
bool updater_writes_to(const struct updater *updater, uint8_t slot);

/* Console commands. */
void updater_poll_now(struct updater *updater);
void updater_defer(struct updater *updater, uint32_t minutes);
/* The slot that does not run is about to be erased. False: not now. */
bool updater_forget(struct updater *updater);
/* Prints a line such as "update downloading initial none release 7 4096/20000
 * tries 0"; nothing without a modem. */
void updater_tell(const struct updater *updater);

#endif

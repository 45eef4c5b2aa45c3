/* SPDX-License-Identifier: MIT */
/*
 * What travels between devices and the rest of the world: links, the update
 * server, other devices. net_send() is the board's radio_send.
 */
#ifndef OTALAB_ENGINE_NET_H
#define OTALAB_ENGINE_NET_H

#include "engine/state.h"

/* The random streams of its link begin anew. */
void net_streams(struct device *device);
void net_init(struct device *device);
enum board_air net_send(void *context, uint32_t node, uint32_t port,
                        const uint8_t *bytes, uint32_t length,
                        uint64_t *until_ns);
uint64_t net_next(const struct device *device);
int net_happen(struct device *device, uint64_t now, struct diag *diag);
/* Something has come from a real server. */
int net_arrive(struct device *device, uint64_t now, struct diag *diag);
uint64_t net_next_edge(const struct device *device);
int net_edge(struct device *device, uint64_t now, struct diag *diag);
int net_publish(struct run *run, const struct action *action,
                struct diag *diag);
void net_withdraw(struct run *run);
/* Something outside the devices has changed: the oracles expect less. */
void net_disturbed(struct run *run);
/* The device has another address from now on. */
void net_rebind(struct device *device);
void net_misbehave(struct run *run, const struct action *action);
void net_behave(struct run *run, const struct action *action);
int net_change(struct device *device, const struct action *action,
               struct diag *diag);

#endif

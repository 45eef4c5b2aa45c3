/* SPDX-License-Identifier: MIT */
/*
 * The world before power is switched on: boards, flash and fuses as they leave
 * the factory, links, batteries, the server.
 */
#ifndef OTALAB_ENGINE_SETUP_H
#define OTALAB_ENGINE_SETUP_H

#include "engine/state.h"

/* 0, or a negative enum otalab_err with a line in `diag`. */
int setup_world(struct run *run, struct diag *diag);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What is judged when the run is over.
 */
#ifndef OTALAB_ENGINE_ENDS_H
#define OTALAB_ENGINE_ENDS_H

#include "engine/state.h"

void ends_judge(struct run *run);

#endif

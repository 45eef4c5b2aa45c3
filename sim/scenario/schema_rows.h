/* SPDX-License-Identifier: MIT */
/*
 * Macros for the rows of the grammar's tables, and the tables of
 * schema_world.c. Only files in sim/scenario include it.
 */
#ifndef OTALAB_SCENARIO_SCHEMA_ROWS_H
#define OTALAB_SCENARIO_SCHEMA_ROWS_H

#include "scenario/schema.h"

#define IN(type, member)                     \
    .offset = offsetof(struct type, member), \
    .size = sizeof(((struct type *)0)->member)
#define REQUIRED .flags = SCHEMA_REQUIRED
#define BOUNDS(from, to) .low = (from), .high = (to)

#define MS UINT64_C(1000000)
#define HOUR (UINT64_C(3600000) * MS)

extern const struct schema_map schema_network;
extern const struct schema_choice schema_securities[];
extern const struct schema_choice schema_faces[];
extern const struct schema_choice schema_generators[];
extern const struct schema_map schema_burst;
extern const struct schema_map schema_accelerator;
extern const struct schema_map schema_battery;
extern const struct schema_map schema_billing;
extern const struct schema_map schema_flip;
extern const struct schema_map schema_damage;
extern const struct schema_map schema_rot;
extern const struct schema_map schema_hostile;
extern const struct schema_map schema_wear;
extern const struct schema_map schema_publish;
extern const struct schema_map schema_misbehave;
extern const struct schema_choice schema_image_keys[];
extern const struct schema_choice schema_flash_failures[];
extern const struct schema_choice schema_crypto_kinds[];
extern const struct schema_choice schema_behave_kinds[];

#endif

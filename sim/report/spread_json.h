/* SPDX-License-Identifier: MIT */
/* The spread of a simulation's numbers as an object of JSON. */
#ifndef OTALAB_REPORT_SPREAD_JSON_H
#define OTALAB_REPORT_SPREAD_JSON_H

#include "base/json.h"
#include "estimate/fleet.h"

void spread_json(struct json *json, const char *key,
                 const struct spread *spread);

#endif

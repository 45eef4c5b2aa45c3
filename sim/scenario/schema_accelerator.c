/* SPDX-License-Identifier: MIT */
/* The grammar of the hash and public-key accelerator. */
#include "scenario/schema.h"

#include "device/accelerator.h"
#include "scenario/scenario.h"
#include "scenario/schema_rows.h"

const struct schema_choice schema_crypto_kinds[] = {
    {"software", 0, "the programs' own code"},
    {"accelerator", 1,
     "the board's accelerator, enabled in the devicetree as 'crypto'"},
    {NULL, 0, NULL}};

static const struct schema_choice faults[] = {
    {"wrong-result", ACCELERATOR_WRONG, "one bit of the result is flipped"},
    {"stuck", ACCELERATOR_STUCK, "the operation never finishes, until a reset"},
    {"dead", ACCELERATOR_DEAD,
     "the operation finishes, but the result stays zero"},
    {NULL, 0, NULL}};

static const struct schema_key keys[] = {
    {.key = "fault",
     .kind = SCHEMA_CHOICE,
     REQUIRED,
     IN(action, unit_fault),
     .choices = faults,
     .help = "What goes wrong",
     .example = "wrong-result"},
    {.key = "after",
     .kind = SCHEMA_NUMBER,
     IN(action, after),
     BOUNDS(0, UINT32_MAX),
     .help = "How many good results come before the fault",
     .usual = "0",
     .example = "1"},
    {.key = "times",
     .kind = SCHEMA_NUMBER,
     IN(action, times),
     BOUNDS(1u, UINT32_MAX),
     .help = "How many results are bad; hashes and verifications both count",
     .usual = "1",
     .example = "2"},
    {.key = NULL}};

const struct schema_map schema_accelerator = {
    .name = "accelerator",
    .path = "steps[].do.accelerator",
    .keys = keys,
    .help = "The accelerator fails from its next result on. Resets do not "
            "change this. The run fails if no result was bad. Another fault "
            "can only come after this one's last bad result."};

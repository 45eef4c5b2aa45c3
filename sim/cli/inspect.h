/* SPDX-License-Identifier: MIT */
/*
 * What `otalab inspect` found in a dump, and the two ways to print it on
 * stdout: for people, and as NDJSON. Both end with the verdict.
 */
#ifndef OTALAB_CLI_INSPECT_H
#define OTALAB_CLI_INSPECT_H

#include <stdbool.h>

#include "inspect/foresee.h"
#include "cli/moment.h"
#include "oracle/agent_logs.h"
#include "oracle/decode.h"

struct inspection {
    bool color;
    const struct moment *moment; /* of a recording; NULL: a dump */
    struct boot_view flash;
    struct agent_logs agent;
    bool has_fuses;
    struct fuse_view fuses;
    struct foresight next;
};

void inspect_text(const struct inspection *in);
void inspect_json(const struct inspection *in);

/* Why the device refuses the image in that place, in words; "" if the image is
 * good or the place is empty. */
void inspect_why(const struct inspection *in, unsigned place, char *out,
                 size_t size);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What a device tells its server about an update: one line of words
 * `key=value`, drawn in docs/protocol.md. Pure; written into the caller's
 * memory.
 */
#ifndef OTALAB_OTA_REPORT_H
#define OTALAB_OTA_REPORT_H

#include <stdint.h>

#include "ota/progress.h"

#define REPORT_MAX 120u /* bytes of a report */

/*
 * `running_version` is packed (image_version_pack()), `slot` the one that
 * runs. The length, no NUL after it; -1 when `size` is too small, which
 * REPORT_MAX never is, or the slot is none.
 */
int32_t report_write(const struct progress *progress, uint32_t running_version,
                     uint8_t slot, char *out, uint32_t size);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * What a device tells its server about an update: one line of words
 * `key=value`, described in docs/protocol.md. Pure; writes to the caller's
 * memory.
 */
#ifndef OTALAB_OTA_REPORT_H
#define OTALAB_OTA_REPORT_H

#include <stdint.h>

#include "ota/progress.h"

#define REPORT_MAX 120u /* bytes of a report */

/*
 * `running_version` is packed (image_version_pack()), `slot` is the running
 * one. Returns the length, with no NUL after it; -1 if `size` is too small,
 * which REPORT_MAX never is, or the slot is invalid.
 */
int32_t report_write(const struct progress *progress, uint32_t running_version,
                     uint8_t slot, char *out, uint32_t size);

#endif

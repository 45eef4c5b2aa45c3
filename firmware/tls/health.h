/* SPDX-License-Identifier: MIT */
/* Is a random generator healthy? The two tests of NIST SP 800-90B, 4.4, on a
 * window of its bytes. Pure. */
#ifndef OTALAB_TLS_HEALTH_H
#define OTALAB_TLS_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_WINDOW 512u /* bytes */

/* Cut-offs for at least 4 bits of entropy in a byte, and a false alarm in 2^20
 * windows. */
bool health_passes(const uint8_t window[HEALTH_WINDOW]);

#endif

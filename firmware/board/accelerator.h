/* SPDX-License-Identifier: MIT */
/*
 * Driver of the hash and public-key accelerator. It trusts the unit with the
 * work but not with the decision: the unit computes a number, which is compared
 * with the signature's here, in constant flow. Whatever a broken unit may give
 * counts as "no": an error, no end, a digest or a number of zeros.
 */
#ifndef OTALAB_BOARD_ACCELERATOR_H
#define OTALAB_BOARD_ACCELERATOR_H

#include "ota/crypto.h"

/* The unit that the devicetree says is fitted, or NULL. Data to hash must lie
 * in the flash window or the SRAM. */
const struct crypto_ops *accelerator_ops(void);

#endif

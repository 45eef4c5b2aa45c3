/* SPDX-License-Identifier: MIT */
/*
 * The device's code and the models of flash and fuses have some names in
 * common, but are linked together here. Included before every source of the
 * device side.
 */
#ifndef OTALAB_TESTS_NATIVE_NAMES_H
#define OTALAB_TESTS_NATIVE_NAMES_H

#define flash_lock board_flash_lock
#define otp_burn board_otp_burn

#endif

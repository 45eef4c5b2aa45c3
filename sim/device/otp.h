/* SPDX-License-Identifier: MIT */
/*
 * One-time programmable fuses as a value: bits go only from 0 to 1, one at a
 * time, and a burn can be cut like any other operation: not burned, burned, or
 * weakly burned (reads 1 after the next power-up, then 0; literature). Times in
 * ns of world time.
 */
#ifndef OTALAB_DEVICE_OTP_H
#define OTALAB_DEVICE_OTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "board/registers.h"

enum otp_form {
    OTP_FORM_AUTO = 0,
    OTP_FORM_BEFORE,
    OTP_FORM_AFTER,
    OTP_FORM_WEAK, /* burned, but unreliable; lost at the power-up after next */
    OTP_FORM_COUNT
};

enum otp_rule {
    OTP_RULE_NONE = 0,
    OTP_RULE_RANGE,
    OTP_RULE_BUSY,
    OTP_RULE_LOCKED,
    OTP_RULE_BURNED /* the bit is already burned: nothing is begun */
};

struct otp {
    uint64_t burn_ns;
    bool locked;
    bool busy;
    uint32_t bit; /* in flight */
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t burns;
    struct rng rng;
    uint32_t words[OTP_WORDS];
    uint32_t weak[OTP_WORDS]; /* burned bits that are not reliable */
    uint32_t weak_boots;      /* power-ups since the weak bit was made */
};

/* The random stream begins anew. */
void otp_stream(struct otp *otp, uint64_t seed);
void otp_init(struct otp *otp, uint64_t burn_ns, uint64_t seed);
enum otp_rule otp_burn(struct otp *otp, uint64_t now, uint32_t bit);
bool otp_advance(struct otp *otp, uint64_t now);
enum otp_form otp_power_cut(struct otp *otp, uint64_t now, enum otp_form form);
void otp_power_on(struct otp *otp); /* weak bits may be lost */
void otp_warm_reset(struct otp *otp);
/* Whether a bit is weak; lose all that are, as a later power-up would. */
bool otp_is_weak(const struct otp *otp);
void otp_lose_weak(struct otp *otp);

/* Host side, for provisioning and decoding. */
void otp_set(struct otp *otp, uint32_t bit);
bool otp_get(const struct otp *otp, uint32_t bit);
/* Value of a unary field: its highest burned bit, counted from 1. Unburned bits
 * below it are a torn burn, and do not lower the value. */
uint32_t otp_unary(const struct otp *otp, uint32_t first, uint32_t bits);

const char *otp_rule_name(enum otp_rule rule);
const char *otp_form_name(enum otp_form form);
int otp_form_find(const char *name);

#endif

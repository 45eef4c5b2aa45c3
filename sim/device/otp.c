/* SPDX-License-Identifier: MIT */
#include "device/otp.h"

#include <string.h>

static uint32_t mask_of(uint32_t bit)
{
    return 1u << bit % 32u;
}

void otp_stream(struct otp *otp, uint64_t seed)
{
    rng_init(&otp->rng, seed, "otp");
}

void otp_init(struct otp *otp, uint64_t burn_ns, uint64_t seed)
{
    memset(otp, 0, sizeof(*otp));
    otp->burn_ns = burn_ns;
    otp_stream(otp, seed);
}

enum otp_rule otp_burn(struct otp *otp, uint64_t now, uint32_t bit)
{
    if (bit >= OTP_BITS) {
        return OTP_RULE_RANGE;
    }
    if (otp->busy) {
        return OTP_RULE_BUSY;
    }
    if (otp->locked) {
        return OTP_RULE_LOCKED;
    }
    if (otp_get(otp, bit)) {
        return OTP_RULE_BURNED;
    }
    otp->busy = true;
    otp->bit = bit;
    otp->start_ns = now;
    otp->end_ns = now + otp->burn_ns;
    otp->burns++;
    return OTP_RULE_NONE;
}

/* A bit that is burned (again) with a full pulse is reliable. */
static void burn(struct otp *otp, uint32_t bit)
{
    otp->words[bit / 32u] |= mask_of(bit);
    otp->weak[bit / 32u] &= ~mask_of(bit);
}

static void end_burn(struct otp *otp)
{
    otp->busy = false;
    otp->bit = 0;
    otp->start_ns = 0;
    otp->end_ns = 0;
}

bool otp_advance(struct otp *otp, uint64_t now)
{
    if (!otp->busy || otp->end_ns > now) {
        return false;
    }
    burn(otp, otp->bit);
    end_burn(otp);
    return true;
}

void otp_lose_weak(struct otp *otp)
{
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        otp->words[i] &= ~otp->weak[i];
        otp->weak[i] = 0;
    }
    otp->weak_boots = 0;
}

/*
 * Weakly burned (literature: a fuse programmed with too short a pulse reads
 * correctly at first): reads 1 after the next power-up and 0 from the one after
 * it. One counter serves all weak bits: an older one would be lost at the
 * coming power-up in any case, and is lost now.
 */
static void burn_weakly(struct otp *otp)
{
    otp_lose_weak(otp);
    otp->words[otp->bit / 32u] |= mask_of(otp->bit);
    otp->weak[otp->bit / 32u] |= mask_of(otp->bit);
}

enum otp_form otp_power_cut(struct otp *otp, uint64_t now, enum otp_form form)
{
    enum otp_form used = OTP_FORM_BEFORE;

    (void)otp_advance(otp, now);
    if (otp->busy) {
        bool given = form > OTP_FORM_AUTO && form < OTP_FORM_COUNT;
        used = given
                   ? form
                   : (enum otp_form)(OTP_FORM_BEFORE + rng_below(&otp->rng, 3));
        if (used == OTP_FORM_AFTER) {
            burn(otp, otp->bit);
        } else if (used == OTP_FORM_WEAK) {
            burn_weakly(otp);
        }
    }
    end_burn(otp);
    otp->locked = false;
    return used;
}

bool otp_is_weak(const struct otp *otp)
{
    uint32_t all = 0;

    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        all |= otp->weak[i];
    }
    return all != 0;
}

void otp_power_on(struct otp *otp)
{
    if (!otp_is_weak(otp)) {
        otp->weak_boots = 0;
        return;
    }
    otp->weak_boots++;
    if (otp->weak_boots >= 2) {
        otp_lose_weak(otp);
    }
}

void otp_warm_reset(struct otp *otp)
{
    otp->locked = false;
}

void otp_set(struct otp *otp, uint32_t bit)
{
    if (bit < OTP_BITS) {
        burn(otp, bit);
    }
}

bool otp_get(const struct otp *otp, uint32_t bit)
{
    return bit < OTP_BITS && (otp->words[bit / 32u] & mask_of(bit)) != 0;
}

uint32_t otp_unary(const struct otp *otp, uint32_t first, uint32_t bits)
{
    uint32_t value = bits;

    while (value > 0 && !otp_get(otp, first + value - 1)) {
        value--;
    }
    return value;
}

static const char *const rule_names[] = {
    [OTP_RULE_NONE] = "none",     [OTP_RULE_RANGE] = "range",
    [OTP_RULE_BUSY] = "busy",     [OTP_RULE_LOCKED] = "locked",
    [OTP_RULE_BURNED] = "burned",
};

static const char *const form_names[OTP_FORM_COUNT] = {
    [OTP_FORM_AUTO] = "auto",
    [OTP_FORM_BEFORE] = "before",
    [OTP_FORM_AFTER] = "after",
    [OTP_FORM_WEAK] = "weak",
};

const char *otp_rule_name(enum otp_rule rule)
{
    size_t count = sizeof(rule_names) / sizeof(rule_names[0]);

    return (size_t)rule < count ? rule_names[rule] : "?";
}

const char *otp_form_name(enum otp_form form)
{
    return (size_t)form < OTP_FORM_COUNT ? form_names[form] : "?";
}

int otp_form_find(const char *name)
{
    for (int form = 0; form < OTP_FORM_COUNT; form++) {
        if (strcmp(form_names[form], name) == 0) {
            return form;
        }
    }
    return -1;
}

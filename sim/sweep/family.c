/* SPDX-License-Identifier: MIT */
#include "sweep/family.h"

#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const struct sweep_form programs[] = {
    {"before", .flash_form = FLASH_FORM_BEFORE},
    {"prefix-1", .flash_form = FLASH_FORM_PREFIX, .reach = 10},
    {"prefix-50", .flash_form = FLASH_FORM_PREFIX, .reach = 500},
    {"prefix-99", .flash_form = FLASH_FORM_PREFIX, .reach = 990},
    {"bits", .flash_form = FLASH_FORM_BITS},
    {"word-split", .flash_form = FLASH_FORM_WORD_SPLIT, .reach = 500},
    {"weak", .flash_form = FLASH_FORM_WEAK},
    {"weak-old", .flash_form = FLASH_FORM_WEAK, .reading = READING_OLD},
    {"disturb", .flash_form = FLASH_FORM_DISTURB},
    {"after", .flash_form = FLASH_FORM_AFTER},
};
static const struct sweep_form erases[] = {
    {"before", .flash_form = FLASH_FORM_BEFORE},
    {"zeros-5", .flash_form = FLASH_FORM_ERASE_ZEROS, .reach = 50},
    {"zeros-50", .flash_form = FLASH_FORM_ERASE_ZEROS, .reach = 500},
    {"all-zero", .flash_form = FLASH_FORM_ERASE_ALL_ZERO},
    {"mix", .flash_form = FLASH_FORM_ERASE_MIX},
    {"weak", .flash_form = FLASH_FORM_ERASE_WEAK},
    {"weak-old", .flash_form = FLASH_FORM_ERASE_WEAK, .reading = READING_OLD},
    {"after", .flash_form = FLASH_FORM_AFTER},
};
static const struct sweep_form burns[] = {
    {"before", .otp_form = OTP_FORM_BEFORE},
    {"weak", .otp_form = OTP_FORM_WEAK},
    {"after", .otp_form = OTP_FORM_AFTER},
};
static const struct sweep_form between[] = {{.name = "cut"}};

/* What an earlier cut has torn reads otherwise from now on. */
static const struct sweep_form flips_in_flash[] = {
    {"reads-old", .flash_form = FLASH_FORM_BEFORE, .reading = READING_OLD},
    {"reads-new", .flash_form = FLASH_FORM_BEFORE, .reading = READING_NEW},
    {"reads-bits", .flash_form = FLASH_FORM_BEFORE, .reading = READING_BITS},
};
static const struct sweep_form flips[] = {
    {"reads-old", .reading = READING_OLD},
    {"reads-new", .reading = READING_NEW},
    {"reads-bits", .reading = READING_BITS},
};

static const struct {
    uint32_t code;
    const struct sweep_form *form;
    unsigned count;
} families[] = {
    {EVENT_FLASH_PROGRAM, programs, COUNT(programs)},
    {EVENT_FLASH_ERASE, erases, COUNT(erases)},
    {EVENT_OTP_BURN, burns, COUNT(burns)},
    {EVENT_RADIO_SEND, between, COUNT(between)},
    {EVENT_RADIO_RECEIVE, between, COUNT(between)},
};

_Static_assert(COUNT(programs) <= SWEEP_EFFECTS, "room for all");

unsigned family_forms(uint32_t code, const struct sweep_form **forms)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        if (families[i].code == code) {
            *forms = families[i].form;
            return families[i].count;
        }
    }
    return 0;
}

unsigned family_flips(uint32_t code, const struct sweep_form **forms)
{
    bool flash = code == EVENT_FLASH_PROGRAM || code == EVENT_FLASH_ERASE;

    *forms = flash ? flips_in_flash : flips;
    return flash ? COUNT(flips_in_flash) : COUNT(flips);
}

/* Adds ",key=value" unless the value is empty. */
static void add(char *out, size_t size, const char *key, const char *value)
{
    size_t used = strlen(out);

    if (value[0] != '\0') {
        snprintf(out + used, size - used, ",%s=%s", key, value);
    }
}

void family_fault(const struct sweep_place *place,
                  const struct sweep_form *form, char *out, size_t size)
{
    char text[32];

    snprintf(out, size, "power_cut@%s", event_kind(place->code)->name);
    add(out, size, "partition", place->partition);
    snprintf(text, sizeof text, "%u", (unsigned)place->nth);
    add(out, size, "nth", text);
    add(out, size, "done",
        form->flash_form != 0 || form->otp_form != 0 ? "0%" : "");
    add(out, size, "form",
        form->flash_form != 0 ? flash_form_name(form->flash_form) : "");
    add(out, size, "fuse_form",
        form->otp_form != 0 ? otp_form_name(form->otp_form) : "");
    snprintf(text, sizeof text, "%u%%", (unsigned)(form->reach / 10u));
    add(out, size, "reach", form->reach > 0 ? text : "");
    add(out, size, "reads",
        form->reading != READING_LEFT ? readings_word(form->reading) : "");
}

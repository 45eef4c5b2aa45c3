/* SPDX-License-Identifier: MIT */
#include "sweep/family.h"

#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const struct sweep_form programs[] = {
    {"before", FLASH_FORM_BEFORE, 0, 0},
    {"prefix-1", FLASH_FORM_PREFIX, 0, 10},
    {"prefix-50", FLASH_FORM_PREFIX, 0, 500},
    {"prefix-99", FLASH_FORM_PREFIX, 0, 990},
    {"bits", FLASH_FORM_BITS, 0, 0},
    {"word-split", FLASH_FORM_WORD_SPLIT, 0, 500},
    {"weak", FLASH_FORM_WEAK, 0, 0},
    {"disturb", FLASH_FORM_DISTURB, 0, 0},
    {"after", FLASH_FORM_AFTER, 0, 0},
};
static const struct sweep_form erases[] = {
    {"before", FLASH_FORM_BEFORE, 0, 0},
    {"zeros-5", FLASH_FORM_ERASE_ZEROS, 0, 50},
    {"zeros-50", FLASH_FORM_ERASE_ZEROS, 0, 500},
    {"all-zero", FLASH_FORM_ERASE_ALL_ZERO, 0, 0},
    {"mix", FLASH_FORM_ERASE_MIX, 0, 0},
    {"erase-weak", FLASH_FORM_ERASE_WEAK, 0, 0},
    {"after", FLASH_FORM_AFTER, 0, 0},
};
static const struct sweep_form burns[] = {
    {"burn-before", 0, OTP_FORM_BEFORE, 0},
    {"burn-weak", 0, OTP_FORM_WEAK, 0},
    {"burn-after", 0, OTP_FORM_AFTER, 0},
};
static const struct sweep_form between[] = {{"cut", 0, 0, 0}};

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

const struct sweep_form *family_find(const char *name)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        for (unsigned k = 0; k < families[i].count; k++) {
            if (strcmp(families[i].form[k].name, name) == 0) {
                return &families[i].form[k];
            }
        }
    }
    return NULL;
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
}

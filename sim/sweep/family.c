/* SPDX-License-Identifier: MIT */
#include "sweep/family.h"

#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const struct sweep_form programs[] = {
    {"before", false, SWEEP_POWER, .flash_form = FLASH_FORM_BEFORE},
    {"prefix-1", false, SWEEP_POWER, .flash_form = FLASH_FORM_PREFIX,
     .reach = 10},
    {"prefix-50", false, SWEEP_POWER, .flash_form = FLASH_FORM_PREFIX,
     .reach = 500},
    {"prefix-99", false, SWEEP_POWER, .flash_form = FLASH_FORM_PREFIX,
     .reach = 990},
    {"bits", false, SWEEP_POWER, .flash_form = FLASH_FORM_BITS},
    {"word-split", false, SWEEP_POWER, .flash_form = FLASH_FORM_WORD_SPLIT,
     .reach = 500},
    {"weak", false, SWEEP_POWER, .flash_form = FLASH_FORM_WEAK},
    {"weak-old", false, SWEEP_POWER, .flash_form = FLASH_FORM_WEAK,
     .reading = READING_OLD},
    {"disturb", false, SWEEP_POWER, .flash_form = FLASH_FORM_DISTURB},
    {"after", false, SWEEP_POWER, .flash_form = FLASH_FORM_AFTER},
    {"dip", false, SWEEP_DIP, .flash_form = FLASH_FORM_BEFORE},
    {.name = "reset", .kind = SWEEP_RESET},
};
static const struct sweep_form erases[] = {
    {"before", false, SWEEP_POWER, .flash_form = FLASH_FORM_BEFORE},
    {"zeros-5", false, SWEEP_POWER, .flash_form = FLASH_FORM_ERASE_ZEROS,
     .reach = 50},
    {"zeros-50", false, SWEEP_POWER, .flash_form = FLASH_FORM_ERASE_ZEROS,
     .reach = 500},
    {"all-zero", false, SWEEP_POWER, .flash_form = FLASH_FORM_ERASE_ALL_ZERO},
    {"mix", false, SWEEP_POWER, .flash_form = FLASH_FORM_ERASE_MIX},
    {"weak", false, SWEEP_POWER, .flash_form = FLASH_FORM_ERASE_WEAK},
    {"weak-old", false, SWEEP_POWER, .flash_form = FLASH_FORM_ERASE_WEAK,
     .reading = READING_OLD},
    {"after", false, SWEEP_POWER, .flash_form = FLASH_FORM_AFTER},
    {"dip", false, SWEEP_DIP, .flash_form = FLASH_FORM_BEFORE},
    {.name = "reset", .kind = SWEEP_RESET},
};
static const struct sweep_form burns[] = {
    {"before", false, SWEEP_POWER, .otp_form = OTP_FORM_BEFORE},
    {"weak", false, SWEEP_POWER, .otp_form = OTP_FORM_WEAK},
    {"after", false, SWEEP_POWER, .otp_form = OTP_FORM_AFTER},
    {"dip", false, SWEEP_DIP, .otp_form = OTP_FORM_BEFORE},
    {.name = "reset", .kind = SWEEP_RESET},
};
static const struct sweep_form between[] = {
    {.name = "cut", .kind = SWEEP_POWER},
    {.name = "dip", .kind = SWEEP_DIP},
    {.name = "reset", .kind = SWEEP_RESET},
};

static const struct sweep_form random_program = {"random", true, SWEEP_POWER,
                                                 .flash_form = FLASH_FORM_BITS};
static const struct sweep_form random_erase = {"random", true, SWEEP_POWER,
                                               .flash_form =
                                                   FLASH_FORM_ERASE_WORDS};

/* What an earlier cut has torn reads otherwise from now on. */
static const struct sweep_form flips_in_flash[] = {
    {"reads-old", false, SWEEP_POWER, .flash_form = FLASH_FORM_BEFORE,
     .reading = READING_OLD},
    {"reads-new", false, SWEEP_POWER, .flash_form = FLASH_FORM_BEFORE,
     .reading = READING_NEW},
    {"reads-bits", false, SWEEP_POWER, .flash_form = FLASH_FORM_BEFORE,
     .reading = READING_BITS},
};
static const struct sweep_form flips[] = {
    {"reads-old", false, SWEEP_POWER, .reading = READING_OLD},
    {"reads-new", false, SWEEP_POWER, .reading = READING_NEW},
    {"reads-bits", false, SWEEP_POWER, .reading = READING_BITS},
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

_Static_assert(COUNT(programs) <= SWEEP_FORMS, "room for all");

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

const struct sweep_form *family_random(uint32_t code)
{
    return code == EVENT_FLASH_PROGRAM ? &random_program
           : code == EVENT_FLASH_ERASE ? &random_erase
                                       : NULL;
}

const struct sweep_form *family_find(uint32_t code, const char *name)
{
    const struct sweep_form *form = NULL;
    const struct sweep_form *drawn = family_random(code);
    unsigned forms = family_forms(code, &form);

    for (unsigned i = 0; i < forms; i++) {
        if (strcmp(form[i].name, name) == 0) {
            return &form[i];
        }
    }
    return drawn != NULL && strcmp(drawn->name, name) == 0 ? drawn : NULL;
}

unsigned family_flips(uint32_t code, const struct sweep_form **forms)
{
    bool flash = code == EVENT_FLASH_PROGRAM || code == EVENT_FLASH_ERASE;

    *forms = flash ? flips_in_flash : flips;
    return flash ? COUNT(flips_in_flash) : COUNT(flips);
}

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

bool family_has(const char *names, const struct sweep_form *form)
{
    for (const char *at = names; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");

        if (is_name(form->name, at, length)) {
            return true;
        }
        at += length + (at[length] == ',');
    }
    return names == NULL;
}

static bool is_known(const char *text, size_t length)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        for (unsigned k = 0; k < families[i].count; k++) {
            if (is_name(families[i].form[k].name, text, length)) {
                return true;
            }
        }
    }
    for (size_t i = 0; i < COUNT(flips); i++) {
        if (is_name(flips[i].name, text, length)) {
            return true;
        }
    }
    return false;
}

const char *family_unknown(const char *names, size_t *length)
{
    for (const char *at = names; at != NULL && *at != '\0';) {
        *length = strcspn(at, ",");
        if (!is_known(at, *length)) {
            return at;
        }
        at += *length + (at[*length] == ',');
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

static void add_number(char *out, size_t size, const char *key,
                       const char *format, unsigned number)
{
    char text[32];

    snprintf(text, sizeof text, format, number);
    add(out, size, key, text);
}

static bool is_operation(uint32_t code)
{
    return code != EVENT_RADIO_SEND && code != EVENT_RADIO_RECEIVE;
}

static void add_torn(const struct sweep_form *form, uint32_t draw, char *out,
                     size_t size)
{
    if (form->flash_form != 0 || form->otp_form != 0) {
        add(out, size, "done", "0%");
    }
    if (form->flash_form != 0) {
        add(out, size, "form", flash_form_name(form->flash_form));
    }
    if (form->otp_form != 0) {
        add(out, size, "fuse_form", otp_form_name(form->otp_form));
    }
    if (form->reach != 0) {
        add_number(out, size, "reach", "%u%%", form->reach / 10u);
    }
    if (draw != 0) {
        add_number(out, size, "draw", "%u", draw);
    }
    if (form->reading != READING_LEFT) {
        add(out, size, "reads", readings_word(form->reading));
    }
}

void family_fault(const struct sweep_place *place,
                  const struct sweep_form *form, uint32_t draw, char *out,
                  size_t size)
{
    snprintf(out, size, "%s@%s",
             form->kind == SWEEP_RESET ? "reset" : "power_cut",
             event_kind(place->code)->name);
    add(out, size, "partition", place->partition);
    add_number(out, size, "nth", "%u", place->nth);
    add_torn(form, draw, out, size);
    if (form->kind == SWEEP_DIP) {
        add(out, size, "sram", "partly");
        add(out, size, "cause", "brown-out");
    }
    if (form->kind == SWEEP_RESET && is_operation(place->code)) {
        add(out, size, "done", "0%");
    }
}

/* SPDX-License-Identifier: MIT */
#include "scenario/fields.h"

#include "record/event.h"

static const struct {
    char letter;
    const char *word; /* of values that have names */
    const char *says;
    const char *example;
} rows[] = {
    {'s', "slot", "a slot", "slot-b"},
    {'r', "reason", "a reason", "trial-failed"},
    {'t', "state", "a state", "trial"},
    {'c', "reset cause", "a reset cause", "watchdog"},
    {'q', "request", "a request", "confirm"},
    {'f', "form of a torn operation", "a form of a torn flash operation",
     "erase-mix"},
    {'F', "form of a torn burn", "a form of a torn fuse burn", "weak"},
    {'k', "rule of the flash", "a rule of the flash part", "bit-rise"},
    {'j', "fault of the accelerator", "a fault of the accelerator", "stuck"},
    {'K', "rule of the fuses", "a rule of the fuses", "locked"},
    {'y', "state of the SRAM", "a state of the SRAM", "kept"},
    {'b', "answer", "yes or no", "yes"},
    {'w', "reason of the agent", "a reason of the agent", "battery-low"},
    {'U', "update state", "a state of the update", "downloaded"},
    {'R', "update result", "a result of the update", "success"},
    {'l', "fate", "a packet's fate", "random"},
    {'e', "resource", "a resource of the server", "image"},
    {'o', NULL, "a CoAP code", "2.05"},
    {'u', NULL, "a number or a range", "2.."},
    {'x', NULL, "a number or a range, mostly hexadecimal", "0x21800000.."},
    {'a', NULL, "a flash address or a range", "0x20000..0x20fff"},
    {'v', NULL, "a version", "1.2.0"},
    {'p', NULL, "a partition", "slot-b"},
    {'m', NULL, "a text, or a part of it", "\"ready\""},
    {'d', NULL, "a time with its unit", "500ms"},
};

#define ROWS (sizeof rows / sizeof rows[0])

static size_t row_of(char letter)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].letter == letter) {
            return i;
        }
    }
    return ROWS;
}

const char *fields_word(char letter)
{
    size_t row = row_of(letter);

    return row < ROWS ? rows[row].word : NULL;
}

const char *fields_says(char letter)
{
    size_t row = row_of(letter);

    return row < ROWS ? rows[row].says : "a value";
}

const char *fields_example(char letter)
{
    size_t row = row_of(letter);

    return row < ROWS ? rows[row].example : "1";
}

bool fields_name(uint32_t code, unsigned field, uint64_t value, char *out,
                 size_t size)
{
    struct event event = {.code = code};

    event.number[field] = value;
    event_value(&event, field, out, size);
    return out[0] >= 'a' && out[0] <= 'z';
}

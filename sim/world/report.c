/* SPDX-License-Identifier: MIT */
#include "world/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_LINE 160u

/* "1.2.3" packed; false when it is none. */
static bool read_version(const char *text, uint32_t *out)
{
    static const unsigned shifts[] = {24, 16, 0};
    static const unsigned long limits[] = {255, 255, 65535};
    char *end = NULL;

    *out = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned long part = strtoul(text, &end, 10);

        if (*text < '0' || *text > '9' || part > limits[i] ||
            *end != (i < 2 ? '.' : '\0')) {
            return false;
        }
        *out |= (uint32_t)part << shifts[i];
        text = end + 1;
    }
    return true;
}

static bool read_number(const char *text, uint32_t *out)
{
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);

    *out = (uint32_t)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= UINT32_MAX;
}

static bool read_slot(const char *text, uint32_t *out)
{
    static const char *const names[] = {"a", "b", "recovery"};

    for (*out = 0; *out < 3; ++*out) {
        if (strcmp(text, names[*out]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_word(char *word, struct device_report *report, unsigned *seen)
{
    const struct {
        const char *key;
        bool (*read)(const char *text, uint32_t *out);
        uint32_t *to;
    } keys[] = {{"state", read_number, &report->state},
                {"result", read_number, &report->result},
                {"why", read_number, &report->why},
                {"suit", read_number, &report->suit},
                {"version", read_version, &report->version},
                {"release", read_number, &report->release},
                {"slot", read_slot, &report->slot}};
    char *value = strchr(word, '=');

    if (value == NULL) {
        return false;
    }
    *value++ = '\0';
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(word, keys[i].key) == 0) {
            *seen |= 1u << i;
            return keys[i].read(value, keys[i].to);
        }
    }
    return true;
}

int report_read(const uint8_t *bytes, uint32_t length,
                struct device_report *report)
{
    char line[REPORT_LINE];
    char *rest = NULL;
    unsigned seen = 0;

    memset(report, 0, sizeof *report);
    if (length == 0 || length >= sizeof line ||
        memchr(bytes, '\0', length) != NULL) {
        return -1;
    }
    memcpy(line, bytes, length);
    line[length] = '\0';
    for (char *word = strtok_r(line, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (!read_word(word, report, &seen)) {
            return -1;
        }
    }
    return (seen & 3u) == 3u ? 0 : -1;
}

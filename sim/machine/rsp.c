/* SPDX-License-Identifier: MIT */
#include "machine/rsp.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORD_DIGITS 8u
/* Between r15 and the status register a client that asks for no description
 * gets eight registers of 12 bytes and one of 4 that no Cortex-M has. */
#define XPSR_AT (16u * WORD_DIGITS + 8u * 24u + WORD_DIGITS)
#define ANSWER_DIGITS (XPSR_AT + WORD_DIGITS)

static int digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum rsp_state begin(struct rsp_reader *reader, char byte)
{
    reader->used = 0;
    reader->sum = 0;
    reader->text[0] = '\0';
    if (byte == '$') {
        return RSP_INSIDE;
    }
    return byte == '+' ? RSP_OUTSIDE : RSP_BROKEN;
}

static enum rsp_state add(struct rsp_reader *reader, char byte)
{
    if (byte == '#') {
        return RSP_FIRST;
    }
    if (!isprint((unsigned char)byte) || strchr("$*}", byte) != NULL ||
        reader->used + 1 >= sizeof reader->text) {
        return RSP_BROKEN;
    }
    reader->sum = (uint8_t)(reader->sum + (uint8_t)byte);
    reader->text[reader->used++] = byte;
    reader->text[reader->used] = '\0';
    return RSP_INSIDE;
}

static enum rsp_state check(struct rsp_reader *reader, char byte)
{
    int value = digit(byte);

    if (value < 0) {
        return RSP_BROKEN;
    }
    if (reader->state == RSP_FIRST) {
        reader->told = (uint8_t)(value << 4);
        return RSP_SECOND;
    }
    return (reader->told | value) == reader->sum ? RSP_WHOLE : RSP_BROKEN;
}

enum rsp_state rsp_take(struct rsp_reader *reader, char byte)
{
    switch (reader->state) {
    case RSP_OUTSIDE:
    case RSP_WHOLE:
        reader->state = begin(reader, byte);
        break;
    case RSP_INSIDE:
        reader->state = add(reader, byte);
        break;
    case RSP_FIRST:
    case RSP_SECOND:
        reader->state = check(reader, byte);
        break;
    case RSP_BROKEN:
        break;
    }
    return reader->state;
}

size_t rsp_frame(const char *payload, char *out, size_t size)
{
    uint8_t sum = 0;

    for (const char *at = payload; *at != '\0'; at++) {
        sum = (uint8_t)(sum + (uint8_t)*at);
    }
    int length = snprintf(out, size, "$%s#%02x", payload, sum);

    return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

/* Eight digits, the lowest byte first. */
static int read_word(const char *text, uint32_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < WORD_DIGITS; i++) {
        int value = digit(text[i]);

        if (value < 0) {
            return -1;
        }
        *out |= (uint32_t)value << (8 * (i / 2) + (i % 2 == 0 ? 4 : 0));
    }
    return 0;
}

int rsp_read_registers(const char *text, struct rsp_registers *out)
{
    *out = (struct rsp_registers){0};
    if (strlen(text) < ANSWER_DIGITS) {
        return -1;
    }
    for (unsigned i = 0; i < 16; i++) {
        if (read_word(text + (size_t)i * WORD_DIGITS, &out->r[i]) != 0) {
            return -1;
        }
    }
    return read_word(text + XPSR_AT, &out->xpsr);
}

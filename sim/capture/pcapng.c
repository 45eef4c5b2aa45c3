/* SPDX-License-Identifier: MIT */
#include "capture/pcapng.h"

#include <stdlib.h>
#include <string.h>

#define SECTION 0x0A0D0D0Au
#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define INTERFACE 1u
#define PACKET 6u
#define SECRETS 10u
#define SECRETS_TLS_KEY_LOG 0x544C534Bu
#define LINKTYPE_IPV4 228u
#define NANOSECONDS 9u /* 10 to the power of minus nine */
#define TEXT_LIMIT 0xFFF0u

enum option {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    SECTION_APPLICATION = 4,
    INTERFACE_NAME = 2,
    INTERFACE_DESCRIPTION = 3,
    INTERFACE_RESOLUTION = 9,
    PACKET_FLAGS = 2
};

/* ---- bytes --------------------------------------------------------------- */

static void grow(struct pcapng *file, size_t length)
{
    size_t capacity = 2 * file->capacity + length + 4096;
    uint8_t *bytes = realloc(file->bytes, capacity);

    if (bytes == NULL) {
        file->failed = 1;
        return;
    }
    file->bytes = bytes;
    file->capacity = capacity;
}

static void add(struct pcapng *file, const void *bytes, size_t length)
{
    if (!file->failed && file->capacity - file->length < length) {
        grow(file, length);
    }
    if (!file->failed && length > 0) {
        memcpy(file->bytes + file->length, bytes, length);
        file->length += length;
    }
}

static void add_16(struct pcapng *file, uint32_t value)
{
    add(file, (uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8)}, 2);
}

static void add_32(struct pcapng *file, uint32_t value)
{
    add_16(file, value & 0xFFFFu);
    add_16(file, value >> 16);
}

static void add_padded(struct pcapng *file, const void *bytes, size_t length)
{
    add(file, bytes, length);
    add(file, (uint8_t[4]){0}, (4 - length % 4) % 4);
}

/* ---- blocks and options -------------------------------------------------- */

/* Returns where the block begins. */
static size_t open_block(struct pcapng *file, uint32_t type)
{
    size_t at = file->length;

    add_32(file, type);
    add_32(file, 0);
    return at;
}

static void close_block(struct pcapng *file, size_t at)
{
    uint32_t length = (uint32_t)(file->length - at) + 4;

    add_32(file, length);
    for (unsigned i = 0; i < 4 && !file->failed; i++) {
        file->bytes[at + 4 + i] = (uint8_t)(length >> 8 * i);
    }
}

static void add_option(struct pcapng *file, enum option code, const void *value,
                       size_t length)
{
    add_16(file, (uint32_t)code);
    add_16(file, (uint32_t)length);
    add_padded(file, value, length);
}

static void add_text(struct pcapng *file, enum option code, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        add_option(file, code, text, strnlen(text, TEXT_LIMIT));
    }
}

static void end_options(struct pcapng *file)
{
    add_option(file, OPTION_END, NULL, 0);
}

/* ---- what there is ------------------------------------------------------- */

void pcapng_section(struct pcapng *file, const char *application,
                    const char *comment, const char *second)
{
    size_t at = open_block(file, SECTION);

    add_32(file, BYTE_ORDER_MAGIC);
    add_16(file, 1); /* version 1.0 */
    add_16(file, 0);
    add_32(file, UINT32_MAX); /* the section's length is not given */
    add_32(file, UINT32_MAX);
    add_text(file, SECTION_APPLICATION, application);
    add_text(file, OPTION_COMMENT, comment);
    add_text(file, OPTION_COMMENT, second);
    end_options(file);
    close_block(file, at);
}

void pcapng_interface(struct pcapng *file, const char *name,
                      const char *description)
{
    size_t at = open_block(file, INTERFACE);

    add_16(file, LINKTYPE_IPV4);
    add_16(file, 0);
    add_32(file, 0); /* packets are never cut short */
    add_text(file, INTERFACE_NAME, name);
    add_text(file, INTERFACE_DESCRIPTION, description);
    add_option(file, INTERFACE_RESOLUTION, (uint8_t[]){NANOSECONDS}, 1);
    end_options(file);
    close_block(file, at);
}

void pcapng_secrets(struct pcapng *file, const void *log, size_t length)
{
    size_t at = open_block(file, SECRETS);

    add_32(file, SECRETS_TLS_KEY_LOG);
    add_32(file, (uint32_t)length);
    add_padded(file, log, length);
    close_block(file, at);
}

void pcapng_packet(struct pcapng *file, const struct pcapng_packet *packet)
{
    uint8_t flags[4] = {(uint8_t)packet->direction};
    size_t at = open_block(file, PACKET);

    add_32(file, packet->interface);
    add_32(file, (uint32_t)(packet->time_ns >> 32));
    add_32(file, (uint32_t)packet->time_ns);
    add_32(file, packet->length); /* kept, and as it was on the link */
    add_32(file, packet->length);
    add_padded(file, packet->bytes, packet->length);
    add_option(file, PACKET_FLAGS, flags, sizeof flags);
    add_text(file, OPTION_COMMENT, packet->comment);
    end_options(file);
    close_block(file, at);
}

void pcapng_free(struct pcapng *file)
{
    free(file->bytes);
    *file = (struct pcapng){.bytes = NULL};
}

/* SPDX-License-Identifier: MIT */
/*
 * Writing pcapng (draft-ietf-opsawg-pcapng), the capture format of Wireshark:
 * one section, interfaces of raw IPv4 packets with times in ns, packets with
 * comments, and the secrets of TLS or DTLS sessions. The bytes are kept in
 * memory. All numbers are little endian, and every block is padded to whole
 * words.
 *
 *     block   | type 4 | length 4 | body | options | length 4 |
 *     option  | code 2 | length 2 | value, padded |
 */
#ifndef OTALAB_CAPTURE_PCAPNG_H
#define OTALAB_CAPTURE_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

/* All zeros: empty. Out of memory is remembered; later calls do nothing. */
struct pcapng {
    uint8_t *bytes; /* owned; freed by pcapng_free() */
    size_t length;
    size_t capacity;
    int failed; /* 1: out of memory */
};

enum pcapng_direction { PCAPNG_UNKNOWN = 0, PCAPNG_IN = 1, PCAPNG_OUT = 2 };

struct pcapng_packet {
    uint32_t interface; /* from 0, in the order they were added */
    uint64_t time_ns;
    enum pcapng_direction direction; /* as the interface's owner sees it */
    const char *comment;             /* NULL: none */
    const uint8_t *bytes;
    uint32_t length;
};

/* The section's head; has to be first. Comments that are NULL are left out. */
void pcapng_section(struct pcapng *file, const char *application,
                    const char *comment, const char *second);
void pcapng_interface(struct pcapng *file, const char *name,
                      const char *description);
/* Secrets in the format of NSS key logs; they stand before the packets that
 * need them. */
void pcapng_secrets(struct pcapng *file, const void *log, size_t length);
void pcapng_packet(struct pcapng *file, const struct pcapng_packet *packet);
void pcapng_free(struct pcapng *file);

#endif

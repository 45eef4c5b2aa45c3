/* SPDX-License-Identifier: MIT */
/*
 * The headers that a recording's datagrams lack: IPv4 and UDP, with their
 * checksums (RFC 791, RFC 768), so that other tools can read them.
 */
#ifndef OTALAB_CAPTURE_DATAGRAM_H
#define OTALAB_CAPTURE_DATAGRAM_H

#include <stdint.h>

#define DATAGRAM_HEADERS 28u /* bytes: IPv4 without options, UDP */
#define DATAGRAM_PAYLOAD 1280u

struct datagram_end {
    uint32_t address; /* 0x0A000001: 10.0.0.1 */
    uint16_t port;
};

struct datagram {
    struct datagram_end from;
    struct datagram_end to;
    uint16_t number; /* IPv4's identification */
    const uint8_t *payload;
    uint32_t length; /* at most DATAGRAM_PAYLOAD */
};

/* Returns the packet's length in bytes, or 0 if the payload is too long. */
uint32_t datagram_write(const struct datagram *datagram,
                        uint8_t packet[DATAGRAM_HEADERS + DATAGRAM_PAYLOAD]);

#endif

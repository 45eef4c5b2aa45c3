/* SPDX-License-Identifier: MIT */
#include "capture/datagram.h"

#include <string.h>

#define IP_HEADER 20u
#define IP_VERSION_5_WORDS 0x45u
#define IP_DO_NOT_FRAGMENT 0x4000u
#define IP_TIME_TO_LIVE 64u
#define IP_UDP 17u
#define UDP_HEADER 8u

static void put_16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_32(uint8_t *at, uint32_t value)
{
    put_16(at, value >> 16);
    put_16(at + 2, value & 0xFFFFu);
}

/* The sum of 16-bit words, not folded yet; an odd last byte is a high one. */
static uint32_t sum_of(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
    for (uint32_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    }
    return sum;
}

static uint32_t fold(uint32_t sum)
{
    while (sum >> 16 != 0) {
        sum = (sum & 0xFFFFu) + (sum >> 16);
    }
    return ~sum & 0xFFFFu;
}

static void put_ip(const struct datagram *datagram, uint8_t *ip)
{
    memset(ip, 0, IP_HEADER);
    ip[0] = IP_VERSION_5_WORDS;
    put_16(ip + 2, DATAGRAM_HEADERS + datagram->length);
    put_16(ip + 4, datagram->number);
    put_16(ip + 6, IP_DO_NOT_FRAGMENT);
    ip[8] = IP_TIME_TO_LIVE;
    ip[9] = IP_UDP;
    put_32(ip + 12, datagram->from.address);
    put_32(ip + 16, datagram->to.address);
    put_16(ip + 10, fold(sum_of(ip, IP_HEADER, 0)));
}

/* The checksum includes addresses, protocol and length; 0 would mean that there
 * is none, and is sent as its complement. */
static void put_udp(const struct datagram *datagram, const uint8_t *ip,
                    uint8_t *udp)
{
    uint32_t length = UDP_HEADER + datagram->length;

    put_16(udp, datagram->from.port);
    put_16(udp + 2, datagram->to.port);
    put_16(udp + 4, length);
    put_16(udp + 6, 0);
    uint32_t sum =
        fold(sum_of(udp, length, sum_of(ip + 12, 8, IP_UDP + length)));

    put_16(udp + 6, sum != 0 ? sum : 0xFFFFu);
}

uint32_t datagram_write(const struct datagram *datagram,
                        uint8_t packet[DATAGRAM_HEADERS + DATAGRAM_PAYLOAD])
{
    if (datagram->length > DATAGRAM_PAYLOAD) {
        return 0;
    }
    memcpy(packet + DATAGRAM_HEADERS, datagram->payload, datagram->length);
    put_ip(datagram, packet);
    put_udp(datagram, packet, packet + IP_HEADER);
    return DATAGRAM_HEADERS + datagram->length;
}

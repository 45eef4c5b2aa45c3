/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX 48u

/* The port after the last colon, from 1; 0: invalid. */
static uint16_t read_port(const char *text)
{
    char *end = NULL;
    unsigned long port =
        text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;

    return end != NULL && *end == '\0' && port <= UINT16_MAX ? (uint16_t)port
                                                             : 0;
}

static bool read_4(const char *host, uint16_t port, struct address *address)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};

    if (inet_pton(AF_INET, host, &name.sin_addr) != 1) {
        return false;
    }
    memcpy(&address->name, &name, sizeof name);
    address->length = sizeof name;
    return true;
}

/* In brackets, which are removed here. */
static bool read_6(char *host, uint16_t port, struct address *address)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6,
                                .sin6_port = htons(port)};
    size_t length = strlen(host);

    if (length < 2 || host[0] != '[' || host[length - 1] != ']') {
        return false;
    }
    host[length - 1] = '\0';
    if (inet_pton(AF_INET6, host + 1, &name.sin6_addr) != 1) {
        return false;
    }
    memcpy(&address->name, &name, sizeof name);
    address->length = sizeof name;
    return true;
}

int address_read(const char *text, struct address *address, struct diag *diag)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    uint16_t port = colon != NULL ? read_port(colon + 1) : 0;
    char host[HOST_MAX] = "";

    memset(address, 0, sizeof *address);
    if (length > 0 && length < sizeof host) {
        memcpy(host, text, length);
    }
    if (port != 0 &&
        (read_4(host, port, address) || read_6(host, port, address))) {
        return 0;
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%.80s: not an address with a port; write 127.0.0.1:5683 "
                     "or [::1]:5683",
                     text);
}

bool address_is_loopback(const struct address *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (address->name.ss_family == AF_INET) {
        memcpy(&four, &address->name, sizeof four);
        return ntohl(four.sin_addr.s_addr) >> 24 == 127;
    }
    memcpy(&six, &address->name, sizeof six);
    return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) != 0;
}

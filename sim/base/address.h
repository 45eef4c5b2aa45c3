/* SPDX-License-Identifier: MIT */
/* An address and port of the host's network: "127.0.0.1:5683", "[::1]:5683".
 * Names are not looked up. */
#ifndef OTALAB_BASE_ADDRESS_H
#define OTALAB_BASE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/diag.h"

struct address {
    struct sockaddr_storage name;
    socklen_t length;
};

/* 0, or OTALAB_ERR_USAGE with a line that begins with the text. */
int address_read(const char *text, struct address *address, struct diag *diag);
/* Whether only this host can be reached there. */
bool address_is_loopback(const struct address *address);

#endif

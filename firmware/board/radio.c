/* SPDX-License-Identifier: MIT */
/* The modem: sockets for datagrams and streams, one packet in the page each
 * way. */
#include "board/board.h"

#include "board/cpu.h"

#include <stddef.h>
#include <string.h>

#define RADIO_TX (CTL_BASE + offsetof(struct ctl_page, radio_tx))
#define RADIO_RX (CTL_BASE + offsetof(struct ctl_page, radio_rx))
#define WORD sizeof(uint32_t)

/* By words: the page is device memory, where each access counts and must be
 * aligned, unlike in our buffer. The last word goes beyond `length`, but not
 * beyond the buffer, which is whole words. */
_Static_assert(CTL_RADIO_SIZE % WORD == 0, "packets in whole words");
_Static_assert(offsetof(struct ctl_page, radio_tx) % WORD == 0 &&
                   offsetof(struct ctl_page, radio_rx) % WORD == 0,
               "packets on whole words");

static void packet_put(const uint8_t *bytes, uint32_t length)
{
    uint32_t rest = length % WORD;
    uint32_t word = 0;

    for (uint32_t at = 0; at < length - rest; at += WORD) {
        memcpy(&word, &bytes[at], WORD);
        REG32(RADIO_TX + at) = word;
    }
    if (rest != 0) {
        word = 0;
        memcpy(&word, &bytes[length - rest], rest);
        REG32(RADIO_TX + length - rest) = word;
    }
}

static void packet_get(uint8_t *bytes, uint32_t length)
{
    uint32_t rest = length % WORD;
    uint32_t word;

    for (uint32_t at = 0; at < length - rest; at += WORD) {
        word = REG32(RADIO_RX + at);
        memcpy(&bytes[at], &word, WORD);
    }
    if (rest != 0) {
        word = REG32(RADIO_RX + length - rest);
        memcpy(&bytes[length - rest], &word, rest);
    }
}

void radio_status(struct radio_status *status)
{
    if (ctl_command(CTL_RADIO_STATUS, NULL, 0) != CTL_OK) {
        board_panic(__LINE__, CTL_RADIO_STATUS);
    }
    status->fitted = ctl_result(0) != 0;
    status->registered = ctl_result(1) != 0;
    status->waiting = ctl_result(2);
}

static int open_socket(uint32_t command, uint32_t node, uint32_t port)
{
    uint32_t args[2] = {node, port};

    if (ctl_command(command, args, 2) != CTL_OK ||
        ctl_result(0) >= CTL_RADIO_SOCKETS) {
        return -1;
    }
    return (int)ctl_result(0);
}

int radio_open(uint32_t node, uint32_t port)
{
    return open_socket(CTL_RADIO_OPEN, node, port);
}

int radio_connect(uint32_t node, uint32_t port)
{
    return open_socket(CTL_RADIO_CONNECT, node, port);
}

void radio_close(int socket)
{
    uint32_t arg = (uint32_t)socket;

    /* Refused if it is not open: then there is nothing to close. */
    (void)ctl_command(CTL_RADIO_CLOSE, &arg, 1);
}

int radio_send(int socket, const void *data, uint32_t length)
{
    uint32_t args[2] = {(uint32_t)socket, length};

    if (length == 0 || length > CTL_RADIO_SIZE) {
        return OTA_ERR_RANGE;
    }
    packet_put(data, length);
    switch (ctl_command(CTL_RADIO_SEND, args, 2)) {
    case CTL_OK:
        return OTA_OK;
    case CTL_E_BUSY:
        return OTA_ERR_FULL;
    case CTL_E_ARGUMENT:
        return OTA_ERR_RANGE;
    default:
        return OTA_ERR_IO;
    }
}

int32_t radio_receive(int *socket, void *data, uint32_t size)
{
    uint32_t length;

    if (ctl_command(CTL_RADIO_RECEIVE, NULL, 0) != CTL_OK) {
        return -1;
    }
    length = ctl_result(0);
    if (length > size || length > CTL_RADIO_SIZE) {
        return -1;
    }
    *socket = (int)ctl_result(1);
    packet_get(data, length);
    return (int32_t)length;
}

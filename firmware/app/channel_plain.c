/* SPDX-License-Identifier: MIT */
/* Datagrams in the clear: integrity rests on signatures alone. */
#include "app/channel.h"

#include "board/board.h"

static struct {
    struct channel_figures figures;
    int socket; /* -1: not open */
} channel;

void channel_open(const struct channel_figures *figures)
{
    channel.figures = *figures;
    channel.socket = -1;
}

int channel_send(const void *bytes, uint32_t length)
{
    if (channel.socket < 0) {
        channel.socket = radio_open(channel.figures.node, channel.figures.port);
    }
    return channel.socket < 0 ? OTA_ERR_IO
                              : radio_send(channel.socket, bytes, length);
}

int32_t channel_receive(void *bytes, uint32_t size)
{
    int socket; /* there is no other */

    return radio_receive(&socket, bytes, size);
}

enum agent_channel channel_step(uint64_t *next_ms, enum agent_why *why)
{
    (void)next_ms;
    (void)why;
    return AGENT_CHANNEL_READY;
}

uint32_t channel_flights(void)
{
    return 0;
}

void channel_tell(void)
{
}

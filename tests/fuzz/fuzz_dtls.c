/* SPDX-License-Identifier: MIT */
/*
 * The server's end of DTLS gets datagrams of arbitrary bytes: a byte of address,
 * two of length, the datagram, and so on. Nobody without the key gets an
 * association, and a copy goes on as the original.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "outside/dtls.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static struct dtls_server *server_of(void)
{
    static struct dtls_server *server;
    struct dtls_spec spec = {.seed = 1, .psk = true, .devices = 1};

    if (server == NULL) {
        memcpy(spec.device[0].name, "device-1", sizeof "device-1");
        server = dtls_open(&spec);
    }
    return server;
}

/* One datagram; its bytes are in memory of just that size. */
static void receive(struct dtls *dtls, uint32_t port, const uint8_t *bytes,
                    uint32_t length)
{
    static struct dtls copy;
    static struct dtls_result result;
    static struct dtls_result other;
    struct endpoint from = {10, 40000 + port % 2};
    uint8_t *own = malloc(length + 1);

    require(own != NULL);
    memcpy(own, bytes, length);
    copy = *dtls;
    dtls_receive(dtls, server_of(), 0, from, own, length, &result);
    dtls_receive(&copy, server_of(), 0, from, own, length, &other);
    require(memcmp(&copy, dtls, sizeof copy) == 0);
    require(memcmp(&other, &result, sizeof other) == 0);
    require(result.length == 0);
    require(dtls->peer[0].association == 0);
    require(dtls->peer[0].transcript <= DTLS_TRANSCRIPT);
    free(own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dtls dtls;

    memset(&dtls, 0, sizeof dtls);
    for (size_t at = 0; at + 3 <= size;) {
        uint32_t length = data[at + 1] | (uint32_t)data[at + 2] << 8;

        length = length < size - at - 3 ? length : (uint32_t)(size - at - 3);
        receive(&dtls, data[at], data + at + 3, length);
        at += 3 + length;
    }
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* Datagrams of arbitrary contents: one that can be read is written again byte
 * for byte, and the server answers each, and its copy, with what can be read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "outside/coap.h"
#include "outside/server.h"

#define IMAGE_SIZE 5000u
#define LARGEST 4096u

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void write_again(const uint8_t *data, uint32_t size,
                        const struct wcoap_message *m)
{
    static uint8_t out[LARGEST];
    struct wcoap_writer w;

    wcoap_begin(&w, out, sizeof(out), (enum wcoap_type)m->type, m->code, m->id);
    wcoap_token(&w, m->token, m->token_length);
    for (uint32_t i = 0; i < m->options; i++) {
        wcoap_add(&w, m->option[i].number, data + m->option[i].offset,
                  m->option[i].length);
    }
    wcoap_payload(&w, data + m->payload, m->payload_length);
    require(wcoap_end(&w) == (int32_t)size);
    require(memcmp(out, data, size) == 0);
}

static void check_answer(const uint8_t *data, const uint8_t *answer,
                         uint32_t length)
{
    struct wcoap_message m;

    require(wcoap_decode(answer, length, &m) == WCOAP_OK);
    require(m.type != WCOAP_CON);
    require(m.type == WCOAP_NON ||
            (answer[2] == data[2] && answer[3] == data[3]));
    require(m.code == WCOAP_EMPTY || m.code >> 5 >= 2);
    for (uint32_t i = 0; i < m.options; i++) {
        require(m.option[i].use == WCOAP_USABLE);
    }
}

static void start(struct server *server, uint8_t choice)
{
    enum server_fault_kind kind = (enum server_fault_kind)(1u + choice % 7u);
    struct server_fault fault = {.resource = choice >> 5 & 1u,
                                 .from = 100,
                                 .value =
                                     kind != SERVER_REFUSE ? choice >> 6 : 0};

    server_init(server, choice);
    server->szx = choice & 7u ? 6 : 1;
    require(server_publish(server, "description", 11, 0, 1) == 0);
    if (choice & 16u) {
        require(server_misbehave(server, kind, &fault) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte sets the server up; then datagrams, each after its length. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t image[IMAGE_SIZE];
    static const struct server_image images[] = {
        {.bytes = image, .size = IMAGE_SIZE}, {.bytes = image, .size = 1000}};
    static struct server server;
    uint8_t answer[SERVER_ANSWER];
    uint8_t again[SERVER_ANSWER];

    if (size < 1) {
        return 0;
    }
    start(&server, data[0]);
    for (size_t at = 1; at < size;) {
        uint32_t length = data[at++];
        length = length == 255 || length > size - at ? (uint32_t)(size - at)
                                                     : length;
        const uint8_t *bytes = data + at;
        at += length;
        struct wcoap_message m;
        if (wcoap_decode(bytes, length, &m) == WCOAP_OK && length <= LARGEST) {
            write_again(bytes, length, &m);
        }
        struct endpoint from = {1, 2};
        uint32_t first =
            server_receive(&server, at, from, bytes, length, images, 2, answer);
        require(first <= SERVER_ANSWER);
        if (first > 0) {
            check_answer(bytes, answer, first);
        }
        require(server_receive(&server, at, from, bytes, length, images, 2,
                               again) == first);
        require(first == 0 || memcmp(answer, again, first) == 0);
    }
    return 0;
}

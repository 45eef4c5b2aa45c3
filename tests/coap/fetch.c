/* SPDX-License-Identifier: MIT */
/*
 * The device's CoAP client against libcoap's server, with the model of the
 * link in between: does a server that others have written understand ours,
 * and does ours get all from it whatever the link loses, doubles and holds
 * back?
 *
 *   fetch IMAGE SEED LOSS DUPLICATE REORDER SZX     chances in ppm
 *
 * Asks for a descriptor, for the same with its ETag, for the image in blocks
 * of 16 << SZX bytes, reports, and asks for what is answered separately. The
 * server is in this process behind a socket on the loopback; all live in
 * virtual time, which goes on when everything sent has been dealt with.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rng.h"
#include "coap/peer.h"
#include "ota/coap.h"
#include "outside/link.h"

#define MS UINT64_C(1000000)
#define PATIENCE_MS 20000
#define IMAGE_LIMIT (1u << 20)
#define SLOW_TIMES 10u

static const struct endpoint device = {1, 5000};
static const struct endpoint server = {0, 5683};

struct fetch {
    int fd;       /* the client's end */
    uint64_t now; /* ns */
    struct link link;
    struct coap_exchange exchange;
    struct rng rng;
    unsigned resent;
    unsigned replies; /* ACK and RST that we sent */
    uint8_t image[IMAGE_LIMIT];
    uint32_t size;
};

static struct fetch fetch;

/* ---- between link and socket -------------------------------------------- */

static int take_from_server(unsigned count)
{
    struct pollfd ready = {.fd = fetch.fd, .events = POLLIN};
    uint8_t bytes[2048];

    for (unsigned i = 0; i < count; i++) {
        if (poll(&ready, 1, PATIENCE_MS) != 1) {
            fprintf(stderr, "fetch: what the server sent is not there\n");
            return -1;
        }
        ssize_t size = recv(fetch.fd, bytes, sizeof(bytes), 0);
        if (size < 0) {
            return -1;
        }
        (void)link_send(&fetch.link, fetch.now, LINK_DOWN, server, device,
                        bytes, (uint32_t)size);
    }
    return 0;
}

static int give_to_server(const struct link_packet *packet)
{
    if (send(fetch.fd, packet->bytes, packet->length, 0) !=
        (ssize_t)packet->length) {
        return -1;
    }
    return take_from_server(peer_turn(fetch.now / MS, true));
}

/* ---- the client --------------------------------------------------------- */

static void send_up(const void *bytes, uint32_t length)
{
    (void)link_send(&fetch.link, fetch.now, LINK_UP, device, server, bytes,
                    length);
}

static uint64_t in_ns(uint64_t ms)
{
    return ms == UINT64_MAX ? UINT64_MAX : ms * MS;
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The next thing that happens; *step is what the client makes of it. */
static int turn(struct link_packet *packet, struct coap_answer *answer,
                enum coap_step *step)
{
    uint64_t tick = in_ns(fetch.exchange.next_ms);
    uint64_t peers = in_ns(peer_next_ms());
    uint64_t due = link_next(&fetch.link);
    uint64_t next = earliest(due, earliest(tick, peers));

    *step = COAP_STEP_NONE;
    fetch.now = next > fetch.now ? next : fetch.now;
    if (next == tick) {
        *step = coap_tick(&fetch.exchange, fetch.now / MS);
        return 0;
    }
    if (next == peers) {
        return take_from_server(peer_turn(fetch.now / MS, false));
    }
    if (!link_take(&fetch.link, fetch.now, packet)) {
        return -1;
    }
    if (packet->direction == LINK_UP) {
        return give_to_server(packet);
    }
    *step = coap_take(&fetch.exchange, packet->bytes, packet->length,
                      fetch.now / MS, answer);
    return 0;
}

/* One exchange to its end. */
static enum coap_step ask(const struct coap_request *request,
                          struct coap_answer *answer)
{
    static struct link_packet packet; /* the answer points into it */
    enum coap_step step = coap_begin(&fetch.exchange, request, fetch.now / MS,
                                     (uint32_t)rng_next(&fetch.rng));

    for (;;) {
        if (step == COAP_STEP_SEND) {
            send_up(fetch.exchange.bytes, fetch.exchange.length);
        } else if (step == COAP_STEP_REPLY || step == COAP_STEP_ANSWER_REPLY) {
            send_up(fetch.exchange.reply, sizeof(fetch.exchange.reply));
            fetch.replies++;
        }
        if (!fetch.exchange.busy) {
            fetch.resent += fetch.exchange.tries;
            return step;
        }
        if (turn(&packet, answer, &step) != 0) {
            return COAP_STEP_NONE;
        }
    }
}

static bool is_answer(enum coap_step step)
{
    return step == COAP_STEP_ANSWER || step == COAP_STEP_ANSWER_REPLY;
}

static bool ask_plain(uint8_t code, const char *path, const char *payload,
                      const struct coap_etag *etag, struct coap_answer *answer)
{
    struct coap_request request = {.code = code, .path = path};

    if (payload != NULL) {
        request.payload = payload;
        request.length = (uint32_t)strlen(payload);
    }
    if (etag != NULL) {
        request.etag = *etag;
    }
    return is_answer(ask(&request, answer));
}

static bool payload_is(const struct coap_answer *answer, const char *text)
{
    return answer->length == strlen(text) &&
           memcmp(answer->payload, text, answer->length) == 0;
}

static bool ask_descriptor(void)
{
    struct coap_answer answer;

    if (!ask_plain(COAP_GET, "descriptor", NULL, NULL, &answer) ||
        answer.code != COAP_CONTENT || !payload_is(&answer, PEER_DESCRIPTOR)) {
        return false;
    }
    struct coap_etag etag = answer.etag;
    return etag.length == strlen(PEER_ETAG) &&
           ask_plain(COAP_GET, "descriptor", NULL, &etag, &answer) &&
           answer.code == COAP_VALID && answer.length == 0;
}

/* Is it that block of the image? An ETag need not be there: libcoap 4.3.1
 * leaves it out of a block whose request came again; a wrong one is none. */
static bool is_block(const struct coap_answer *answer, uint32_t block,
                     uint8_t szx)
{
    uint64_t at = (uint64_t)block << (szx + 4);

    return answer->code == COAP_CONTENT && answer->has_block &&
           answer->block == block && answer->szx == szx && answer->length > 0 &&
           at < fetch.size && answer->length <= fetch.size - at &&
           memcmp(answer->payload, fetch.image + at, answer->length) == 0 &&
           answer->more == (at + answer->length < fetch.size) &&
           (answer->etag.length == 0 ||
            (answer->etag.length == 8 &&
             memcmp(answer->etag.bytes, PEER_IMAGE_ETAG, 8) == 0)) &&
           (!answer->has_size || answer->size == fetch.size);
}

static bool ask_image(uint8_t szx)
{
    struct coap_request request = {
        .code = COAP_GET, .path = "image", .has_block = true, .szx = szx};
    struct coap_answer answer;

    for (;; request.block++) {
        if (!is_answer(ask(&request, &answer)) ||
            !is_block(&answer, request.block, szx)) {
            fprintf(stderr, "fetch: block %u, code %u\n", request.block,
                    answer.code);
            return false;
        }
        if (!answer.more) {
            return true;
        }
    }
}

static bool ask_slow(void)
{
    struct coap_answer answer;

    for (unsigned i = 0; i < SLOW_TIMES; i++) {
        if (!ask_plain(COAP_GET, "slow", NULL, NULL, &answer) ||
            answer.code != COAP_CONTENT || !payload_is(&answer, PEER_SLOW)) {
            return false;
        }
    }
    return true;
}

static bool ask_all(uint8_t szx)
{
    struct coap_answer answer;

    return ask_descriptor() && ask_image(szx) &&
           ask_plain(COAP_POST, "status", PEER_REPORT, NULL, &answer) &&
           answer.code == COAP_CHANGED &&
           ask_plain(COAP_GET, "nothing", NULL, NULL, &answer) &&
           answer.code == COAP_CODE(4, 4) && ask_slow();
}

/* ---- from the command line ---------------------------------------------- */

static int read_image(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        return -1;
    }
    fetch.size = (uint32_t)fread(fetch.image, 1, sizeof(fetch.image), file);
    int err = ferror(file);
    return fclose(file) != 0 || err ? -1 : 0;
}

static int start_client(uint16_t port, uint32_t seed,
                        const struct link_figures *figures)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port)};

    fetch.exchange.timing.ack_timeout_ms = 4000;
    fetch.exchange.timing.retransmits = 8;
    rng_init(&fetch.rng, seed, "fetch");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fetch.fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fetch.fd < 0 ||
        connect(fetch.fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        return -1;
    }
    return link_init(&fetch.link, figures, figures, seed, "fetch");
}

static void print_way(const char *name, const struct link_way *way)
{
    printf("%s.offered %lu\n%s.lost %lu\n%s.copies %lu\n%s.reordered %lu\n",
           name, (unsigned long)way->counts.offered, name,
           (unsigned long)way->counts.lost[LINK_LOST_RANDOM], name,
           (unsigned long)way->counts.duplicated, name,
           (unsigned long)way->counts.reordered);
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct link_figures figures = {.rate = 60000,
                                   .latency = 40 * MS,
                                   .jitter = 20 * MS,
                                   .reorder_time = 1500 * MS,
                                   .duplicate_time = 3000 * MS,
                                   .overhead = 28};

    if (argc != 7 || read_image(argv[1]) != 0) {
        fprintf(stderr, "fetch IMAGE SEED LOSS DUPLICATE REORDER SZX\n");
        return 2;
    }
    figures.loss = number(argv[3]);
    figures.duplicate = number(argv[4]);
    figures.reorder = number(argv[5]);
    uint16_t port = peer_start(fetch.image, fetch.size);
    if (port == 0 || start_client(port, number(argv[2]), &figures) != 0) {
        fprintf(stderr, "fetch: cannot start\n");
        return 3;
    }
    bool fine = ask_all((uint8_t)number(argv[6]));
    print_way("up", &fetch.link.way[LINK_UP]);
    print_way("down", &fetch.link.way[LINK_DOWN]);
    printf("resent %u\nseparate %u\nreplies %u\nreports %u\nms %lu\n",
           fetch.resent, peer_separate(), fetch.replies, peer_reports(),
           (unsigned long)(fetch.now / MS));
    (void)close(fetch.fd);
    peer_stop();
    return fine ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
#include "outside/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/address.h"

#define SECOND_NS 1000000000u

struct live_socket {
    int fd; /* -1: none */
    uint32_t port;
};

struct live {
    struct address server;
    struct live_socket socket[LIVE_SOCKETS];
    uint64_t until_ns; /* of the host: waiting makes sense until then */
    struct live_counts counts;
};

static uint64_t host_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

int live_open(struct live **out, const char *address, bool anywhere,
              struct diag *diag)
{
    struct live *live = calloc(1, sizeof *live);

    *out = NULL;
    if (live == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    for (unsigned i = 0; i < LIVE_SOCKETS; i++) {
        live->socket[i].fd = -1;
    }
    int err = address_read(address, &live->server, diag);

    if (err == 0 && !anywhere && !address_is_loopback(&live->server)) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "network.live: %s is not on this host; add --network "
                        "to send there",
                        address);
    }
    if (err) {
        live_close(live);
        return err;
    }
    *out = live;
    return 0;
}

void live_close(struct live *live)
{
    for (unsigned i = 0; live != NULL && i < LIVE_SOCKETS; i++) {
        if (live->socket[i].fd >= 0) {
            close(live->socket[i].fd);
        }
    }
    free(live);
}

/* ---- sending --------------------------------------------------------------- */

static void open_socket(struct live *live, struct live_socket *one,
                        uint32_t port)
{
    if (one->fd >= 0) {
        close(one->fd);
    }
    one->port = port;
    one->fd = socket(live->server.name.ss_family,
                     SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one->fd >= 0 &&
        connect(one->fd, (const struct sockaddr *)&live->server.name,
                live->server.length) != 0) {
        close(one->fd);
        one->fd = -1;
    }
}

/* The server's host said that nobody listens: no answer will come. */
static void note_error(struct live *live)
{
    if (errno == ECONNREFUSED) {
        live->counts.refused++;
        live->until_ns = 0;
    }
}

void live_send(struct live *live, uint32_t device, uint32_t port,
               const uint8_t *bytes, uint32_t length)
{
    struct live_socket *one = &live->socket[(device - 1) % LIVE_SOCKETS];

    if (one->fd < 0 || one->port != port) {
        open_socket(live, one, port);
    }
    live->until_ns = host_ns() + LIVE_PATIENCE_NS;
    live->counts.sent++;
    /* an earlier refusal is reported by the next call, instead of sending */
    for (unsigned i = 0; i < 2 && one->fd >= 0; i++) {
        if (send(one->fd, bytes, length, 0) >= 0) {
            return;
        }
        note_error(live);
    }
}

/* ---- waiting --------------------------------------------------------------- */

static bool take(struct live *live, unsigned index,
                 struct live_datagram *datagram)
{
    const struct live_socket *one = &live->socket[index];
    ssize_t got =
        one->fd < 0 ? 0 : recv(one->fd, datagram->bytes, LIVE_BYTES, MSG_TRUNC);

    if (got < 0) {
        note_error(live);
    }
    if (got > (ssize_t)LIVE_BYTES) {
        live->counts.too_long++;
    }
    if (got <= 0 || got > (ssize_t)LIVE_BYTES) {
        return false;
    }
    datagram->device = index + 1;
    datagram->port = one->port;
    datagram->length = (uint32_t)got;
    return true;
}

static bool take_any(struct live *live, struct live_datagram *datagram)
{
    for (unsigned i = 0; i < LIVE_SOCKETS; i++) {
        if (take(live, i, datagram)) {
            live->counts.received++;
            return true;
        }
    }
    return false;
}

/* Until something can be read or goes wrong, at most so long. */
static void sleep_on(const struct live *live, uint64_t span_ns)
{
    struct timespec span = {.tv_sec = (time_t)(span_ns / SECOND_NS),
                            .tv_nsec = (long)(span_ns % SECOND_NS)};
    struct pollfd wait[LIVE_SOCKETS];

    for (unsigned i = 0; i < LIVE_SOCKETS; i++) {
        wait[i] = (struct pollfd){.fd = live->socket[i].fd, .events = POLLIN};
    }
    (void)ppoll(wait, LIVE_SOCKETS, &span, NULL); /* a signal ends it, too */
}

bool live_wait(struct live *live, uint64_t span_ns, uint64_t *waited_ns,
               struct live_datagram *datagram)
{
    uint64_t begin = host_ns();
    bool came = take_any(live, datagram); /* or a refusal: do not wait */
    uint64_t left = live->until_ns > begin ? live->until_ns - begin : 0;

    if (!came && left > 0 && span_ns > 0) {
        sleep_on(live, span_ns < left ? span_ns : left);
        came = take_any(live, datagram);
    }
    *waited_ns = host_ns() - begin;
    if (came) {
        live->until_ns = host_ns() + LIVE_QUIET_NS;
    }
    return came;
}

const struct live_counts *live_counts(const struct live *live)
{
    return &live->counts;
}

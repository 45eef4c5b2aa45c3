/* SPDX-License-Identifier: MIT */
#include "coap/peer.h"

#include <coap3/coap.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_MS 20000u
#define START_MS 1000u /* its clock is never 0 */

struct peer {
    coap_context_t *context;
    const uint8_t *image;
    uint32_t size;
    unsigned reports;
    unsigned separate;
    unsigned sent;  /* datagrams */
    unsigned asked; /* for the time */
    coap_tick_t now;
    coap_tick_t next; /* 0: never */
    uint32_t random;
    coap_async_t *waiting; /* of the request just dealt with */
};

static struct peer peer = {.now = START_MS};

/* ---- in the place of the library's -------------------------------------- */

void coap_ticks(coap_tick_t *now)
{
    _Static_assert(COAP_TICKS_PER_SECOND == 1000, "ticks are milliseconds");
    peer.asked++;
    *now = peer.now;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    peer.sent++;
    return (ssize_t)syscall(SYS_sendmsg, fd, message, flags);
}

static int fill_random(void *out, size_t length)
{
    uint8_t *bytes = out;

    for (size_t i = 0; i < length; i++) {
        peer.random = peer.random * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(peer.random >> 24);
    }
    return 1;
}

/* ---- resources ---------------------------------------------------------- */

static void get_descriptor(coap_resource_t *resource, coap_session_t *session,
                           const coap_pdu_t *request,
                           const coap_string_t *query, coap_pdu_t *response)
{
    coap_opt_iterator_t iterator;
    const size_t length = strlen(PEER_ETAG);
    coap_opt_t *etag = coap_check_option(request, COAP_OPTION_ETAG, &iterator);

    (void)resource;
    (void)session;
    (void)query;
    coap_add_option(response, COAP_OPTION_ETAG, length,
                    (const uint8_t *)PEER_ETAG);
    if (etag != NULL && coap_opt_length(etag) == length &&
        memcmp(coap_opt_value(etag), PEER_ETAG, length) == 0) {
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_VALID);
        return;
    }
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
    coap_add_data(response, strlen(PEER_DESCRIPTOR),
                  (const uint8_t *)PEER_DESCRIPTOR);
}

static void get_image(coap_resource_t *resource, coap_session_t *session,
                      const coap_pdu_t *request, const coap_string_t *query,
                      coap_pdu_t *response)
{
    uint64_t etag = 0;

    for (size_t i = 0; i < strlen(PEER_IMAGE_ETAG); i++) {
        etag = etag << 8 | (uint8_t)PEER_IMAGE_ETAG[i];
    }
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
    coap_add_data_large_response(resource, session, request, response, query,
                                 COAP_MEDIATYPE_APPLICATION_OCTET_STREAM, -1,
                                 etag, peer.size, peer.image, NULL, NULL);
}

static void post_status(coap_resource_t *resource, coap_session_t *session,
                        const coap_pdu_t *request, const coap_string_t *query,
                        coap_pdu_t *response)
{
    const uint8_t *data = NULL;
    size_t length = 0;

    (void)resource;
    (void)session;
    (void)query;
    (void)coap_get_data(request, &length, &data);
    if (length == strlen(PEER_REPORT) &&
        memcmp(data, PEER_REPORT, length) == 0) {
        peer.reports++;
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_CHANGED);
    } else {
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_BAD_REQUEST);
    }
}

/* Called twice: for the request, and when it is triggered. */
static void get_slow(coap_resource_t *resource, coap_session_t *session,
                     const coap_pdu_t *request, const coap_string_t *query,
                     coap_pdu_t *response)
{
    coap_async_t *async = coap_find_async(session, coap_pdu_get_token(request));

    (void)resource;
    (void)query;
    if (async == NULL) {
        peer.waiting = coap_register_async(session, request, 0);
        return;
    }
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
    coap_add_data(response, strlen(PEER_SLOW), (const uint8_t *)PEER_SLOW);
}

static void add_resource(const char *path, coap_request_t method,
                         coap_method_handler_t handler)
{
    coap_resource_t *resource =
        coap_resource_init(coap_make_str_const(path), 0);

    coap_register_handler(resource, method, handler);
    coap_add_resource(peer.context, resource);
}

/* "127.0.0.1:1234 UDP", or the like */
static int read_port(const char *text)
{
    const char *colon = strrchr(text, ':');

    return colon != NULL ? atoi(colon + 1) : 0;
}

/* ---- the server --------------------------------------------------------- */

static coap_endpoint_t *listen_on_loopback(void)
{
    coap_address_t address;

    coap_address_init(&address);
    address.addr.sin.sin_family = AF_INET;
    address.addr.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.size = sizeof(address.addr.sin);
    return coap_new_endpoint(peer.context, &address, COAP_PROTO_UDP);
}

uint16_t peer_start(const uint8_t *image, uint32_t size)
{
    peer.image = image;
    peer.size = size;
    coap_set_prng(fill_random);
    coap_startup();
    coap_set_log_level((coap_log_t)0);
    peer.context = coap_new_context(NULL);
    if (peer.context == NULL) {
        return 0;
    }
    coap_context_set_block_mode(peer.context, COAP_BLOCK_USE_LIBCOAP);
    add_resource("descriptor", COAP_REQUEST_GET, get_descriptor);
    add_resource("image", COAP_REQUEST_GET, get_image);
    add_resource("status", COAP_REQUEST_POST, post_status);
    add_resource("slow", COAP_REQUEST_GET, get_slow);
    coap_endpoint_t *endpoint = listen_on_loopback();
    if (endpoint == NULL) {
        return 0;
    }
    (void)peer_turn(0, false);
    return peer.asked == 0 ? 0
                           : (uint16_t)read_port(coap_endpoint_str(endpoint));
}

void peer_stop(void)
{
    coap_free_context(peer.context);
    coap_cleanup();
}

/* Milliseconds until it has something to do, 0: nothing. */
static unsigned prepare(void)
{
    coap_socket_t *sockets[4];
    unsigned count = 0;

    return coap_context_get_coap_fd(peer.context) >= 0
               ? coap_io_prepare_epoll(peer.context, peer.now)
               : coap_io_prepare_io(peer.context, sockets, 4, &count, peer.now);
}

unsigned peer_turn(uint64_t now_ms, bool datagram)
{
    unsigned before = peer.sent;

    peer.now = START_MS + now_ms;
    peer.waiting = NULL;
    (void)coap_io_process(peer.context,
                          datagram ? PATIENCE_MS : COAP_IO_NO_WAIT);
    if (peer.waiting != NULL) {
        peer.separate++;
        coap_async_trigger(peer.waiting);
        (void)coap_io_process(peer.context, COAP_IO_NO_WAIT);
    }
    unsigned wait = prepare();
    peer.next = wait > 0 ? peer.now + wait : 0;
    return peer.sent - before;
}

uint64_t peer_next_ms(void)
{
    return peer.next > 0 ? peer.next - START_MS : UINT64_MAX;
}

unsigned peer_separate(void)
{
    return peer.separate;
}

unsigned peer_reports(void)
{
    return peer.reports;
}

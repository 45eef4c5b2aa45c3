/* SPDX-License-Identifier: MIT */
#include "outside/dtls.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/ssl.h>

#include "base/rng.h"

#define CID_LENGTH 4u
#define COOKIE_LENGTH 16u
#define RECORD_HEADER 13u
/* With what IP and UDP need, it fits every link. */
#define DATAGRAM_MOST 1232u

/* RFC 6347, 4.1; RFC 9146, 4. */
enum content { CONTENT_HANDSHAKE = 22, CONTENT_DATA = 23, CONTENT_CID = 25 };
#define CLIENT_HELLO 1u

struct dtls_server {
    uint64_t seed;
    uint32_t devices;
    struct {
        char name[DTLS_NAME];
        uint8_t key[DTLS_PSK];
    } device[DTLS_PEERS];
    mbedtls_x509_crt authority;
    mbedtls_x509_crt certificate[DTLS_FACES];
    mbedtls_pk_context key[DTLS_FACES];
    mbedtls_ssl_config config[DTLS_FACES];
};

/* The library's objects while a datagram is processed. */
struct live {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config; /* a copy: it borrows from the server's */
    const struct dtls_server *server;
    struct dtls_peer *peer;
    struct rng rng;
    const uint8_t *bytes; /* the datagram; NULL: it was taken */
    uint32_t length;
    struct dtls_result *result; /* NULL: its answers went out before */
    bool waits;                 /* the library has set its timer */
    bool late;                  /* .. which counts as over now */
    bool resumed;
};

/* ---- for the library ------------------------------------------------------ */

static int draw(void *context, unsigned char *out, size_t length)
{
    rng_fill(context, out, length);
    return 0;
}

static int give(void *context, const unsigned char *bytes, size_t length)
{
    struct live *live = context;
    struct dtls_result *result = live->result;

    if (result != NULL && result->datagrams < DTLS_FLIGHT &&
        length <= DTLS_DATAGRAM) {
        result->datagram[result->datagrams].length = (uint32_t)length;
        memcpy(result->datagram[result->datagrams].bytes, bytes, length);
        result->datagrams++;
    }
    return (int)length;
}

static int take(void *context, unsigned char *bytes, size_t size)
{
    struct live *live = context;

    if (live->bytes == NULL || live->length > size) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    memcpy(bytes, live->bytes, live->length);
    live->bytes = NULL;
    return (int)live->length;
}

static void set_timer(void *context, uint32_t soon_ms, uint32_t late_ms)
{
    struct live *live = context;

    (void)soon_ms;
    live->waits = late_ms != 0;
    live->late = false;
}

/* As mbedtls_ssl_get_timer_t: -1 not set, 0 running, 2 over. */
static int get_timer(void *context)
{
    const struct live *live = context;

    return !live->waits ? -1 : live->late ? 2 : 0;
}

static int find_psk(void *context, mbedtls_ssl_context *ssl,
                    const unsigned char *name, size_t length)
{
    const struct live *live = context;
    const struct dtls_server *server = live->server;

    for (uint32_t i = 0; i < server->devices; i++) {
        uint8_t key[DTLS_PSK];

        if (strlen(server->device[i].name) != length ||
            memcmp(server->device[i].name, name, length) != 0) {
            continue;
        }
        memcpy(key, server->device[i].key, sizeof key);
        key[0] ^= live->peer->face == DTLS_OTHER_PSK;
        return mbedtls_ssl_set_hs_psk(ssl, key, sizeof key);
    }
    return MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
}

static int keep_session(void *context, const unsigned char *id, size_t length,
                        const mbedtls_ssl_session *session)
{
    struct dtls_peer *peer = ((struct live *)context)->peer;
    size_t used = 0;

    (void)id;
    (void)length;
    memset(peer->resumable, 0, sizeof peer->resumable);
    if (mbedtls_ssl_session_save(session, peer->resumable,
                                 sizeof peer->resumable, &used) != 0) {
        used = 0;
    }
    peer->session = (uint32_t)used;
    return 0;
}

static int find_session(void *context, const unsigned char *id, size_t length,
                        mbedtls_ssl_session *session)
{
    struct live *live = context;
    const struct dtls_peer *peer = live->peer;
    mbedtls_ssl_session kept;

    mbedtls_ssl_session_init(&kept);
    bool found =
        peer->session != 0 &&
        mbedtls_ssl_session_load(&kept, peer->resumable, peer->session) == 0 &&
        kept.MBEDTLS_PRIVATE(id_len) == length &&
        memcmp(kept.MBEDTLS_PRIVATE(id), id, length) == 0;
    mbedtls_ssl_session_free(&kept);
    live->resumed = found;
    return found ? mbedtls_ssl_session_load(session, peer->resumable,
                                            peer->session)
                 : MBEDTLS_ERR_SSL_CACHE_ENTRY_NOT_FOUND;
}

/* ---- cookies: nothing is kept until an address has proved to be one --------- */

static int make_cookie(const struct live *live, const unsigned char *client,
                       size_t length, uint8_t cookie[COOKIE_LENGTH])
{
    uint8_t digest[32];
    int err =
        mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                        (const uint8_t *)&live->server->seed,
                        sizeof live->server->seed, client, length, digest);

    memcpy(cookie, digest, COOKIE_LENGTH);
    return err;
}

static int write_cookie(void *context, unsigned char **at, unsigned char *end,
                        const unsigned char *client, size_t length)
{
    uint8_t cookie[COOKIE_LENGTH];
    int err = make_cookie(context, client, length, cookie);

    if (err != 0 || (size_t)(end - *at) < sizeof cookie) {
        return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    }
    memcpy(*at, cookie, sizeof cookie);
    *at += sizeof cookie;
    return 0;
}

static int check_cookie(void *context, const unsigned char *cookie,
                        size_t length, const unsigned char *client,
                        size_t client_length)
{
    uint8_t expected[COOKIE_LENGTH];
    int err = make_cookie(context, client, client_length, expected);

    return err == 0 && length == sizeof expected &&
                   memcmp(cookie, expected, length) == 0
               ? 0
               : -1;
}

/* ---- the constant part ------------------------------------------------------ */

static int configure(struct dtls_server *server, const struct dtls_spec *spec,
                     unsigned face)
{
    static const int by_psk[] = {MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,
                                 MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, 0};
    static const int by_certificate[] = {
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};
    mbedtls_ssl_config *config = &server->config[face];
    int err = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_SERVER,
                                          MBEDTLS_SSL_TRANSPORT_DATAGRAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT);

    mbedtls_ssl_conf_ciphersuites(config, spec->psk ? by_psk : by_certificate);
    err = err ? err
              : mbedtls_ssl_conf_cid(config, CID_LENGTH,
                                     MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
    if (err || spec->psk) {
        return err;
    }
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(config, &server->authority, NULL);
    return mbedtls_ssl_conf_own_cert(config, &server->certificate[face],
                                     &server->key[face]);
}

static int read_face(struct dtls_server *server, const struct dtls_spec *spec,
                     unsigned face)
{
    struct rng rng;
    int err = mbedtls_x509_crt_parse_der(&server->certificate[face],
                                         spec->face[face].certificate,
                                         spec->face[face].certificate_length);

    rng_init(&rng, spec->seed, "dtls.blinding");
    return err ? err
               : mbedtls_pk_parse_key(&server->key[face], spec->face[face].key,
                                      spec->face[face].key_length, NULL, 0,
                                      draw, &rng);
}

static int fill(struct dtls_server *server, const struct dtls_spec *spec)
{
    int err = spec->psk ? 0
                        : mbedtls_x509_crt_parse_der(&server->authority,
                                                     spec->authority,
                                                     spec->authority_length);

    for (unsigned face = 0; face < DTLS_FACES && err == 0; face++) {
        if (!spec->psk && spec->face[face].certificate_length != 0) {
            err = read_face(server, spec, face);
        }
        err = err ? err : configure(server, spec, face);
    }
    return err;
}

struct dtls_server *dtls_open(const struct dtls_spec *spec)
{
    struct dtls_server *server = calloc(1, sizeof *server);

    if (server == NULL) {
        return NULL;
    }
    server->seed = spec->seed;
    server->devices = spec->devices < DTLS_PEERS ? spec->devices : DTLS_PEERS;
    for (uint32_t i = 0; i < server->devices; i++) {
        memcpy(server->device[i].name, spec->device[i].name, DTLS_NAME);
        server->device[i].name[DTLS_NAME - 1] = '\0';
        memcpy(server->device[i].key, spec->device[i].key, DTLS_PSK);
    }
    mbedtls_x509_crt_init(&server->authority);
    for (unsigned face = 0; face < DTLS_FACES; face++) {
        mbedtls_x509_crt_init(&server->certificate[face]);
        mbedtls_pk_init(&server->key[face]);
        mbedtls_ssl_config_init(&server->config[face]);
    }
    if (fill(server, spec) != 0) {
        dtls_close(server);
        return NULL;
    }
    return server;
}

void dtls_close(struct dtls_server *server)
{
    if (server == NULL) {
        return;
    }
    mbedtls_x509_crt_free(&server->authority);
    for (unsigned face = 0; face < DTLS_FACES; face++) {
        mbedtls_ssl_config_free(&server->config[face]);
        mbedtls_x509_crt_free(&server->certificate[face]);
        mbedtls_pk_free(&server->key[face]);
    }
    free(server);
}

/* ---- a live end --------------------------------------------------------------- */

static int live_start(struct live *live, const struct dtls_server *server,
                      struct dtls_peer *peer, uint32_t stream)
{
    *live = (struct live){.server = server, .peer = peer};
    live->config = server->config[peer->face];
    rng_init(&live->rng, server->seed ^ (uint64_t)stream << 32, "dtls.server");
    mbedtls_ssl_conf_rng(&live->config, draw, &live->rng);
    mbedtls_ssl_conf_dtls_cookies(&live->config, write_cookie, check_cookie,
                                  live);
    mbedtls_ssl_conf_session_cache(&live->config, live, find_session,
                                   keep_session);
    mbedtls_ssl_conf_psk_cb(&live->config, find_psk, live);
    mbedtls_ssl_init(&live->ssl);
    int err = mbedtls_ssl_setup(&live->ssl, &live->config);
    mbedtls_ssl_set_bio(&live->ssl, live, give, take, NULL);
    mbedtls_ssl_set_timer_cb(&live->ssl, live, set_timer, get_timer);
    mbedtls_ssl_set_mtu(&live->ssl, DATAGRAM_MOST);
    return err;
}

/* Which peer and handshake an id belongs to. */
static int live_shake(struct live *live, struct endpoint from, uint32_t stream)
{
    uint8_t cid[CID_LENGTH] = {(uint8_t)from.node, (uint8_t)(from.node >> 8),
                               (uint8_t)stream, (uint8_t)(stream >> 8)};
    uint8_t address[2 * sizeof(uint32_t)];

    memcpy(address, &from.node, sizeof from.node);
    memcpy(address + sizeof from.node, &from.port, sizeof from.port);
    int err = mbedtls_ssl_set_client_transport_id(&live->ssl, address,
                                                  sizeof address);
    return err ? err
               : mbedtls_ssl_set_cid(&live->ssl, MBEDTLS_SSL_CID_ENABLED, cid,
                                     sizeof cid);
}

/* Process a datagram. Bytes of plaintext, or the library's error. */
static int live_feed(struct live *live, const uint8_t *bytes, uint32_t length,
                     uint8_t *out, uint32_t size)
{
    int err = 0;

    live->bytes = bytes;
    live->length = length;
    while (!mbedtls_ssl_is_handshake_over(&live->ssl) && err == 0) {
        err = mbedtls_ssl_handshake_step(&live->ssl);
    }
    return err ? err : mbedtls_ssl_read(&live->ssl, out, size);
}

static bool is_waiting(int err)
{
    return err == MBEDTLS_ERR_SSL_WANT_READ ||
           err == MBEDTLS_ERR_SSL_WANT_WRITE;
}

/* ---- associations -------------------------------------------------------------- */

static void drop_handshake(struct dtls_peer *peer)
{
    memset(peer->bytes, 0, sizeof peer->bytes);
    peer->transcript = 0;
    peer->done = 0;
    peer->face = 0;
    peer->shaking = (struct endpoint){0, 0};
}

static void drop_association(struct dtls_peer *peer)
{
    memset(peer->saved, 0, sizeof peer->saved);
    peer->association = 0;
    peer->at = (struct endpoint){0, 0};
}

static bool save(struct live *live, struct endpoint at)
{
    struct dtls_peer *peer = live->peer;
    size_t used = 0;

    drop_association(peer);
    if (mbedtls_ssl_context_save(&live->ssl, peer->saved, sizeof peer->saved,
                                 &used) != 0) {
        return false;
    }
    peer->association = (uint32_t)used;
    peer->at = at;
    return true;
}

static int load(struct live *live)
{
    struct dtls_peer *peer = live->peer;

    return mbedtls_ssl_context_load(&live->ssl, peer->saved, peer->association);
}

/* A datagram with records of the association. */
static void receive_data(struct dtls_peer *peer,
                         const struct dtls_server *server, struct endpoint from,
                         const uint8_t *bytes, uint32_t length,
                         struct dtls_result *result)
{
    struct live live;
    int got = live_start(&live, server, peer, 0);

    live.result = result;
    got = got ? got : load(&live);
    got = got ? got
              : live_feed(&live, bytes, length, result->bytes,
                          sizeof result->bytes);
    if (got > 0 && mbedtls_ssl_get_bytes_avail(&live.ssl) == 0) {
        result->length = save(&live, from) ? (uint32_t)got : 0;
    } else if (got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
               got == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        drop_association(peer);
    }
    mbedtls_ssl_free(&live.ssl);
}

/* ---- handshakes ----------------------------------------------------------------- */

static bool append(struct dtls_peer *peer, const uint8_t *bytes,
                   uint32_t length)
{
    if (length + 2 > DTLS_TRANSCRIPT - peer->transcript) {
        return false;
    }
    peer->bytes[peer->transcript] = (uint8_t)length;
    peer->bytes[peer->transcript + 1] = (uint8_t)(length >> 8);
    memcpy(&peer->bytes[peer->transcript + 2], bytes, length);
    peer->transcript += length + 2;
    return true;
}

/* What came of the newest datagram of a handshake. */
static void conclude(struct live *live, int got, struct dtls_result *result)
{
    struct dtls_peer *peer = live->peer;

    if (got <= 0 && !is_waiting(got)) {
        result->news = DTLS_REFUSED;
        result->error = got;
        drop_handshake(peer);
        return;
    }
    if (!peer->done && mbedtls_ssl_is_handshake_over(&live->ssl)) {
        result->news = live->resumed ? DTLS_RESUMED : DTLS_FULL;
        peer->done = 1;
    }
    if (got > 0 && mbedtls_ssl_get_bytes_avail(&live->ssl) == 0) {
        struct endpoint at = peer->shaking;

        drop_handshake(peer);
        result->length = save(live, at) ? (uint32_t)got : 0;
    }
}

/* Make the server's end again, up to the newest datagram. */
static int again(struct live *live)
{
    struct dtls_peer *peer = live->peer;
    int got = 0;

    for (uint32_t at = 0;
         at < peer->transcript && (got >= 0 || is_waiting(got));) {
        uint8_t ignored[DTLS_DATAGRAM];
        uint32_t length = peer->bytes[at] | (uint32_t)peer->bytes[at + 1] << 8;

        got = live_feed(live, &peer->bytes[at + 2], length, ignored,
                        sizeof ignored);
        at += length + 2;
    }
    return is_waiting(got) ? 0 : got;
}

/* The client's records say that it has all of our flight, or wants it again: it
 * is repeated if it brings nothing new while the handshake waits. */
static bool begins_with_data(const uint8_t *bytes)
{
    return bytes[0] == CONTENT_DATA || bytes[0] == CONTENT_CID;
}

static void receive_more(struct dtls_peer *peer,
                         const struct dtls_server *server, const uint8_t *bytes,
                         uint32_t length, struct dtls_result *result)
{
    struct live live;
    int got = live_start(&live, server, peer, peer->handshakes);

    got = got ? got : live_shake(&live, peer->shaking, peer->handshakes);
    got = got ? got : again(&live);
    if (got == 0) {
        live.result = result;
        live.late = begins_with_data(bytes) && !peer->done;
        got = live_feed(&live, bytes, length, result->bytes,
                        sizeof result->bytes);
    }
    if (!append(peer, bytes, length)) {
        got = MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    }
    conclude(&live, got, result);
    mbedtls_ssl_free(&live.ssl);
}

/* With a valid cookie it begins a handshake in the place of any that was not
 * finished. */
static void receive_hello(struct dtls *dtls, struct dtls_peer *peer,
                          const struct dtls_server *server,
                          struct endpoint from, const uint8_t *bytes,
                          uint32_t length, struct dtls_result *result)
{
    struct dtls_peer next = *peer;
    struct live live;
    uint8_t ignored[1];

    drop_handshake(&next);
    next.handshakes++;
    next.face = dtls->face;
    next.shaking = from;
    int got = live_start(&live, server, &next, next.handshakes);
    live.result = result;
    got = got ? got : live_shake(&live, from, next.handshakes);
    got = got ? got : live_feed(&live, bytes, length, ignored, sizeof ignored);
    if (got == MBEDTLS_ERR_SSL_HELLO_VERIFY_REQUIRED) {
        mbedtls_ssl_free(&live.ssl);
        return;
    }
    if (is_waiting(got) && result->datagrams > 0 &&
        append(&next, bytes, length)) {
        *peer = next;
    } else if (!is_waiting(got)) {
        result->news = DTLS_REFUSED;
        result->error = got;
    }
    mbedtls_ssl_free(&live.ssl);
}

/* ---- for the caller --------------------------------------------------------------- */

static bool is_hello(const uint8_t *bytes, uint32_t length)
{
    return length > RECORD_HEADER && bytes[0] == CONTENT_HANDSHAKE &&
           bytes[3] == 0 && bytes[4] == 0 &&
           bytes[RECORD_HEADER] == CLIENT_HELLO;
}

/* The hello of the handshake under way, once more? */
static bool is_repeated(const struct dtls_peer *peer, const uint8_t *bytes,
                        uint32_t length)
{
    uint32_t first = peer->bytes[0] | (uint32_t)peer->bytes[1] << 8;
    /* All but the record's own sequence number. */
    const uint32_t from = 11;

    return peer->transcript != 0 && first == length &&
           memcmp(&peer->bytes[2 + from], &bytes[from], length - from) == 0;
}

void dtls_receive(struct dtls *dtls, const struct dtls_server *server,
                  uint32_t number, struct endpoint from, const uint8_t *bytes,
                  uint32_t length, struct dtls_result *result)
{
    struct dtls_peer *peer = &dtls->peer[number];

    memset(result, 0, sizeof *result);
    if (dtls->face == DTLS_PLAIN_ONLY || length < RECORD_HEADER ||
        length > DTLS_DATAGRAM) {
        return;
    }
    bool shaking = peer->transcript != 0 && endpoint_equal(peer->shaking, from);
    if (is_hello(bytes, length) &&
        !(shaking && is_repeated(peer, bytes, length))) {
        receive_hello(dtls, peer, server, from, bytes, length, result);
        return;
    }
    if (shaking) {
        receive_more(peer, server, bytes, length, result);
    }
    if (result->length == 0 && peer->association != 0 &&
        begins_with_data(bytes) &&
        (bytes[0] == CONTENT_CID || endpoint_equal(peer->at, from))) {
        receive_data(peer, server, from, bytes, length, result);
    }
}

void dtls_answer(struct dtls *dtls, const struct dtls_server *server,
                 uint32_t number, const uint8_t *bytes, uint32_t length,
                 struct dtls_result *result)
{
    struct dtls_peer *peer = &dtls->peer[number];
    struct endpoint at = peer->at;
    struct live live;

    memset(result, 0, sizeof *result);
    if (peer->association == 0) {
        return;
    }
    int err = live_start(&live, server, peer, 0);
    live.result = result;
    err = err ? err : load(&live);
    if (err == 0 &&
        mbedtls_ssl_write(&live.ssl, bytes, length) == (int)length) {
        (void)save(&live, at);
    }
    mbedtls_ssl_free(&live.ssl);
}

void dtls_forget(struct dtls *dtls)
{
    for (unsigned i = 0; i < DTLS_PEERS; i++) {
        struct dtls_peer *peer = &dtls->peer[i];

        drop_handshake(peer);
        drop_association(peer);
        memset(peer->resumable, 0, sizeof peer->resumable);
        peer->session = 0;
    }
}

const char *dtls_face_name(enum dtls_face face)
{
    static const char *const names[DTLS_FACES] = {
        [DTLS_GOOD] = "good",
        [DTLS_OTHER_AUTHORITY] = "other-authority",
        [DTLS_OTHER_NAME] = "other-name",
        [DTLS_EXPIRED] = "expired",
        [DTLS_NOT_YET_VALID] = "not-yet-valid",
        [DTLS_OTHER_PSK] = "other-psk",
        [DTLS_PLAIN_ONLY] = "plain-only"};

    return face < DTLS_FACES ? names[face] : "?";
}

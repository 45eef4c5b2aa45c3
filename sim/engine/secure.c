/* SPDX-License-Identifier: MIT */
#include "engine/secure.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include "engine/emit.h"
#include "image/bytes.h"
#include "image/keys.h"
#include "image/pki.h"
#include "outside/coap.h"

_Static_assert(SCENARIO_DEVICES <= DTLS_PEERS, "a peer for each device");
_Static_assert(PKI_PSK == DTLS_PSK && PKI_NAME == DTLS_NAME, "sizes");
_Static_assert(LINK_BYTES >= DTLS_DATAGRAM, "a record in a packet");

#define NS_PER_S UINT64_C(1000000000)
#define DAY_S UINT64_C(86400)
/* When every run begins, for its server: 2026-01-01. */
#define BEGIN_S UINT64_C(1767225600)
#define LONG_S (3650u * DAY_S)

/* In a sweep it stands still: equal situations would differ by the date. */
uint64_t secure_unix_s(const struct run *run, uint64_t now_ns)
{
    if (run->world->pauses) {
        return BEGIN_S;
    }
    return BEGIN_S + (uint64_t)run->world->skew_s + now_ns / NS_PER_S;
}

/* ---- certificates ---------------------------------------------------------- */

/* The server's certificate, as each face shows it. */
static const struct {
    const char *name;
    const char *issuer;
    uint64_t from_s;
    uint64_t until_s;
} faces[DTLS_FACES] = {
    [DTLS_GOOD] = {PKI_SERVER_NAME, "authority", BEGIN_S - DAY_S,
                   BEGIN_S + LONG_S},
    [DTLS_OTHER_AUTHORITY] = {PKI_SERVER_NAME, "other", BEGIN_S - DAY_S,
                              BEGIN_S + LONG_S},
    [DTLS_OTHER_NAME] = {"attacker.example", "authority", BEGIN_S - DAY_S,
                         BEGIN_S + LONG_S},
    [DTLS_EXPIRED] = {PKI_SERVER_NAME, "authority", BEGIN_S - 60 * DAY_S,
                      BEGIN_S - 30 * DAY_S},
    [DTLS_NOT_YET_VALID] = {PKI_SERVER_NAME, "authority", BEGIN_S + 30 * DAY_S,
                            BEGIN_S + LONG_S},
    [DTLS_OTHER_PSK] = {PKI_SERVER_NAME, "authority", BEGIN_S - DAY_S,
                        BEGIN_S + LONG_S},
    [DTLS_PLAIN_ONLY] = {PKI_SERVER_NAME, "authority", BEGIN_S - DAY_S,
                         BEGIN_S + LONG_S},
};

struct papers {
    struct pki_bytes authority;
    struct pki_bytes certificate[DTLS_FACES];
    struct pki_bytes key[DTLS_FACES];
};

static int make_papers(struct papers *papers, struct diag *diag)
{
    int err =
        pki_certificate(&(struct pki_subject){.name = "authority",
                                              .key = "authority",
                                              .from_s = BEGIN_S - 60 * DAY_S,
                                              .until_s = BEGIN_S + LONG_S,
                                              .serial = 1},
                        &papers->authority, diag);

    for (unsigned i = 0; i < DTLS_FACES && err == 0; i++) {
        err = pki_certificate(&(struct pki_subject){.name = faces[i].name,
                                                    .key = faces[i].name,
                                                    .issuer = faces[i].issuer,
                                                    .from_s = faces[i].from_s,
                                                    .until_s = faces[i].until_s,
                                                    .serial = 10 + i},
                              &papers->certificate[i], diag);
        err = err ? err : pki_private_key(faces[i].name, &papers->key[i], diag);
    }
    return err;
}

static void name_devices(const struct scenario *scenario,
                         struct dtls_spec *spec)
{
    spec->devices = scenario->devices > 0 ? scenario->devices : 1;
    for (uint32_t i = 0; i < spec->devices; i++) {
        pki_device_name(i + 1, spec->device[i].name);
        pki_psk(spec->device[i].name, spec->device[i].key);
    }
}

int secure_prepare(struct run_case *given, struct diag *diag)
{
    const struct scenario *scenario = given->scenario;
    struct papers papers = {.authority = {0}};
    struct dtls_spec spec = {.seed = scenario->seed,
                             .psk = scenario->security == SECURITY_PSK};

    if (scenario->security == SECURITY_PLAIN) {
        return 0;
    }
    int err = make_papers(&papers, diag);
    if (err) {
        return err;
    }
    spec.authority = papers.authority.bytes;
    spec.authority_length = papers.authority.length;
    for (unsigned i = 0; i < DTLS_FACES; i++) {
        spec.face[i].certificate = papers.certificate[i].bytes;
        spec.face[i].certificate_length = papers.certificate[i].length;
        spec.face[i].key = papers.key[i].bytes;
        spec.face[i].key_length = papers.key[i].length;
    }
    name_devices(scenario, &spec);
    given->dtls = dtls_open(&spec);
    return given->dtls != NULL
               ? 0
               : diag_fail(diag, OTALAB_ERR_SIMULATOR,
                           "the server's end of DTLS cannot be made");
}

void secure_free(struct run_case *given)
{
    dtls_close(given->dtls);
    given->dtls = NULL;
}

int secure_provision(struct device *device, struct diag *diag)
{
    const struct run_case *given = device->run->given;
    struct flash *flash = &device->world->board.flash;
    const struct board_part *part = board_map_find(&given->map, "identity");
    uint8_t record[PKI_IDENTITY];
    uint32_t length = 0;

    if (given->dtls == NULL) {
        return 0;
    }
    int err =
        pki_identity(given->scenario->security == SECURITY_PSK ? PKI_PSK_MODE
                                                               : PKI_X509_MODE,
                     device->number, BEGIN_S - 60 * DAY_S, BEGIN_S + LONG_S,
                     record, &length, diag);
    if (err) {
        return err;
    }
    if (part == NULL || part->length < length) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the devicetree has no partition 'identity' of %u "
                         "bytes",
                         length);
    }
    memcpy(flash->array + part->start, record, length);
    return 0;
}

/* ---- datagrams --------------------------------------------------------------- */

static void tell(struct device *device, const struct dtls_result *result)
{
    switch (result->news) {
    case DTLS_FULL:
    case DTLS_RESUMED:
        emit_numbers(device, EVENT_SERVER_HANDSHAKE,
                     result->news == DTLS_RESUMED, 0, 0);
        break;
    case DTLS_REFUSED:
        emit_numbers(device, EVENT_SERVER_NO_HANDSHAKE,
                     (uint64_t)-result->error, 0, 0);
        break;
    default:
        break;
    }
}

void secure_arrived(struct device *device, const struct link_packet *packet,
                    struct dtls_result *result)
{
    struct run *run = device->run;

    if (run->given->dtls == NULL) {
        memset(result, 0, sizeof *result);
        return;
    }
    dtls_receive(&run->world->dtls, run->given->dtls, device->number - 1,
                 packet->from, packet->bytes, packet->length, result);
    tell(device, result);
}

uint32_t secure_answer(struct device *device, const uint8_t *bytes,
                       uint32_t length, uint8_t out[LINK_BYTES])
{
    struct run *run = device->run;
    struct dtls_result result;

    dtls_answer(&run->world->dtls, run->given->dtls, device->number - 1, bytes,
                length, &result);
    if (result.datagrams == 0) {
        return 0;
    }
    memcpy(out, result.datagram[0].bytes, result.datagram[0].length);
    return result.datagram[0].length;
}

/* ---- the time, in the clear ------------------------------------------------- */

#define TIME_SIGNED 52u
#define NONCE 8u

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

static bool read_nonce(const char *text, uint8_t nonce[NONCE])
{
    for (unsigned i = 0; i < NONCE; i++) {
        int high = digit(text[2 * i]);
        int low = digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        nonce[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The nonce of a request for the time: "nonce=" and 16 hexadecimal digits. */
static bool asks_time(const struct link_packet *packet,
                      struct wcoap_message *message, uint8_t nonce[NONCE])
{
    if (wcoap_decode(packet->bytes, packet->length, message) != WCOAP_OK ||
        message->code != WCOAP_GET ||
        !wcoap_path_is(packet->bytes, message, "time")) {
        return false;
    }
    const struct wcoap_option *query = wcoap_find(message, WCOAP_URI_QUERY, 0);
    const char *text =
        query != NULL ? (const char *)&packet->bytes[query->offset] : "";

    return query != NULL && query->length == 6 + 2 * NONCE &&
           memcmp(text, "nonce=", 6) == 0 && read_nonce(text + 6, nonce);
}

/* docs/secure.md draws it. */
static int state_time(const struct run *run, uint64_t now,
                      const uint8_t nonce[NONCE], uint8_t out[SECURE_TIME])
{
    uint8_t digest[32];
    struct key key;
    struct diag diag = {{0}};
    int err = key_dev("root", &key, &diag);
    uint64_t unix_s = secure_unix_s(run, now);

    memcpy(out, "OTT1", 4);
    put_le32(out + 4, (uint32_t)unix_s);
    put_le32(out + 8, (uint32_t)(unix_s >> 32));
    memcpy(out + 12, nonce, NONCE);
    err = err ? err : key_digest(&key, out + 20);
    mbedtls_sha256(out, TIME_SIGNED, digest, 0);
    return err ? err : key_sign_raw(&key, digest, out + TIME_SIGNED);
}

uint32_t secure_time(const struct device *device, uint64_t now,
                     const struct link_packet *packet,
                     uint8_t answer[SERVER_ANSWER])
{
    const struct run *run = device->run;
    struct wcoap_message message;
    struct wcoap_writer writer;
    uint8_t nonce[NONCE];
    uint8_t statement[SECURE_TIME];

    if (run->given->dtls == NULL || !asks_time(packet, &message, nonce) ||
        state_time(run, now, nonce, statement) != 0) {
        return 0;
    }
    wcoap_begin(&writer, answer, SERVER_ANSWER, WCOAP_ACK, WCOAP_CONTENT,
                message.id);
    wcoap_token(&writer, message.token, message.token_length);
    wcoap_payload(&writer, statement, sizeof statement);
    return wcoap_end(&writer) > 0 ? writer.length : 0;
}

/* ---- steps --------------------------------------------------------------------- */

void secure_show(struct run *run, const struct action *action)
{
    struct event event = {.code = EVENT_SERVER_SHOWS};

    run->world->dtls.face = action->face;
    snprintf(event.text, sizeof event.text, "%s",
             dtls_face_name((enum dtls_face)action->face));
    emit_event(run, NULL, &event);
}

void secure_restart(struct run *run)
{
    struct event event = {.code = EVENT_SERVER_RESTART};

    dtls_forget(&run->world->dtls);
    emit_event(run, NULL, &event);
}

void secure_clock_back(struct run *run, const struct action *action)
{
    struct event event = {.code = EVENT_SERVER_CLOCK,
                          .number = {action->off_ns / NS_PER_S}};

    run->world->skew_s -= (int64_t)(action->off_ns / NS_PER_S);
    emit_event(run, NULL, &event);
}

void secure_forget(struct run *run)
{
    dtls_forget(&run->world->dtls);
    for (unsigned i = 0; i < DTLS_PEERS; i++) {
        run->world->dtls.peer[i].handshakes = 0;
    }
}

/* SPDX-License-Identifier: MIT */
/* The server's end of DTLS, against the library's client. */
#include <criterion/criterion.h>

#include <mbedtls/ssl.h>
#include <string.h>

#include "base/rng.h"
#include "outside/dtls.h"

#define INBOX 16u

static const struct endpoint here = {10, 40000};
static const struct endpoint elsewhere = {10, 41000};

static struct dtls_server *server;
static struct dtls dtls;
static struct dtls_result result;
static struct rng rng;

/* The client, and the datagrams on their way to it. */
static mbedtls_ssl_context ssl;
static mbedtls_ssl_config config;
static mbedtls_ssl_session session;
static struct endpoint at;
static uint8_t inbox[INBOX][DTLS_DATAGRAM];
static uint32_t lengths[INBOX];
static uint32_t waiting;
static unsigned flights;  /* datagrams of the client so far */
static bool check_clones; /* each is processed by a copy, too */
static uint8_t request[64];
static uint32_t requested; /* bytes that the server has read */

static int draw(void *context, unsigned char *out, size_t length)
{
    rng_fill(context, out, length);
    return 0;
}

static void deliver(const struct dtls_result *from)
{
    for (uint32_t i = 0; i < from->datagrams && waiting < INBOX; i++) {
        memcpy(inbox[waiting], from->datagram[i].bytes,
               from->datagram[i].length);
        lengths[waiting++] = from->datagram[i].length;
    }
}

static int give(void *context, const unsigned char *bytes, size_t length)
{
    static struct dtls copy;
    static struct dtls_result other;

    (void)context;
    flights++;
    copy = dtls;
    dtls_receive(&dtls, server, 0, at, bytes, (uint32_t)length, &result);
    if (check_clones) {
        dtls_receive(&copy, server, 0, at, bytes, (uint32_t)length, &other);
        cr_expect_eq(memcmp(&other, &result, sizeof result), 0, "datagram %u",
                     flights);
        cr_expect_eq(memcmp(&copy, &dtls, sizeof dtls), 0, "datagram %u",
                     flights);
    }
    if (result.length > 0 && result.length <= sizeof request) {
        memcpy(request, result.bytes, result.length);
        requested = result.length;
    }
    deliver(&result);
    return (int)length;
}

static int take(void *context, unsigned char *bytes, size_t size)
{
    uint32_t length = lengths[0];

    (void)context;
    if (waiting == 0 || length > size) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    memcpy(bytes, inbox[0], length);
    waiting--;
    memmove(inbox[0], inbox[1], sizeof inbox[0] * (INBOX - 1));
    memmove(&lengths[0], &lengths[1], sizeof lengths[0] * (INBOX - 1));
    return (int)length;
}

static void set_timer(void *context, uint32_t soon, uint32_t late)
{
    (void)context;
    (void)soon;
    (void)late;
}

static int get_timer(void *context)
{
    (void)context;
    return 0;
}

static void setup(void)
{
    static const int suites[] = {MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8, 0};
    static const uint8_t key[DTLS_PSK] = {1, 2, 3};
    struct dtls_spec spec = {.seed = 7, .psk = true, .devices = 1};

    memset(&dtls, 0, sizeof dtls);
    memcpy(spec.device[0].name, "device-1", sizeof "device-1");
    memcpy(spec.device[0].key, key, sizeof key);
    server = dtls_open(&spec);
    cr_assert_not_null(server);
    rng_init(&rng, 3, "client");
    at = here;
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_session_init(&session);
    cr_assert_eq(mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT,
                                             MBEDTLS_SSL_TRANSPORT_DATAGRAM,
                                             MBEDTLS_SSL_PRESET_DEFAULT),
                 0);
    mbedtls_ssl_conf_ciphersuites(&config, suites);
    mbedtls_ssl_conf_rng(&config, draw, &rng);
    cr_assert_eq(mbedtls_ssl_conf_psk(&config, key, sizeof key,
                                      (const uint8_t *)"device-1", 8),
                 0);
    cr_assert_eq(mbedtls_ssl_setup(&ssl, &config), 0);
    mbedtls_ssl_set_bio(&ssl, NULL, give, take, NULL);
    mbedtls_ssl_set_timer_cb(&ssl, NULL, set_timer, get_timer);
}

TestSuite(dtls, .init = setup);

static int shake(bool connection_id)
{
    if (connection_id) {
        cr_assert_eq(
            mbedtls_ssl_set_cid(&ssl, MBEDTLS_SSL_CID_ENABLED, NULL, 0), 0);
    }
    return mbedtls_ssl_handshake(&ssl);
}

/* A request, and an answer if it arrives. */
static bool ask(const char *text)
{
    uint8_t back[64];

    requested = 0;
    (void)mbedtls_ssl_write(&ssl, (const uint8_t *)text, strlen(text));
    if (requested != strlen(text) || memcmp(request, text, requested) != 0) {
        return false;
    }
    dtls_answer(&dtls, server, 0, request, requested, &result);
    deliver(&result);
    return mbedtls_ssl_read(&ssl, back, sizeof back) == (int)strlen(text) &&
           memcmp(back, text, strlen(text)) == 0;
}

Test(dtls, requests_and_answers_go_through)
{
    cr_assert_eq(shake(true), 0);
    cr_expect_eq(result.news, DTLS_FULL);
    for (unsigned i = 0; i < 50; i++) {
        cr_assert(ask("what is published?"), "%u", i);
    }
    cr_expect_eq(dtls.peer[0].transcript, 0);
}

Test(dtls, a_copy_goes_on_as_the_original)
{
    check_clones = true;
    cr_assert_eq(shake(true), 0);
    cr_assert(ask("a"));
    cr_assert(ask("b"));
    cr_expect_gt(flights, 4);
}

Test(dtls, a_first_hello_leaves_nothing)
{
    static const struct dtls nothing;

    (void)mbedtls_ssl_handshake_step(&ssl); /* sends nothing */
    (void)mbedtls_ssl_handshake_step(&ssl);
    cr_assert_eq(flights, 1);
    cr_expect_eq(waiting, 1, "a cookie");
    cr_expect_eq(memcmp(&dtls, &nothing, sizeof dtls), 0);
}

Test(dtls, a_connection_id_survives_another_address)
{
    cr_assert_eq(shake(true), 0);
    cr_assert(ask("from here"));
    at = elsewhere;
    cr_expect(ask("from elsewhere"));
    cr_expect(endpoint_equal(dtls.peer[0].at, elsewhere));
}

Test(dtls, without_one_another_address_is_a_stranger)
{
    cr_assert_eq(shake(false), 0);
    cr_assert(ask("from here"));
    at = elsewhere;
    cr_expect_not(ask("from elsewhere"));
    at = here;
    cr_expect(ask("back again"));
}

Test(dtls, a_session_is_resumed_until_a_restart)
{
    cr_assert_eq(shake(true), 0);
    cr_assert(ask("first"));
    cr_assert_eq(mbedtls_ssl_get_session(&ssl, &session), 0);
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(mbedtls_ssl_session_reset(&ssl), 0);
        cr_assert_eq(mbedtls_ssl_set_session(&ssl, &session), 0);
        cr_assert_eq(shake(true), 0);
        cr_expect_eq(result.news, i == 0 ? DTLS_RESUMED : DTLS_FULL);
        cr_expect(ask("again"));
        dtls_forget(&dtls);
        cr_expect_not(ask("nobody there"));
    }
}

Test(dtls, another_key_is_refused)
{
    dtls.face = DTLS_OTHER_PSK;
    cr_expect_eq(shake(true), MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    cr_expect_eq(result.news, DTLS_REFUSED);
    cr_expect_eq(dtls.peer[0].association, 0);
}

Test(dtls, nobody_answers_on_a_server_in_the_clear)
{
    dtls.face = DTLS_PLAIN_ONLY;
    cr_expect_eq(shake(true), MBEDTLS_ERR_SSL_WANT_READ);
    cr_expect_eq(waiting, 0);
}

/* Whatever others send from anywhere, the association goes on. */
Test(dtls, noise_ends_nothing)
{
    struct rng noise;
    uint8_t bytes[200];

    rng_init(&noise, 5, "noise");
    cr_assert_eq(shake(true), 0);
    cr_assert(ask("before"));
    for (unsigned i = 0; i < 3000; i++) {
        uint32_t length = (uint32_t)rng_below(&noise, sizeof bytes);
        static const uint8_t types[] = {20, 21, 22, 23, 25};

        rng_fill(&noise, bytes, sizeof bytes);
        bytes[0] = types[i % sizeof types];
        bytes[1] = 0xfe;
        bytes[2] = 0xfd;
        bytes[3] = 0;
        bytes[4] = (uint8_t)(i / 5 % 2);
        dtls_receive(&dtls, server, 0, i % 3 ? here : elsewhere, bytes, length,
                     &result);
        cr_assert_eq(result.length, 0);
    }
    cr_expect(ask("after"));
}

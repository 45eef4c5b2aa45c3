/* SPDX-License-Identifier: MIT */
#include "tls/session.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ssl.h>
#include <string.h>

#include "tls/entropy.h"
#include "tls/moment.h"

_Static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060000, "mbedTLS 3.6 is needed");

/* The longest wait for a flight, in first waits: 1 + 2 + 4 and then an end. */
#define WAIT_MOST 4u
/* A datagram, with what IP and UDP need, fits the links of docs/protocol.md. */
#define DATAGRAM_MOST 1232u

static struct {
    const struct session_port *port;
    const struct identity *identity;
    struct session_figures figures;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config config;
    mbedtls_ssl_session session; /* the last one's secret */
    mbedtls_x509_crt authority;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    mbedtls_ctr_drbg_context drbg;
    char server[IDENTITY_NAME_MAX + 1u];
    uint64_t timer_ms; /* when it was set */
    uint32_t soon_ms;  /* after that: the flight could be sent again */
    uint32_t late_ms;  /* .. and must be; 0: not set */
    bool ready;        /* all of the above, but `session` */
    bool resumable;
    bool resumed;
    int error;
} session;

/* ---- timers and datagrams, for the library ------------------------------- */

static void set_timer(void *context, uint32_t soon_ms, uint32_t late_ms)
{
    (void)context;
    session.timer_ms = session.port->now_ms();
    session.soon_ms = soon_ms;
    session.late_ms = late_ms;
}

/* As mbedtls_ssl_get_timer_t: -1 not set, 0, 1 soon, 2 late. */
static int get_timer(void *context)
{
    uint64_t passed = session.port->now_ms() - session.timer_ms;

    (void)context;
    if (session.late_ms == 0) {
        return -1;
    }
    return passed >= session.late_ms ? 2 : passed >= session.soon_ms;
}

static int give(void *context, const unsigned char *bytes, size_t length)
{
    (void)context;
    session.port->send(bytes, (uint32_t)length);
    return (int)length; /* what is lost is sent again */
}

static int take(void *context, unsigned char *bytes, size_t size)
{
    int32_t length = session.port->receive(bytes, (uint32_t)size);

    (void)context;
    return length <= 0 ? MBEDTLS_ERR_SSL_WANT_READ : (int)length;
}

/* ---- certificates --------------------------------------------------------- */

/* The library has no clock: validity is judged here, by the time that the
 * server's product key has signed. */
static int judge(void *context, mbedtls_x509_crt *crt, int depth,
                 uint32_t *flags)
{
    uint64_t now = session.port->unix_s();

    (void)context;
    (void)depth;
    if (moment_of(&crt->valid_to) < now) {
        *flags |= MBEDTLS_X509_BADCERT_EXPIRED;
    }
    if (moment_of(&crt->valid_from) > now) {
        *flags |= MBEDTLS_X509_BADCERT_FUTURE;
    }
    return 0;
}

static int read_certificates(void)
{
    const struct identity_bytes *part = session.identity->part;
    int err =
        mbedtls_x509_crt_parse_der_nocopy(&session.authority,
                                          part[IDENTITY_AUTHORITY].bytes,
                                          part[IDENTITY_AUTHORITY].length);

    err = err ? err
              : mbedtls_x509_crt_parse_der_nocopy(
                    &session.certificate, part[IDENTITY_CERTIFICATE].bytes,
                    part[IDENTITY_CERTIFICATE].length);
    err = err ? err
              : mbedtls_pk_parse_key(&session.key, part[IDENTITY_KEY].bytes,
                                     part[IDENTITY_KEY].length, NULL, 0,
                                     mbedtls_ctr_drbg_random, &session.drbg);
    memcpy(session.server, part[IDENTITY_SERVER].bytes,
           part[IDENTITY_SERVER].length);
    session.server[part[IDENTITY_SERVER].length] = '\0';
    return err;
}

static int use_certificates(void)
{
    static const int suites[] = {
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};
    int err = read_certificates();

    mbedtls_ssl_conf_ciphersuites(&session.config, suites);
    mbedtls_ssl_conf_authmode(&session.config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&session.config, &session.authority, NULL);
    mbedtls_ssl_conf_verify(&session.config, judge, NULL);
    return err ? err
               : mbedtls_ssl_conf_own_cert(&session.config,
                                           &session.certificate, &session.key);
}

static int use_psk(void)
{
    static const int suites[] = {MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,
                                 MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, 0};
    const struct identity_bytes *part = session.identity->part;

    mbedtls_ssl_conf_ciphersuites(&session.config, suites);
    return mbedtls_ssl_conf_psk(&session.config, part[IDENTITY_PSK_KEY].bytes,
                                part[IDENTITY_PSK_KEY].length,
                                part[IDENTITY_PSK_NAME].bytes,
                                part[IDENTITY_PSK_NAME].length);
}

/* ---- the session ---------------------------------------------------------- */

static int configure(void)
{
    mbedtls_ssl_config *config = &session.config;
    uint32_t wait = session.figures.ack_timeout_ms;
    int err = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT,
                                          MBEDTLS_SSL_TRANSPORT_DATAGRAM,
                                          MBEDTLS_SSL_PRESET_DEFAULT);

    mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &session.drbg);
    mbedtls_ssl_conf_handshake_timeout(config, wait, WAIT_MOST * wait);
    err = err ? err
              : mbedtls_ssl_conf_max_frag_len(config,
                                              MBEDTLS_SSL_MAX_FRAG_LEN_2048);
    err = err ? err
              : mbedtls_ssl_conf_cid(config, 0,
                                     MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
    if (err) {
        return err;
    }
    return session.identity->mode == IDENTITY_PSK ? use_psk()
                                                  : use_certificates();
}

static int set_up(void)
{
    mbedtls_ssl_context *ssl = &session.ssl;
    int err = mbedtls_ssl_setup(ssl, &session.config);

    mbedtls_ssl_set_bio(ssl, NULL, give, take, NULL);
    mbedtls_ssl_set_timer_cb(ssl, NULL, set_timer, get_timer);
    mbedtls_ssl_set_mtu(ssl, DATAGRAM_MOST);
    if (!err && session.identity->mode == IDENTITY_X509) {
        err = mbedtls_ssl_set_hostname(ssl, session.server);
    }
    return err;
}

static void forget(void)
{
    mbedtls_ssl_free(&session.ssl);
    mbedtls_ssl_config_free(&session.config);
    mbedtls_x509_crt_free(&session.authority);
    mbedtls_x509_crt_free(&session.certificate);
    mbedtls_pk_free(&session.key);
    mbedtls_ctr_drbg_free(&session.drbg);
}

static void start_over(void)
{
    mbedtls_ssl_init(&session.ssl);
    mbedtls_ssl_config_init(&session.config);
    mbedtls_x509_crt_init(&session.authority);
    mbedtls_x509_crt_init(&session.certificate);
    mbedtls_pk_init(&session.key);
    mbedtls_ctr_drbg_init(&session.drbg);
}

enum agent_why session_prepare(const struct session_port *port,
                               const struct session_figures *figures,
                               const struct identity *identity)
{
    if (session.ready) {
        return AGENT_WHY_NONE;
    }
    session.port = port;
    session.identity = identity;
    session.figures = *figures;
    start_over();
    session.error =
        mbedtls_ctr_drbg_seed(&session.drbg, entropy_seed, NULL, NULL, 0);
    if (session.error) {
        forget();
        return AGENT_WHY_NO_ENTROPY;
    }
    session.error = configure();
    session.error = session.error ? session.error : set_up();
    if (session.error) {
        forget();
        return AGENT_WHY_NO_IDENTITY;
    }
    session.ready = true;
    return AGENT_WHY_NONE;
}

/* Fresh entropy for each handshake: the generator may have failed since. */
enum agent_why session_begin(bool resume)
{
    mbedtls_ssl_context *ssl = &session.ssl;

    session.error = mbedtls_ctr_drbg_reseed(&session.drbg, NULL, 0);
    if (session.error) {
        return AGENT_WHY_NO_ENTROPY;
    }
    session.error = mbedtls_ssl_session_reset(ssl);
    if (!session.error && session.figures.connection_id) {
        session.error =
            mbedtls_ssl_set_cid(ssl, MBEDTLS_SSL_CID_ENABLED, NULL, 0);
    }
    if (!session.error && resume && session.resumable) {
        session.error = mbedtls_ssl_set_session(ssl, &session.session);
    }
    session.late_ms = 0;
    session.resumed = false;
    return session.error ? AGENT_WHY_HANDSHAKE : AGENT_WHY_NONE;
}

static enum agent_why certificate_flaw(void)
{
    uint32_t flags = mbedtls_ssl_get_verify_result(&session.ssl);

    if (flags == (uint32_t)-1) {
        return AGENT_WHY_HANDSHAKE;
    }
    if ((flags & ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED |
                             MBEDTLS_X509_BADCERT_FUTURE)) != 0) {
        return AGENT_WHY_BAD_CERTIFICATE;
    }
    return (flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0
               ? AGENT_WHY_EXPIRED
               : AGENT_WHY_NOT_YET_VALID;
}

/* A server with another key refuses our Finished, or we its. */
static enum agent_why flaw(void)
{
    bool by_psk = session.identity->mode == IDENTITY_PSK;

    switch (session.error) {
    case MBEDTLS_ERR_SSL_TIMEOUT:
        return AGENT_WHY_UNREACHABLE;
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
        return certificate_flaw();
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
    case MBEDTLS_ERR_SSL_INVALID_MAC:
        return by_psk ? AGENT_WHY_BAD_PSK : AGENT_WHY_HANDSHAKE;
    case MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED:
        return AGENT_WHY_NO_ENTROPY;
    default:
        return AGENT_WHY_HANDSHAKE;
    }
}

/* An id that the server gave before, and gave again. */
static bool same_session(const mbedtls_ssl_session *now)
{
    return session.resumable && now->MBEDTLS_PRIVATE(id_len) != 0 &&
           now->MBEDTLS_PRIVATE(id_len) ==
               session.session.MBEDTLS_PRIVATE(id_len) &&
           memcmp(now->MBEDTLS_PRIVATE(id), session.session.MBEDTLS_PRIVATE(id),
                  now->MBEDTLS_PRIVATE(id_len)) == 0;
}

static void keep_session(void)
{
    mbedtls_ssl_session now;

    mbedtls_ssl_session_init(&now);
    if (mbedtls_ssl_get_session(&session.ssl, &now) != 0) {
        mbedtls_ssl_session_free(&now);
        return;
    }
    session.resumed = same_session(&now);
    mbedtls_ssl_session_free(&session.session);
    session.session = now;
    session.resumable = true;
}

enum session_step session_step(enum agent_why *why)
{
    while (!mbedtls_ssl_is_handshake_over(&session.ssl)) {
        session.port->alive();
        session.error = mbedtls_ssl_handshake_step(&session.ssl);
        if (session.error == MBEDTLS_ERR_SSL_WANT_READ ||
            session.error == MBEDTLS_ERR_SSL_WANT_WRITE) {
            return SESSION_WAITS;
        }
        if (session.error) {
            *why = flaw();
            session.resumable = false; /* it may be what was wrong */
            return SESSION_FAILED;
        }
    }
    keep_session();
    return SESSION_OPEN;
}

uint64_t session_next_ms(void)
{
    return session.late_ms == 0 ? UINT64_MAX
                                : session.timer_ms + session.late_ms;
}

bool session_resumed(void)
{
    return session.resumed;
}

int session_error(void)
{
    return session.error;
}

/* ---- datagrams ------------------------------------------------------------ */

bool session_send(const void *bytes, uint32_t length)
{
    session.error = mbedtls_ssl_write(&session.ssl, bytes, length);
    return session.error == (int)length;
}

int32_t session_receive(void *bytes, uint32_t size, bool *closed)
{
    session.error = mbedtls_ssl_read(&session.ssl, bytes, size);
    *closed = session.error <= 0 &&
              session.error != MBEDTLS_ERR_SSL_WANT_READ &&
              session.error != MBEDTLS_ERR_SSL_WANT_WRITE &&
              session.error != MBEDTLS_ERR_SSL_TIMEOUT;
    if (session.error <= 0 || mbedtls_ssl_get_bytes_avail(&session.ssl) > 0) {
        return -1; /* nothing, or longer than any datagram of ours */
    }
    return session.error;
}

/* SPDX-License-Identifier: MIT */
/*
 * A hostile network around the agent: datagrams of any contents, answers that
 * match the exchange under way with anything in them, true ones between them,
 * resets at any time; and logs whose entries somebody made up. It writes
 * nowhere but into its slot and its logs, never against the flash's rules, asks
 * for a trial of nothing but the whole true image, never turns without a pause,
 * and never takes a release below one that it has seen.
 *
 * The input is a list of acts: a number below ACTS, then what it needs.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include "image/descriptor.h"
#include "ota/agent.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/crypto.h"

#define SECTOR 4096u
#define PROGRESS 0u
#define PROGRESS_SIZE (2u * SECTOR)
#define SLOT_A (2u * SECTOR)
#define SLOT_SIZE (3u * SECTOR)
#define SLOT_B (SLOT_A + SLOT_SIZE)
#define FAILED (SLOT_B + SLOT_SIZE)
#define LOG_SIZE (2u * SECTOR)
#define KEPT (FAILED + LOG_SIZE) /* the offers */
#define FLASH_SIZE (KEPT + LOG_SIZE)
#define LOAD_BASE 0x21800000u
#define FILL 5000u
#define OFFERS 3u
#define STEPS 400u /* for one act: hours of retransmissions */

struct input {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t flash[FLASH_SIZE];
static uint8_t *image; /* the true one */
static size_t image_size;
static uint8_t offers[OFFERS][IMAGE_DESCRIPTOR_SIZE];
static bool making; /* what is true */
static struct image_info true_info;
static uint8_t key_digests[1][OTA_DIGEST_SIZE];
static uint8_t spki[KEY_SPKI_SIZE];
static const uint8_t *spkis[1] = {spki};

static struct agent agent;
static uint64_t now;
static uint32_t chance;
static uint32_t battery;
static uint8_t sent[COAP_REQUEST_MAX];
static uint32_t sent_length;
static uint8_t packet[COAP_ANSWER_MAX];
static int32_t packet_length;
static uint32_t highest; /* release that it has taken up */

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* ---- ota/crypto.h, without the slow part --------------------------------------- */

/* A signature is true of what was signed here, and of nothing else. */
bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE])
{
    (void)point;
    for (unsigned i = 0; i < OFFERS; i++) {
        if (memcmp(signature, offers[i] + DESCRIPTOR_SIGNED,
                   CRYPTO_SIGNATURE_SIZE) == 0) {
            uint8_t own[OTA_DIGEST_SIZE];
            require(crypto_sha256(offers[i], DESCRIPTOR_SIGNED, own));
            return memcmp(own, digest, sizeof(own)) == 0;
        }
    }
    return making;
}

bool crypto_sha256(const void *data, size_t length,
                   uint8_t digest[OTA_DIGEST_SIZE])
{
    return mbedtls_sha256(data, length, digest, 0) == 0;
}

_Static_assert(sizeof(mbedtls_sha256_context) <= CRYPTO_HASH_SIZE, "room");

bool crypto_hash_begin(struct crypto_hash *hash)
{
    mbedtls_sha256_context *context = (void *)hash->opaque;

    mbedtls_sha256_init(context);
    return mbedtls_sha256_starts(context, 0) == 0;
}

bool crypto_hash_add(struct crypto_hash *hash, const void *data, size_t length)
{
    return mbedtls_sha256_update((void *)hash->opaque, data, length) == 0;
}

bool crypto_hash_end(struct crypto_hash *hash, uint8_t digest[OTA_DIGEST_SIZE])
{
    return mbedtls_sha256_finish((void *)hash->opaque, digest) == 0;
}

/* ---- the port -------------------------------------------------------------- */

static bool allowed(uint32_t address, uint32_t length)
{
    bool log = address + length <= PROGRESS + PROGRESS_SIZE ||
               (address >= FAILED && address + length <= FLASH_SIZE);
    bool slot = address >= SLOT_B && address + length <= SLOT_B + SLOT_SIZE;

    return length <= FLASH_SIZE && address <= FLASH_SIZE && (log || slot);
}

static int read_flash(void *context, uint32_t address, void *data,
                      uint32_t length)
{
    (void)context;
    require(address <= FLASH_SIZE && length <= FLASH_SIZE - address);
    memcpy(data, flash + address, length);
    return OTA_OK;
}

static int program(void *context, uint32_t address, const void *data,
                   uint32_t length)
{
    const uint8_t *bytes = data;

    (void)context;
    require(allowed(address, length));
    for (uint32_t i = 0; i < length; i++) {
        require(flash[address + i] == 0xFF);
        flash[address + i] = bytes[i];
    }
    return OTA_OK;
}

static int erase(void *context, uint32_t address)
{
    (void)context;
    require(address % SECTOR == 0 && allowed(address, SECTOR));
    memset(flash + address, 0xFF, SECTOR);
    return OTA_OK;
}

static const struct ota_flash port_flash = {.sector_size = SECTOR,
                                            .read = read_flash,
                                            .program = program,
                                            .erase = erase};

static uint64_t now_ms(void *context)
{
    (void)context;
    return now;
}

static uint32_t random_word(void *context)
{
    (void)context;
    chance = chance * 1664525u + 1013904223u;
    return chance;
}

static int transmit(void *context, const void *bytes, uint32_t length)
{
    (void)context;
    require(length > 0 && length <= sizeof(sent));
    memcpy(sent, bytes, length);
    sent_length = length;
    return OTA_OK;
}

static int32_t receive(void *context, void *bytes, uint32_t size)
{
    int32_t length = packet_length;

    (void)context;
    packet_length = -1;
    if (length < 0 || (uint32_t)length > size) {
        return -1;
    }
    memcpy(bytes, packet, (size_t)length);
    return length;
}

static void supply(void *context, struct agent_supply *out)
{
    (void)context;
    out->battery_mv = battery;
    out->left_mj = UINT32_MAX;
}

static void alive(void *context)
{
    (void)context;
}

static enum ota_reason ask_trial(void *context, uint8_t slot, uint32_t release,
                                 const uint8_t digest[OTA_DIGEST_SIZE])
{
    (void)context;
    require(slot == OTA_SLOT_B && release <= OFFERS);
    require(memcmp(digest, true_info.digest, OTA_DIGEST_SIZE) == 0);
    require(memcmp(flash + SLOT_B, image, image_size) == 0);
    return OTA_REASON_NONE;
}

static void trace(void *context, enum agent_event event, uint32_t a, uint32_t b,
                  uint32_t c)
{
    (void)context;
    (void)a;
    (void)b;
    (void)c;
    if (event == AGENT_EVENT_OFFER || event == AGENT_EVENT_DOWNLOAD) {
        require(agent.offer.release >= highest);
        highest = agent.offer.release;
    }
}

static const struct agent_port port = {
    .now_ms = now_ms,
    .rtc_ms = now_ms,
    .random = random_word,
    .send = transmit,
    .receive = receive,
    .supply = supply,
    .alive = alive,
    .ask_trial = ask_trial,
    .trace = trace,
    .flash = &port_flash,
    .slots = {{SLOT_A, SLOT_SIZE}, {SLOT_B, SLOT_SIZE}},
    .progress = {PROGRESS, PROGRESS_SIZE},
    .failed = {FAILED, LOG_SIZE},
    .offers = {KEPT, LOG_SIZE},
    .keys = {.digests = (const uint8_t (*)[OTA_DIGEST_SIZE])key_digests,
             .count = 1,
             .spki = spkis,
             .spki_count = 1},
    .load_base = LOAD_BASE,
    .load_size = SLOT_SIZE,
    .counter_capacity = 256};

static const struct agent_figures figures = {.first_poll_ms = 2000,
                                             .poll_ms = 60000,
                                             .poll_jitter_percent = 25,
                                             .ack_timeout_ms = 4000,
                                             .retransmits = 4,
                                             .block_size = 1024,
                                             .battery_mv = 3300,
                                             .link_losses = 2,
                                             .backoff_ms = 10000,
                                             .backoff_max_ms = 3600000,
                                             .tries = 3,
                                             .observe = 1,
                                             .trial_server_ms = 20000,
                                             .window_length_s = 86400};

/* ---- what is true ---------------------------------------------------------------- */

static void make_offer(unsigned which, const struct key *key)
{
    struct diag diag;
    struct descriptor_spec spec = {.image = image,
                                   .image_size = image_size,
                                   .key = key,
                                   .release = which + 1,
                                   .has_size = which == 1,
                                   .size = SLOT_SIZE + 1,
                                   .bad_digest = which == 2};

    require(descriptor_build(&spec, offers[which], &diag) == 0);
}

static void make_truth(void)
{
    static uint8_t payload[256];
    struct image_limits limits = {SLOT_SIZE, LOAD_BASE, SLOT_SIZE, true};
    struct diag diag;
    struct key key;
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof(payload),
                              .version = {.major = 2},
                              .ram_load = true,
                              .load_address = LOAD_BASE,
                              .fill_size = FILL,
                              .key = &key};

    require(key_dev("root", &key, &diag) == 0);
    key_spki(&key, spki);
    require(key_digest(&key, key_digests[0]) == 0);
    require(image_build(&spec, &image, &image_size, &diag) == 0);
    require(image_verify(image, (uint32_t)image_size, &limits, &port.keys,
                         &true_info) == OTA_REASON_NONE);
    for (unsigned i = 0; i < OFFERS; i++) {
        make_offer(i, &key);
    }
}

/* ---- acts -------------------------------------------------------------------------- */

static uint8_t take(struct input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->bytes++;
}

static void take_bytes(struct input *in, uint32_t at)
{
    uint32_t length = take(in);

    for (uint32_t i = 0; i < length && in->left > 0; i++) {
        packet[at++] = take(in);
    }
    packet_length = (int32_t)at;
}

/* The head of an answer to the last request: its id and token. */
static uint32_t answer_head(uint8_t code)
{
    if (sent_length < 8) {
        return 0;
    }
    packet[0] = 0x64; /* ACK, 4 bytes of token */
    packet[1] = code;
    memcpy(packet + 2, sent + 2, 6);
    return 8;
}

static void foreign_datagram(struct input *in)
{
    take_bytes(in, 0);
}

static void any_answer(struct input *in)
{
    take_bytes(in, answer_head(take(in)));
}

static void true_offer(struct input *in)
{
    uint32_t at = answer_head(COAP_CONTENT);

    packet[at++] = 0xFF;
    memcpy(packet + at, offers[take(in) % OFFERS], IMAGE_DESCRIPTOR_SIZE);
    packet_length = (int32_t)(at + IMAGE_DESCRIPTOR_SIZE);
}

/* The block where the agent is; a byte of it is turned by `flip`. */
static void put_block(uint32_t number, uint8_t etag, uint8_t flip)
{
    uint32_t at = answer_head(COAP_CONTENT);
    uint32_t from = number * 1024u;
    uint32_t left = from < image_size ? (uint32_t)image_size - from : 0;
    uint32_t length = left < 1024 ? left : 1024;
    uint32_t value = number << 4 | (left > 1024 ? 8u : 0u) | 6u;

    packet[at++] = 0x41; /* ETag, 1 byte */
    packet[at++] = etag;
    packet[at++] = 0xD2; /* Block2, 2 bytes */
    packet[at++] = 23 - 4 - 13;
    packet[at++] = (uint8_t)(value >> 8);
    packet[at++] = (uint8_t)value;
    packet[at++] = 0xFF;
    memcpy(packet + at, image + from, length);
    packet[at] = (uint8_t)(packet[at] ^ flip);
    packet_length = (int32_t)(at + length);
}

static void true_block(struct input *in)
{
    (void)in;
    put_block(agent_progress(&agent)->written / 1024u, 1, 0);
}

static void nearly_true_block(struct input *in)
{
    uint32_t number = agent_progress(&agent)->written / 1024u + take(in) % 3u;

    put_block(number % 8u, take(in), take(in));
}

static void acknowledge(struct input *in)
{
    (void)in;
    packet_length = (int32_t)answer_head(COAP_CHANGED);
}

static void let_time_go_by(struct input *in)
{
    now += take(in) * UINT64_C(2000);
}

static void change_battery(struct input *in)
{
    battery = 3200u + take(in);
}

static void start(struct input *in)
{
    struct boot_info info = {.slot = OTA_SLOT_A, .state = OTA_CONFIRMED};

    info.version = 1u << 24;
    info.reason = take(in) % 21u;
    if (take(in) == 1) {
        memcpy(info.rejected, true_info.digest, OTA_DIGEST_SIZE);
    }
    info.release = take(in);
    agent_start(&agent, &port, &figures, &info, false);
}

/* An entry of one of the logs, valid but for what its body says. */
static void forge(struct input *in)
{
    static const struct {
        uint32_t at, slot;
        char magic[5];
    } logs[] = {{PROGRESS, PROGRESS_RECORD, "OTP1"},
                {FAILED, FAILED_SLOT, "OTX1"},
                {KEPT, OFFERS_SLOT, "OTO1"}};
    unsigned which = take(in) % 3u;
    uint32_t size = logs[which].slot;
    uint8_t *slot =
        flash + logs[which].at + take(in) % (LOG_SIZE / size) * size;

    for (uint32_t i = 4; i < size - 8u && in->left > 0; i++) {
        slot[i] = take(in);
    }
    memcpy(slot, logs[which].magic, 4);
    bytes_put32(slot + size - 8u, ota_crc32(slot, size - 8u));
    bytes_put32(slot + size - 4u, 0);
    highest = 0; /* of what it has seen nobody knows any more */
    start(in);
}

static void (*const acts[])(struct input *in) = {
    foreign_datagram,
    any_answer,
    true_offer,
    true_block,
    nearly_true_block,
    acknowledge,
    let_time_go_by,
    change_battery,
    start,
    forge,
};
#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* Let it do what is due, but not more than a pause. */
static void settle(void)
{
    uint64_t due = now;

    for (unsigned i = 0; due <= now && i < STEPS; i++) {
        require(i + 1 < STEPS);
        due = agent_step(&agent);
    }
    require(agent.phase != AGENT_PHASE_RESTART ||
            memcmp(flash + SLOT_B, image, image_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct input none = {data, 0};

    if (image == NULL) {
        making = true;
        make_truth();
        making = false;
    }
    memset(flash, 0xFF, sizeof(flash));
    now = 1000;
    highest = 0;
    chance = 7;
    battery = 3600;
    packet_length = -1;
    sent_length = 0;
    start(&none);
    while (in.left > 0) {
        acts[take(&in) % ACTS](&in);
        if (agent_wants_restart(&agent)) {
            start(&in);
        }
        settle();
    }
    return 0;
}

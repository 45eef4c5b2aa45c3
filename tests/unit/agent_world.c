/* SPDX-License-Identifier: MIT */
#include "unit/agent_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ota/load.h"
#include "ota/request.h"

#define REQUESTS 0x0u
#define REQUESTS_SIZE 0x2000u
#define FLASH_SIZE 0x20000u
#define LOAD_BASE 0x21800000u
#define LOAD_SIZE 0x7000u
#define ATTEMPTS 3u
#define CAPACITY 256u
#define NODE_DEVICE 2u
#define NODE_SERVER 1u

static const struct ota_area requests = {REQUESTS, REQUESTS_SIZE};

uint32_t aw_slot(uint8_t slot)
{
    return 0x8000u + slot * AW_SLOT_SIZE;
}

static struct ota_area slot_area(uint8_t slot)
{
    return (struct ota_area){aw_slot(slot), AW_SLOT_SIZE};
}

static uint32_t random_word(void *context)
{
    struct aw *w = context;

    return (uint32_t)rng_next(&w->rng);
}

/* ---- flash ------------------------------------------------------------------- */

static bool in_area(uint32_t address, struct ota_area area)
{
    return address >= area.start && address - area.start < area.length;
}

static void check_place(const struct aw *w, uint32_t address)
{
    uint8_t own = w->info.slot;
    bool on_trial = w->info.state == OTA_TRIAL;
    bool allowed = address < REQUESTS + REQUESTS_SIZE ||
                   in_area(address, w->port.progress) ||
                   in_area(address, w->port.failed) ||
                   in_area(address, w->port.offers);

    for (uint8_t slot = 0; slot < 2; slot++) {
        allowed =
            allowed || (slot != own && !on_trial && address >= aw_slot(slot) &&
                        address < aw_slot(slot) + AW_SLOT_SIZE);
    }
    cr_assert(allowed, "a write to 0x%x", address);
}

static void finish(struct aw *w, enum flash_rule rule)
{
    cr_assert(rule == FLASH_RULE_NONE ||
                  (w->lenient && rule == FLASH_RULE_TORN_ERASE),
              "%s", flash_rule_name(rule));
    if (w->operations++ == w->cut_at) {
        uint64_t middle = (w->flash.op.start_ns + w->flash.op.end_ns) / 2;
        flash_power_cut(&w->flash, middle, w->cut_form);
        w->now_ns = middle;
        w->cuts++;
        longjmp(w->power_lost, 1);
    }
    w->now_ns = w->flash.op.end_ns;
    flash_advance(&w->flash, w->now_ns, NULL);
}

static void plant(struct aw *w)
{
    if (w->operations == w->fail_at) {
        w->flash.fail_next = (uint8_t)w->fail_how;
    }
}

static int read_flash(void *context, uint32_t address, void *data,
                      uint32_t length)
{
    struct aw *w = context;

    if (address > FLASH_SIZE || length > FLASH_SIZE - address) {
        return OTA_ERR_RANGE;
    }
    memcpy(data, w->flash.array + address, length);
    return OTA_OK;
}

static int program_flash(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    struct aw *w = context;
    const uint8_t *bytes = data;

    while (length > 0) {
        uint32_t part = FLASH_PAGE - address % FLASH_PAGE;
        part = part < length ? part : length;
        check_place(w, address);
        plant(w);
        finish(w, flash_program(&w->flash, w->now_ns, address, bytes, part));
        if (w->flash.last_failed) {
            return OTA_ERR_IO;
        }
        address += part;
        bytes += part;
        length -= part;
    }
    return OTA_OK;
}

static int erase_flash(void *context, uint32_t address)
{
    struct aw *w = context;

    check_place(w, address);
    plant(w);
    finish(w, flash_erase(&w->flash, w->now_ns, address));
    return w->flash.last_failed ? OTA_ERR_IO : OTA_OK;
}

/* ---- the agent's port ----------------------------------------------------------- */

static uint64_t now_ms(void *context)
{
    const struct aw *w = context;

    return (w->now_ns - w->boot_ns) / AW_MS;
}

static uint64_t rtc_ms(void *context)
{
    const struct aw *w = context;

    return w->rtc_start_ms + w->now_ns / AW_MS;
}

static int send_packet(void *context, const void *bytes, uint32_t length)
{
    struct aw *w = context;
    struct endpoint from = {NODE_DEVICE, 40000};
    struct endpoint to = {NODE_SERVER, 5683};

    cr_assert(length > 0 && length <= COAP_REQUEST_MAX);
    if (w->image[w->running].conduct == AW_DEAF) {
        return OTA_ERR_IO;
    }
    (void)link_send(&w->link, w->now_ns, LINK_UP, from, to, bytes, length);
    return OTA_OK;
}

static int32_t receive_packet(void *context, void *bytes, uint32_t size)
{
    struct aw *w = context;
    int32_t length = -1;

    if (w->waiting == 0) {
        return -1;
    }
    if (w->inbox[0].length <= size) {
        length = w->inbox[0].length;
        memcpy(bytes, w->inbox[0].bytes, w->inbox[0].length);
    }
    w->waiting--;
    memmove(&w->inbox[0], &w->inbox[1], w->waiting * sizeof(w->inbox[0]));
    return length;
}

static void supply(void *context, struct agent_supply *out)
{
    const struct aw *w = context;

    *out = w->supply;
}

static void alive(void *context)
{
    (void)context;
}

static void request(struct aw *w, uint8_t kind, uint8_t slot, uint32_t number,
                    const uint8_t digest[OTA_DIGEST_SIZE])
{
    struct request asked = {.kind = kind, .slot = slot, .number = number};

    memcpy(asked.digest, digest, OTA_DIGEST_SIZE);
    (void)request_append(&w->port_flash, requests, w->info.next_request,
                         &asked);
}

static enum ota_reason ask_trial(void *context, uint8_t slot, uint32_t release,
                                 const uint8_t digest[OTA_DIGEST_SIZE])
{
    struct aw *w = context;
    bool known = false;

    for (uint32_t i = 0; i < w->images; i++) {
        const struct aw_image *image = &w->image[i];
        known = known ||
                (memcmp(image->info.digest, digest, OTA_DIGEST_SIZE) == 0 &&
                 memcmp(w->flash.array + aw_slot(slot), image->bytes,
                        image->size) == 0);
    }
    cr_assert(known, "a trial of what nobody made");
    cr_assert_neq(w->info.state, OTA_TRIAL);
    request(w, OTA_REQUEST_TRIAL, slot, release, digest);
    return OTA_REASON_NONE;
}

static void trace(void *context, enum agent_event event, uint32_t a, uint32_t b,
                  uint32_t c)
{
    struct aw *w = context;

    (void)c;
    w->events[event]++;
    w->why_last[event] = a;
    if (getenv("AGENT_TRACE") != NULL) {
        fprintf(stderr, "%8.3f event %u: %u %u %u\n", (double)w->now_ns / 1e9,
                (unsigned)event, a, b, c);
    }
}

/* ---- images ------------------------------------------------------------------------ */

static const struct key *signer(void)
{
    static struct key key;
    struct diag diag;

    if (!key.is_private) {
        cr_assert_eq(key_dev("root", &key, &diag), 0);
    }
    return &key;
}

/* Signing is slow: what was made once is made. */
struct made {
    const char *version;
    uint32_t counter, fill, place;
    struct aw_image image;
};
static struct made made[16];

static void build(const struct aw *w, struct made *m)
{
    struct image_limits limits = {.slot_size = UINT32_MAX / 2,
                                  .load_base = LOAD_BASE,
                                  .load_size = UINT32_MAX / 4};
    uint8_t payload[256];
    struct diag diag = {.text = ""};
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof(payload),
                              .ram_load = true,
                              .load_address = LOAD_BASE,
                              .has_counter = true,
                              .counter = m->counter,
                              .fill_size = m->fill,
                              .key = signer()};

    memset(payload, (int)(m->place + 1u), sizeof(payload));
    cr_assert_eq(image_version_read(m->version, &spec.version, &diag), 0);
    cr_assert_eq(image_build(&spec, &m->image.bytes, &m->image.size, &diag), 0,
                 "%s", diag.text);
    cr_assert_eq(image_verify(m->image.bytes, (uint32_t)m->image.size, &limits,
                              &w->keys, &m->image.info),
                 OTA_REASON_NONE);
}

uint32_t aw_make(struct aw *w, const char *version, uint32_t counter,
                 uint32_t fill, enum aw_conduct conduct)
{
    struct made wanted = {version, counter, fill, w->images, {.bytes = NULL}};
    unsigned i = 0;

    cr_assert_lt(w->images, AW_IMAGES);
    while (made[i].version != NULL &&
           (strcmp(made[i].version, version) != 0 ||
            made[i].counter != counter || made[i].fill != fill ||
            made[i].place != w->images)) {
        i++;
        cr_assert_lt(i, sizeof(made) / sizeof(made[0]));
    }
    if (made[i].version == NULL) {
        made[i] = wanted;
        build(w, &made[i]);
    }
    w->image[w->images] = made[i].image;
    w->image[w->images].conduct = conduct;
    w->server_image[w->images].bytes = made[i].image.bytes;
    w->server_image[w->images].size = (uint32_t)made[i].image.size;
    return w->images++;
}

void aw_install(struct aw *w, uint32_t image, uint8_t slot)
{
    memset(w->flash.array + aw_slot(slot), 0xFF, AW_SLOT_SIZE);
    memcpy(w->flash.array + aw_slot(slot), w->image[image].bytes,
           w->image[image].size);
}

void aw_publish_as(struct aw *w, uint32_t image, uint32_t release,
                   struct descriptor_spec spec)
{
    uint8_t bytes[IMAGE_DESCRIPTOR_SIZE];
    struct diag diag = {.text = ""};

    spec.image = w->image[image].bytes;
    spec.image_size = w->image[image].size;
    spec.key = spec.key ? spec.key : signer();
    spec.release = release;
    cr_assert_eq(descriptor_build(&spec, bytes, &diag), 0, "%s", diag.text);
    cr_assert_eq(
        server_publish(&w->server, bytes, sizeof(bytes), image, release), 0);
}

void aw_publish(struct aw *w, uint32_t image, uint32_t release)
{
    aw_publish_as(w, image, release, (struct descriptor_spec){.key = NULL});
}

/* ---- the bootloader, as it were ------------------------------------------------------ */

/* The image that lies there, or AW_IMAGES. */
static uint32_t image_in(const struct aw *w, uint8_t slot)
{
    for (uint32_t i = 0; i < w->images && slot < OTA_SLOT_RECOVERY; i++) {
        if (memcmp(w->flash.array + aw_slot(slot), w->image[i].bytes,
                   w->image[i].size) == 0) {
            return i;
        }
    }
    return slot == OTA_SLOT_RECOVERY ? w->recovery : AW_IMAGES;
}

static enum ota_reason admit(const struct aw *w, uint32_t image)
{
    uint8_t other = (uint8_t)policy_other((enum ota_slot)w->state.slot);
    uint32_t fallback = image_in(w, other);
    bool has = policy_has_fallback(&w->state) && fallback < AW_IMAGES;

    if (image == AW_IMAGES || w->image[image].conduct == AW_BROKEN) {
        return OTA_REASON_BAD_HASH;
    }
    enum ota_reason reason = policy_allow(&w->image[image].info, &w->limits);
    return reason ? reason
                  : policy_admit(&w->state, &w->image[image].info,
                                 has ? &w->image[fallback].info : NULL,
                                 &w->limits);
}

/* Which image runs now; AW_IMAGES for none. */
static uint32_t choose(struct aw *w)
{
    const struct policy_ending ended = {false, false};
    unsigned tried = 0;

    for (unsigned i = 0; i < 5; i++) {
        struct boot_state next;
        bool changed, gave_up;
        policy_choose(&w->state, &w->limits, &ended, &next, &changed, &gave_up);
        w->state = next;
        if (gave_up) {
            continue;
        }
        uint32_t image = image_in(w, w->state.slot);
        enum ota_reason reason = admit(w, image);
        if (!reason) {
            return image;
        }
        tried |= 1u << w->state.slot;
        if (!policy_reject(&w->state, reason,
                           image < AW_IMAGES ? w->image[image].info.digest
                                             : w->state.digest,
                           tried, &w->limits, &next)) {
            break;
        }
        w->state = next;
    }
    return AW_IMAGES;
}

/* Nothing torn is confirmed. */
static void check_confirmed(const struct aw *w, uint32_t image)
{
    enum flash_taint taint =
        flash_range_taint(&w->flash, aw_slot(w->state.slot),
                          (uint32_t)w->image[image].size);

    cr_assert(taint == FLASH_CLEAN || w->lenient,
              "untrustworthy words are confirmed");
}

static void take_request(struct aw *w, struct request *latest)
{
    struct boot_state next;
    bool changed;

    cr_assert_eq(request_latest(&w->port_flash, requests, latest), OTA_OK);
    enum ota_reason verdict =
        policy_request(&w->state, latest, &w->limits, &next, &changed);
    w->state = next;
    if (changed && !verdict && latest->kind == OTA_REQUEST_CONFIRM) {
        check_confirmed(w, image_in(w, w->state.slot));
    }
}

static void tell(struct aw *w, const struct request *latest)
{
    struct boot_info *info = &w->info;
    const struct image_info *image = &w->image[w->running].info;

    memset(info, 0, sizeof(*info));
    info->slot = w->state.slot;
    info->state = w->state.state;
    info->attempts = w->state.attempts;
    info->version = image_version_pack(&image->version);
    info->counter = image->counter;
    info->fuse_counter = w->limits.fuse_counter;
    info->reason = w->state.reason;
    info->release = w->state.release;
    memcpy(info->rejected, w->state.rejected, sizeof(info->rejected));
    memcpy(info->digest, image->digest, OTA_DIGEST_SIZE);
    info->next_request = request_next(latest->sequence, w->state.request);
    boot_info_seal(info);
    memcpy(w->state.digest, image->digest, OTA_DIGEST_SIZE);
}

void aw_boot(struct aw *w)
{
    struct request latest;

    w->waiting = 0;
    for (unsigned i = 0; i < 2u * ATTEMPTS; i++) {
        w->boots++;
        take_request(w, &latest);
        w->running = choose(w);
        w->stuck = w->running == AW_IMAGES;
        if (w->stuck) {
            w->running = 0;
            return;
        }
        w->trials += w->state.state == OTA_TRIAL;
        w->now_ns += 100 * AW_MS;
        if (w->state.state != OTA_TRIAL ||
            w->image[w->running].conduct != AW_CRASHES) {
            break;
        }
    }
    w->boot_ns = w->now_ns;
    tell(w, &latest);
    agent_start(&w->agent, &w->port, &w->figures, &w->info,
                w->state.slot == OTA_SLOT_RECOVERY);
    w->agent.place = w->place;
    w->due_ms = 0;
}

/* ---- the application ------------------------------------------------------------------- */

static void app_turn(struct aw *w)
{
    enum agent_answer answer = AGENT_WAIT;

    if (w->waiting > 0 || now_ms(w) >= w->due_ms) {
        w->due_ms = agent_step(&w->agent);
    }
    if (w->state.state == OTA_TRIAL) {
        answer = agent_trial(&w->agent);
    }
    if (answer != AGENT_WAIT) {
        request(w,
                answer == AGENT_YES ? OTA_REQUEST_CONFIRM : OTA_REQUEST_ABANDON,
                w->state.slot, 0, w->info.digest);
    }
    if (answer != AGENT_WAIT || agent_wants_restart(&w->agent)) {
        aw_boot(w);
    }
}

/* ---- time -------------------------------------------------------------------------------- */

static void deliver(struct aw *w)
{
    struct link_packet packet;
    uint8_t answer[SERVER_ANSWER];

    while (link_take(&w->link, w->now_ns, &packet)) {
        if (packet.direction == LINK_DOWN) {
            if (w->waiting < AW_INBOX) {
                w->inbox[w->waiting++] = packet;
            }
            continue;
        }
        uint32_t length =
            server_receive(&w->server, w->now_ns, packet.from, packet.bytes,
                           packet.length, w->server_image, w->images, answer);
        if (length > 0) {
            (void)link_send(&w->link, w->now_ns, LINK_DOWN, packet.to,
                            packet.from, answer, length);
        }
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_ns(const struct aw *w)
{
    uint64_t next = link_next(&w->link);

    if (w->waiting > 0) {
        return w->now_ns;
    }
    if (w->due_ms != AGENT_NEVER && w->due_ms < AW_NEVER / AW_MS / 2) {
        next = earlier(next, w->boot_ns + w->due_ms * AW_MS);
    }
    return w->state.state == OTA_TRIAL ? earlier(next, w->now_ns + 200 * AW_MS)
                                       : next;
}

/* One event after the other. Nothing may turn without time going on. */
static bool run(struct aw *w, uint64_t end, bool (*done)(const struct aw *w))
{
    uint32_t still = 0;
    uint64_t last = w->now_ns;

    while (!w->stuck && !(done && done(w))) {
        uint64_t next = next_ns(w);
        if (next > end) {
            w->now_ns = end;
            return false;
        }
        w->now_ns = w->now_ns > next ? w->now_ns : next;
        deliver(w);
        app_turn(w);
        still = w->now_ns == last ? still + 1 : 0;
        last = w->now_ns;
        cr_assert_lt(still, 1000, "the agent turns without a pause");
    }
    return done && done(w);
}

bool aw_run(struct aw *w, uint64_t seconds, bool (*done)(const struct aw *w))
{
    uint64_t end = w->now_ns + seconds * AW_SECOND;

    if (setjmp(w->power_lost) != 0) {
        w->now_ns += AW_SECOND; /* off */
        bool more = w->cuts_most == 0 || w->cuts < w->cuts_most;
        w->cut_at = w->cut_again != 0 && more ? w->operations + w->cut_again
                                              : UINT32_MAX;
        aw_boot(w);
    }
    return run(w, end, done);
}

/* ---- start --------------------------------------------------------------------------------- */

void aw_link(struct aw *w, uint32_t latency_ms, uint32_t loss_ppm,
             uint32_t duplicate_ppm, uint32_t reorder_ppm)
{
    struct link_figures figures = {.rate = 60000,
                                   .latency = latency_ms * AW_MS,
                                   .jitter = latency_ms * AW_MS / 4,
                                   .loss = loss_ppm,
                                   .duplicate = duplicate_ppm,
                                   .duplicate_time = AW_SECOND,
                                   .reorder = reorder_ppm,
                                   .reorder_time = 3 * AW_SECOND};

    cr_assert_eq(link_change(&w->link, LINK_UP, &figures), 0);
    cr_assert_eq(link_change(&w->link, LINK_DOWN, &figures), 0);
}

static const struct agent_figures usual = {.server_node = 1,
                                           .server_port = 5683,
                                           .first_poll_ms = 2000,
                                           .poll_ms = 60000,
                                           .poll_jitter_percent = 25,
                                           .ack_timeout_ms = 4000,
                                           .retransmits = 4,
                                           .block_size = 1024,
                                           .battery_mv = 3300,
                                           .energy_percent = 150,
                                           .radio_rx_mw = 194,
                                           .radio_tx_mw = 601,
                                           .request_ms = 30,
                                           .radio_after_mj = 2160,
                                           .flash_uj_per_kib = 760,
                                           .link_losses = 2,
                                           .backoff_ms = 10000,
                                           .backoff_max_ms = 3600000,
                                           .tries = 3,
                                           .trial_server_ms = 20000,
                                           .window_length_s = 86400};

static void open_port(struct aw *w)
{
    w->port_flash = (struct ota_flash){.context = w,
                                       .sector_size = FLASH_SECTOR,
                                       .read = read_flash,
                                       .program = program_flash,
                                       .erase = erase_flash};
    w->port = (struct agent_port){.context = w,
                                  .now_ms = now_ms,
                                  .rtc_ms = rtc_ms,
                                  .random = random_word,
                                  .send = send_packet,
                                  .receive = receive_packet,
                                  .supply = supply,
                                  .alive = alive,
                                  .ask_trial = ask_trial,
                                  .trace = trace,
                                  .flash = &w->port_flash,
                                  .slots = {slot_area(0), slot_area(1)},
                                  .progress = {AW_PROGRESS, AW_PROGRESS_SIZE},
                                  .failed = {AW_FAILED, AW_FAILED_SIZE},
                                  .offers = {AW_OFFERS, AW_OFFERS_SIZE},
                                  .keys = w->keys,
                                  .load_base = LOAD_BASE,
                                  .load_size = LOAD_SIZE,
                                  .counter_capacity = CAPACITY};
}

static void open_keys(struct aw *w)
{
    key_spki(signer(), w->spki);
    cr_assert_eq(key_digest(signer(), w->key_digest[0]), 0);
    w->spkis[0] = w->spki;
    w->keys.digests = (const uint8_t(*)[OTA_DIGEST_SIZE])w->key_digest;
    w->keys.count = 1;
    w->keys.spki = w->spkis;
    w->keys.spki_count = 1;
}

void aw_init(struct aw *w, uint64_t seed)
{
    static const struct flash_figures figures = {.size = FLASH_SIZE,
                                                 .sector = FLASH_SECTOR,
                                                 .page = FLASH_PAGE,
                                                 .unit = 1,
                                                 .program_ns = 700000,
                                                 .erase_ns = 45000000,
                                                 .erase_worn_ns = 400000000,
                                                 .endurance = 100000};
    static const struct link_figures plain;

    memset(w, 0, sizeof(*w));
    cr_assert_eq(flash_init(&w->flash, &figures, seed), 0);
    cr_assert_eq(link_init(&w->link, &plain, &plain, seed, "link.2"), 0);
    server_init(&w->server, seed);
    rng_init(&w->rng, seed, "device");
    w->figures = usual;
    w->supply = (struct agent_supply){3600, UINT32_MAX};
    w->rtc_start_ms = UINT64_C(1700000000000);
    w->cut_at = UINT32_MAX;
    w->fail_at = UINT32_MAX;
    w->limits = (struct policy_limits){.trial_attempts = ATTEMPTS,
                                       .fuse_capacity = CAPACITY};
    w->recovery = AW_IMAGES;
    open_keys(w);
    open_port(w);
    aw_install(w, aw_make(w, "1.0.0", 1, 6000, AW_GOOD), OTA_SLOT_A);
    w->state = (struct boot_state){.sequence = 1,
                                   .slot = OTA_SLOT_A,
                                   .state = OTA_CONFIRMED};
}

bool aw_runs(const struct aw *w, uint32_t image)
{
    return !w->stuck && w->running == image && w->state.state == OTA_CONFIRMED;
}

uint64_t aw_fetched(const struct aw *w)
{
    return w->server.counts.content[SERVER_IMAGE];
}

const struct progress *aw_record(const struct aw *w)
{
    return agent_progress(&w->agent);
}

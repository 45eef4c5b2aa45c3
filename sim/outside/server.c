/* SPDX-License-Identifier: MIT */
#include "outside/server.h"

#include <stddef.h>
#include <string.h>

#include "base/rng.h"
#include "outside/coap.h"
#include "outside/report.h"

#define NS_PER_SECOND UINT64_C(1000000000)
/* RFC 7252, 4.8.2: how long a message id may be repeated. */
#define EXCHANGE_LIFETIME (247u * NS_PER_SECOND)
#define NON_LIFETIME (145u * NS_PER_SECOND)
#define FORMAT_BYTES 42u /* application/octet-stream */
#define SMALL_BLOCK 64u
#define HUGE_NUMBER 65002u /* of an option: elective, as even numbers are */
#define OPTIONS_ROOM 64u   /* for header, token and all other options */

/* One request while it is being answered. */
struct call {
    struct server *server;
    uint64_t now;
    struct endpoint from;
    const uint8_t *bytes;
    const struct server_image *images;
    uint32_t image_count;
    uint32_t resource;
    struct wcoap_message request;

    /* the answer */
    const uint8_t *etag; /* NULL: no content */
    bool has_content;
    bool has_size;
    bool has_observe;
    bool has_block1;
    bool has_block2;
    uint8_t code;
    struct wcoap_block block1;
    struct wcoap_block block2;
    uint32_t size;   /* size of the whole content */
    uint32_t offset; /* length of the payload in it */
    const uint8_t *payload;
    uint32_t length;
};

/* ---- tables ------------------------------------------------------------- */

static const char *const paths[SERVER_RESOURCES] = {
    [SERVER_DESCRIPTION] = "descriptor", [SERVER_IMAGE] = "image",
    [SERVER_STATUS] = "status",          [SERVER_DELTA] = "delta",
    [SERVER_MANIFEST] = "manifest",
};

static const struct {
    const char *name;
    const char *text;
} fault_names[SERVER_FAULTS] = {
    [SERVER_SILENT] = {"silent", "receives requests, but never answers"},
    [SERVER_REFUSE] = {"refuse", "answers with only an error code"},
    [SERVER_CORRUPT] = {"corrupt", "one byte of the content is changed"},
    [SERVER_WRONG_ETAG] =
        {"wrong-etag",
         "the ETag changes during the transfer, the content does not"},
    [SERVER_TRUNCATE] = {"truncate", "blocks come with bytes missing"},
    [SERVER_WRONG_BLOCK] = {"wrong-block",
                            "blocks carry another block's number"},
    [SERVER_WRONG_TOKEN] = {"wrong-token", "answers match no request"},
    [SERVER_OTHER_IMAGE] =
        {"other-image",
         "the content changes during the transfer, the ETag does not"},
    [SERVER_REPLAY] = {"replay",
                       "offers everything it has published so far, in turn"},
    [SERVER_RESTART] = {"restart",
                        "forgets its exchanges before it answers, as after a "
                        "restart"},
    [SERVER_STALL] = {"stall",
                      "acknowledges requests, but the answer never comes"},
    [SERVER_WRONG_SIZE] = {"wrong-size", "Size2 is larger than the content"},
    [SERVER_ENDLESS] = {"endless",
                        "more blocks follow for ever, also past the end"},
    [SERVER_SMALL_BLOCKS] = {"small-blocks",
                             "blocks are smaller than requested"},
    [SERVER_HUGE_OPTION] = {"huge-option",
                            "answers carry a long option that nobody knows"},
};

const char *server_path(enum server_resource resource)
{
    return (unsigned)resource < SERVER_RESOURCES ? paths[resource] : "?";
}

const char *server_fault_name(enum server_fault_kind kind)
{
    return (unsigned)kind < SERVER_FAULTS ? fault_names[kind].name : "?";
}

const char *server_fault_text(enum server_fault_kind kind)
{
    return (unsigned)kind < SERVER_FAULTS ? fault_names[kind].text : "?";
}

int server_fault_find(const char *name)
{
    for (int kind = 0; kind < SERVER_FAULTS; kind++) {
        if (strcmp(fault_names[kind].name, name) == 0) {
            return kind;
        }
    }
    return -1;
}

/* ---- set-up ------------------------------------------------------------- */

void server_init(struct server *server, uint64_t seed)
{
    struct rng rng;

    memset(server, 0, sizeof(*server));
    rng_init(&rng, seed, "server");
    server->next_id = (uint16_t)rng_next(&rng);
    server->szx = WCOAP_SZX_MAX;
}

static void make_etag(uint8_t etag[SERVER_ETAG], uint64_t release,
                      const char *name, const uint8_t *bytes, uint32_t length)
{
    struct rng rng;

    rng_init(&rng, release, name);
    for (uint32_t i = 0; i < length; i++) {
        rng.state = rng_next(&rng) ^ bytes[i];
    }
    uint64_t value = rng_next(&rng);
    for (uint32_t i = 0; i < SERVER_ETAG; i++) {
        etag[i] = (uint8_t)(value >> 8 * i);
    }
}

static int make_offer(struct server_offer *offer, const void *descriptor,
                      uint32_t length, uint32_t image, uint64_t release)
{
    if (length == 0 || length > SERVER_DESCRIPTOR) {
        return -1;
    }
    memset(offer, 0, sizeof(*offer));
    memcpy(offer->descriptor, descriptor, length);
    offer->length = length;
    offer->image = image;
    make_etag(offer->descriptor_etag, release, "etag.descriptor",
              offer->descriptor, length);
    make_etag(offer->image_etag, release, "etag.image", NULL, 0);
    return 0;
}

/* Whatever failed before, this may be better. */
int server_publish(struct server *server, const void *descriptor,
                   uint32_t length, uint32_t image, uint64_t release)
{
    uint32_t place = server->offers % SERVER_OFFERS;
    int err =
        make_offer(&server->offer[place], descriptor, length, image, release);

    if (err == 0) {
        server->shown = place;
        server->offers++;
        server->published = 1;
        server->losses = 0;
    }
    return err;
}

int server_publish_known_good(struct server *server, const void *descriptor,
                              uint32_t length, uint32_t image, uint64_t release)
{
    int err =
        make_offer(&server->known_good, descriptor, length, image, release);

    server->knows_good |= err == 0;
    return err;
}

int server_attach(struct server *server, bool known_good, const void *manifest,
                  uint32_t length, uint64_t release)
{
    struct server_offer *offer =
        known_good ? &server->known_good
                   : &server->offer[(server->offers - 1u) % SERVER_OFFERS];

    if (length > sizeof(offer->manifest)) {
        return -1;
    }
    memcpy(offer->manifest, manifest, length);
    offer->manifest_length = length;
    make_etag(offer->manifest_etag, release, "etag.manifest", offer->manifest,
              length);
    return 0;
}

void server_withdraw(struct server *server)
{
    server->published = 0;
}

/* ---- faults ------------------------------------------------------------- */

static bool is_error_code(uint32_t code)
{
    return code >= WCOAP_BAD_REQUEST && code < WCOAP_CODE(6, 0);
}

int server_misbehave(struct server *server, enum server_fault_kind kind,
                     const struct server_fault *fault)
{
    if ((unsigned)kind >= SERVER_FAULTS ||
        fault->resource >= SERVER_RESOURCES) {
        return -1;
    }
    if (kind == SERVER_REFUSE && fault->value != 0 &&
        !is_error_code(fault->value)) {
        return -1;
    }
    server->fault[kind] = *fault;
    server->fault[kind].on = 1;
    return 0;
}

void server_behave(struct server *server, enum server_fault_kind kind)
{
    if ((unsigned)kind < SERVER_FAULTS) {
        memset(&server->fault[kind], 0, sizeof(server->fault[kind]));
    }
}

static bool is_on(const struct server *server, enum server_fault_kind kind,
                  uint32_t resource)
{
    const struct server_fault *fault = &server->fault[kind];

    return fault->on && (kind == SERVER_SILENT || kind == SERVER_REPLAY ||
                         fault->resource == resource);
}

/* A fault is applied: count it, and switch it off if that was the last time.
 * Returns its value, or `fallback` if it has none. */
static uint32_t strike(struct server *server, enum server_fault_kind kind,
                       uint32_t fallback)
{
    struct server_fault *fault = &server->fault[kind];
    uint32_t value = fault->value != 0 ? fault->value : fallback;

    server->counts.spoilt++;
    if (fault->times > 0 && --fault->times == 0) {
        server_behave(server, kind);
    }
    return value;
}

/* ---- GET ---------------------------------------------------------------- */

/* The device has reported that no application is left. */
static bool is_lost(const struct server *server, uint32_t node)
{
    for (uint32_t i = 0; i < server->losses && i < SERVER_LOST; i++) {
        if (server->lost[i] == node) {
            return true;
        }
    }
    return false;
}

/* What this device is offered; NULL: nothing. */
static const struct server_offer *shown(const struct call *call)
{
    const struct server *server = call->server;

    if (server->knows_good && is_lost(server, call->from.node)) {
        return &server->known_good;
    }
    return server->published ? &server->offer[server->shown] : NULL;
}

/* A device that asks for the descriptor gets the newest one, or the next in
 * turn; from then on it gets that one's image. */
static void turn(struct server *server)
{
    uint32_t kept =
        server->offers < SERVER_OFFERS ? server->offers : SERVER_OFFERS;

    if (!server->published) {
        return;
    }
    if (is_on(server, SERVER_REPLAY, SERVER_DESCRIPTION) ||
        is_on(server, SERVER_REPLAY, SERVER_MANIFEST)) {
        strike(server, SERVER_REPLAY, 0);
        server->shown = (server->shown + 1u) % kept;
    } else {
        server->shown = (server->offers - 1u) % SERVER_OFFERS;
    }
}

/* A block of the content requested: its bytes, and the size of the whole. */
struct view {
    const uint8_t *bytes;
    uint32_t size;
};

static int hex_digit(uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = byte != 0 ? strchr(digits, byte) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* The query "from=" and 16 digits. */
static bool asked_base(const struct call *call, uint8_t base[SERVER_BASE])
{
    static const char name[] = "from=";
    const struct wcoap_option *option =
        wcoap_find(&call->request, WCOAP_URI_QUERY, 0);
    const uint8_t *text = option != NULL ? call->bytes + option->offset : NULL;

    if (option == NULL ||
        option->length != sizeof(name) - 1 + 2 * SERVER_BASE ||
        memcmp(text, name, sizeof(name) - 1) != 0) {
        return false;
    }
    text += sizeof(name) - 1;
    for (uint32_t i = 0; i < SERVER_BASE; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        base[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool find_patch(const struct call *call,
                       const struct server_image *image, struct view *view)
{
    uint8_t base[SERVER_BASE];

    if (!asked_base(call, base)) {
        return false;
    }
    for (uint32_t i = 0; i < image->patches; i++) {
        const struct server_patch *patch = &image->patch[i];

        if (memcmp(patch->base, base, SERVER_BASE) == 0) {
            *view = (struct view){patch->bytes, patch->size};
            return true;
        }
    }
    return false;
}

static bool look_up(const struct call *call, struct view *view)
{
    const struct server_offer *offer = shown(call);

    if (offer == NULL) {
        return false;
    }
    if (call->resource == SERVER_DESCRIPTION) {
        *view = (struct view){offer->descriptor, offer->length};
        return true;
    }
    if (call->resource == SERVER_MANIFEST) {
        *view = (struct view){offer->manifest, offer->manifest_length};
        return offer->manifest_length != 0;
    }
    if (offer->image >= call->image_count ||
        call->images[offer->image].bytes == NULL) {
        return false;
    }
    const struct server_image *image = &call->images[offer->image];
    if (call->resource == SERVER_DELTA) {
        return find_patch(call, image, view);
    }
    *view = (struct view){image->bytes, image->size};
    return true;
}

/* Whether the block, at most this long, comes after the byte where a fault
 * begins. */
static bool reaches(const struct call *call, enum server_fault_kind kind,
                    uint32_t block_size)
{
    const struct server *server = call->server;

    return is_on(server, kind, call->resource) &&
           (uint64_t)call->offset + block_size > server->fault[kind].from;
}

static void spoil_view(struct call *call, uint32_t block_size,
                       struct view *view)
{
    const struct server_fault *fault = &call->server->fault[SERVER_OTHER_IMAGE];

    if (reaches(call, SERVER_OTHER_IMAGE, block_size) &&
        fault->value < call->image_count &&
        call->images[fault->value].bytes != NULL) {
        const struct server_image *other = &call->images[fault->value];
        strike(call->server, SERVER_OTHER_IMAGE, 0);
        *view = (struct view){other->bytes, other->size};
    }
}

/* Smaller blocks than the device asked for, at the same offset. */
static void shrink_block(struct call *call)
{
    struct wcoap_block *block = &call->block2;
    const struct server_fault *fault =
        &call->server->fault[SERVER_SMALL_BLOCKS];
    uint32_t size = fault->value != 0 ? fault->value : SMALL_BLOCK;

    call->offset = block->number * wcoap_block_size(block->szx);
    if (!reaches(call, SERVER_SMALL_BLOCKS, wcoap_block_size(block->szx))) {
        return;
    }
    strike(call->server, SERVER_SMALL_BLOCKS, 0);
    while (block->szx > 0 && wcoap_block_size(block->szx) > size) {
        block->szx--;
        block->number *= 2;
    }
}

/* Past the end the last bytes come again. */
static bool go_on(struct call *call, uint32_t block_size, struct view view)
{
    if (view.size < block_size || !reaches(call, SERVER_ENDLESS, block_size)) {
        return false;
    }
    uint32_t last = view.size - block_size;
    strike(call->server, SERVER_ENDLESS, 0);
    call->block2.more = true;
    call->length = block_size;
    call->payload = view.bytes + (call->offset < last ? call->offset : last);
    return true;
}

static const uint8_t *etag_of(const struct call *call)
{
    const struct server_offer *offer = shown(call);

    if (call->resource == SERVER_MANIFEST) {
        return offer->manifest_etag;
    }
    return call->resource == SERVER_DESCRIPTION ? offer->descriptor_etag
                                                : offer->image_etag;
}

/* Whether the device already has the current content. (RFC 7252, 5.10.6.2) */
static bool holds_it(const struct call *call)
{
    const struct wcoap_message *request = &call->request;
    const uint8_t *etag = etag_of(call);

    for (uint32_t i = 0; i < request->options; i++) {
        const struct wcoap_option *option = &request->option[i];
        if (option->number == WCOAP_ETAG && option->length == SERVER_ETAG &&
            memcmp(call->bytes + option->offset, etag, SERVER_ETAG) == 0) {
            return true;
        }
    }
    return false;
}

/* The block requested, in the server's own block size if that is smaller: the
 * offset stays. */
static int asked_block(struct call *call)
{
    const struct wcoap_option *option =
        wcoap_find(&call->request, WCOAP_BLOCK2, 0);
    struct wcoap_block *block = &call->block2;

    *block = (struct wcoap_block){.szx = (uint8_t)call->server->szx};
    if (option == NULL) {
        return 0;
    }
    call->has_block2 = true;
    if (wcoap_block_read(wcoap_uint(call->bytes, option), block) != 0) {
        return -1;
    }
    while (block->szx > call->server->szx) {
        block->szx--;
        block->number *= 2;
    }
    return block->number < WCOAP_BLOCK_NUMBERS ? 0 : -1;
}

/* The request cannot be answered: nothing there, or a wrong request. */
static uint8_t cut_block(struct call *call, struct view view)
{
    shrink_block(call);
    uint32_t block_size = wcoap_block_size(call->block2.szx);

    /* at most 2^20 blocks of 1024 bytes */
    call->offset = call->block2.number * block_size;
    spoil_view(call, block_size, &view);
    if (!go_on(call, block_size, view)) {
        if (call->offset >= view.size && call->offset > 0) {
            return WCOAP_BAD_REQUEST;
        }
        uint32_t left = view.size - call->offset;
        call->block2.more = left > block_size;
        call->length = call->block2.more ? block_size : left;
        call->payload = view.bytes + call->offset;
    }
    call->size = view.size;
    call->has_content = true;
    call->has_size = wcoap_find(&call->request, WCOAP_SIZE2, 0) != NULL ||
                     (call->offset == 0 && call->block2.more);
    call->has_block2 = call->has_block2 || call->block2.more;
    call->etag = etag_of(call);
    return WCOAP_CONTENT;
}

static bool accepts_bytes(const struct call *call)
{
    const struct wcoap_option *option =
        wcoap_find(&call->request, WCOAP_ACCEPT, 0);

    return option == NULL || wcoap_uint(call->bytes, option) == FORMAT_BYTES;
}

/* ---- observers ---------------------------------------------------------- */

#define OBSERVE_MASK 0xFFFFFFu

static struct server_observer *find_observer(struct server *server,
                                             struct endpoint from)
{
    for (uint32_t i = 0; i < SERVER_OBSERVERS; i++) {
        struct server_observer *observer = &server->observer[i];
        if (observer->used && endpoint_equal(observer->from, from)) {
            return observer;
        }
    }
    return NULL;
}

static void forget_observer(struct server_observer *observer)
{
    if (observer != NULL) {
        memset(observer, 0, sizeof(*observer));
    }
}

/* A free place, or that of the oldest. */
static struct server_observer *observer_place(struct server *server)
{
    struct server_observer *place = &server->observer[0];

    for (uint32_t i = 0; i < SERVER_OBSERVERS && place->used; i++) {
        struct server_observer *observer = &server->observer[i];
        if (!observer->used || observer->number < place->number) {
            place = observer;
        }
    }
    return place;
}

static void register_observer(struct call *call)
{
    const struct wcoap_message *request = &call->request;

    forget_observer(find_observer(call->server, call->from));
    struct server_observer *observer = observer_place(call->server);
    memset(observer, 0, sizeof(*observer));
    observer->from = call->from;
    observer->used = 1;
    observer->number = call->server->registrations++;
    observer->id = UINT32_MAX; /* no notification yet */
    observer->token_length = request->token_length;
    memcpy(observer->token, request->token, request->token_length);
    call->has_observe = true;
}

/* Observe is 0 to register and 1 to end that. */
static void observe(struct call *call)
{
    const struct wcoap_option *option =
        wcoap_find(&call->request, WCOAP_OBSERVE, 0);
    uint32_t wish =
        option != NULL ? wcoap_uint(call->bytes, option) : UINT32_MAX;

    if (call->resource != SERVER_DESCRIPTION) {
        return;
    }
    if (wish == 0) {
        register_observer(call);
    } else if (wish == 1) {
        forget_observer(find_observer(call->server, call->from));
    }
}

/* A reset in answer to a notification. */
static void rejected(struct server *server, struct endpoint from, uint32_t id)
{
    struct server_observer *observer = find_observer(server, from);

    if (observer != NULL && observer->id == id) {
        forget_observer(observer);
    }
}

static uint8_t get(struct call *call)
{
    struct view view = {NULL, 0};

    if (call->resource == SERVER_STATUS) {
        return WCOAP_NOT_ALLOWED;
    }
    if (call->resource == SERVER_DESCRIPTION ||
        call->resource == SERVER_MANIFEST) {
        turn(call->server);
    }
    if (!look_up(call, &view)) {
        return WCOAP_NOT_FOUND;
    }
    if (!accepts_bytes(call)) {
        return WCOAP_NOT_ACCEPTABLE;
    }
    if (asked_block(call) != 0) {
        call->has_block2 = false;
        return WCOAP_BAD_REQUEST;
    }
    observe(call);
    if (holds_it(call)) {
        call->has_block2 = false;
        call->etag = etag_of(call);
        call->server->counts.valid[call->resource]++;
        return WCOAP_VALID;
    }
    uint8_t code = cut_block(call, view);
    call->has_block2 = call->has_block2 && code == WCOAP_CONTENT;
    return code;
}

/* ---- POST --------------------------------------------------------------- */

/* Words of a report, docs/protocol.md. */
enum {
    STATE_IDLE = 0,
    SLOT_RECOVERY = 2,
    WHY_TRIAL_FAILED = 23,
    WHY_TRIES_USED_UP = 25,
    WHY_TRIAL_WATCHDOG = 45,
    WHY_TRIAL_DEADLINE = 46
};

static bool tells_of_loss(const uint8_t *bytes, uint32_t length)
{
    struct device_report report;

    return report_read(bytes, length, &report) == 0 &&
           report.slot == SLOT_RECOVERY && report.state == STATE_IDLE &&
           (report.why == WHY_TRIAL_FAILED || report.why == WHY_TRIES_USED_UP ||
            report.why == WHY_TRIAL_WATCHDOG ||
            report.why == WHY_TRIAL_DEADLINE);
}

static void note_loss(struct server *server, uint32_t node)
{
    if (!is_lost(server, node)) {
        server->lost[server->losses++ % SERVER_LOST] = node;
    }
}

static void keep_report(struct call *call, const uint8_t *bytes,
                        uint32_t length)
{
    struct server *server = call->server;
    struct server_report *report = &server->report[server->next_report];

    memset(report, 0, sizeof(*report));
    report->time_ns = call->now;
    report->from = call->from;
    report->length = length;
    memcpy(report->bytes, bytes, length);
    server->next_report = (server->next_report + 1u) % SERVER_REPORTS;
    server->counts.reports++;
    if (tells_of_loss(bytes, length)) {
        note_loss(server, call->from.node);
    }
}

const struct server_report *server_report(const struct server *server,
                                          uint32_t back)
{
    if (back >= SERVER_REPORTS || back >= server->counts.reports) {
        return NULL;
    }
    return &server->report[(server->next_report + SERVER_REPORTS - 1u - back) %
                           SERVER_REPORTS];
}

static void close_upload(struct server *server)
{
    memset(&server->upload, 0, sizeof(server->upload));
}

/* One block of a report: blocks come in order, from one endpoint. */
static uint8_t post_block(struct call *call, const uint8_t *bytes,
                          uint32_t length)
{
    struct server_upload *upload = &call->server->upload;
    uint32_t block_size = wcoap_block_size(call->block1.szx);
    uint32_t offset = call->block1.number * block_size;

    if (length > block_size || (call->block1.more && length != block_size)) {
        return WCOAP_BAD_REQUEST;
    }
    if (offset == 0) {
        close_upload(call->server);
        upload->from = call->from;
    }
    if (offset != upload->length || !endpoint_equal(upload->from, call->from)) {
        return WCOAP_INCOMPLETE;
    }
    if (length > SERVER_REPORT - upload->length) {
        close_upload(call->server);
        return WCOAP_TOO_LARGE;
    }
    memcpy(upload->bytes + upload->length, bytes, length);
    upload->length += length;
    if (call->block1.more) {
        return WCOAP_CONTINUE;
    }
    keep_report(call, upload->bytes, upload->length);
    close_upload(call->server);
    return WCOAP_CHANGED;
}

static uint8_t post(struct call *call)
{
    const struct wcoap_option *option =
        wcoap_find(&call->request, WCOAP_BLOCK1, 0);
    const uint8_t *bytes = call->bytes + call->request.payload;
    uint32_t length = call->request.payload_length;

    if (call->resource != SERVER_STATUS) {
        return WCOAP_NOT_ALLOWED;
    }
    if (length == 0) {
        return WCOAP_BAD_REQUEST;
    }
    if (option != NULL) {
        if (wcoap_block_read(wcoap_uint(call->bytes, option), &call->block1)) {
            return WCOAP_BAD_REQUEST;
        }
        call->has_block1 = true;
        return post_block(call, bytes, length);
    }
    if (length > SERVER_REPORT) {
        return WCOAP_TOO_LARGE;
    }
    keep_report(call, bytes, length);
    return WCOAP_CHANGED;
}

/* ---- from request to answer --------------------------------------------- */

static const uint16_t understood[] = {WCOAP_URI_HOST,    WCOAP_URI_PORT,
                                      WCOAP_URI_PATH,    WCOAP_URI_QUERY,
                                      WCOAP_ACCEPT,      WCOAP_BLOCK2,
                                      WCOAP_BLOCK1,      WCOAP_PROXY_URI,
                                      WCOAP_PROXY_SCHEME};

static bool has_bad_option(const struct wcoap_message *request)
{
    return wcoap_bad_option(request, understood,
                            sizeof(understood) / sizeof(understood[0])) >= 0;
}

static uint32_t find_resource(const struct call *call)
{
    uint32_t resource = 0;

    while (resource < SERVER_RESOURCES &&
           !wcoap_path_is(call->bytes, &call->request, paths[resource])) {
        resource++;
    }
    return resource;
}

/* What it publishes and the reports are on its disk; the rest is gone. */
static void restart(struct server *server)
{
    struct rng rng;

    rng_init(&rng, server->next_id, "server.restart");
    server->next_id = (uint16_t)rng_next(&rng);
    server->next_exchange = 0;
    memset(server->exchange, 0, sizeof(server->exchange));
    memset(server->observer, 0, sizeof(server->observer));
    close_upload(server);
}

static uint8_t serve(struct call *call)
{
    struct server *server = call->server;

    if (has_bad_option(&call->request)) {
        return WCOAP_BAD_OPTION;
    }
    if (wcoap_find(&call->request, WCOAP_PROXY_URI, 0) != NULL ||
        wcoap_find(&call->request, WCOAP_PROXY_SCHEME, 0) != NULL) {
        return WCOAP_NO_PROXY;
    }
    call->resource = find_resource(call);
    if (call->resource == SERVER_RESOURCES) {
        return WCOAP_NOT_FOUND;
    }
    server->counts.requests[call->resource]++;
    if (is_on(server, SERVER_RESTART, call->resource)) {
        strike(server, SERVER_RESTART, 0);
        restart(server);
    }
    if (is_on(server, SERVER_REFUSE, call->resource)) {
        return (uint8_t)strike(server, SERVER_REFUSE, WCOAP_UNAVAILABLE);
    }
    switch (call->request.code) {
    case WCOAP_GET:
        return get(call);
    case WCOAP_POST:
        return post(call);
    default:
        return WCOAP_NOT_ALLOWED;
    }
}

/* Faults in a block's options and length, applied before it is written. */
static void spoil_block(struct call *call, uint8_t etag[SERVER_ETAG])
{
    struct server *server = call->server;

    if (reaches(call, SERVER_WRONG_ETAG, call->length)) {
        strike(server, SERVER_WRONG_ETAG, 0);
        etag[0] ^= 0xFFu;
    }
    if (reaches(call, SERVER_TRUNCATE, call->length)) {
        uint32_t lacks = strike(server, SERVER_TRUNCATE, 1);
        call->length -= lacks < call->length ? lacks : call->length;
    }
    if (call->has_block2 && reaches(call, SERVER_WRONG_BLOCK, call->length)) {
        call->block2.number += strike(server, SERVER_WRONG_BLOCK, 1);
        call->block2.number %= WCOAP_BLOCK_NUMBERS;
    }
}

/* Faults in what has been written. */
static void spoil_bytes(struct call *call, uint8_t *answer, uint32_t length)
{
    struct server *server = call->server;
    uint32_t from = server->fault[SERVER_CORRUPT].from;

    if (call->has_content && reaches(call, SERVER_CORRUPT, call->length) &&
        from >= call->offset) {
        uint32_t at = length - call->length + (from - call->offset);
        answer[at] ^= (uint8_t)strike(server, SERVER_CORRUPT, 1);
    }
    if (call->request.token_length > 0 &&
        is_on(server, SERVER_WRONG_TOKEN, call->resource)) {
        strike(server, SERVER_WRONG_TOKEN, 0);
        answer[3 + call->request.token_length] ^= 1u;
    }
}

static uint32_t size_lie(const struct call *call)
{
    return is_on(call->server, SERVER_WRONG_SIZE, call->resource)
               ? strike(call->server, SERVER_WRONG_SIZE, 1)
               : 0;
}

static void write_huge_option(struct call *call, struct wcoap_writer *writer)
{
    static const uint8_t bytes[SERVER_ANSWER];
    uint32_t room = SERVER_ANSWER - OPTIONS_ROOM - call->length;

    if (call->has_content &&
        is_on(call->server, SERVER_HUGE_OPTION, call->resource)) {
        uint32_t size = strike(call->server, SERVER_HUGE_OPTION, SMALL_BLOCK);
        wcoap_add(writer, HUGE_NUMBER, bytes, size < room ? size : room);
    }
}

static void write_content(struct call *call, struct wcoap_writer *writer)
{
    uint8_t etag[SERVER_ETAG];

    if (call->etag != NULL) {
        memcpy(etag, call->etag, SERVER_ETAG);
        if (call->has_content) {
            spoil_block(call, etag);
        }
        wcoap_add(writer, WCOAP_ETAG, etag, SERVER_ETAG);
    }
    if (call->has_observe) {
        wcoap_add_uint(writer, WCOAP_OBSERVE,
                       call->server->changes & OBSERVE_MASK);
    }
    if (call->has_content) {
        wcoap_add_uint(writer, WCOAP_CONTENT_FORMAT, FORMAT_BYTES);
    }
    if (call->has_block2) {
        wcoap_add_uint(writer, WCOAP_BLOCK2, wcoap_block_value(call->block2));
    }
    if (call->has_block1) {
        wcoap_add_uint(writer, WCOAP_BLOCK1, wcoap_block_value(call->block1));
    }
    if (call->has_size) {
        wcoap_add_uint(writer, WCOAP_SIZE2, call->size + size_lie(call));
    }
    if (call->code == WCOAP_TOO_LARGE) {
        wcoap_add_uint(writer, WCOAP_SIZE1, SERVER_REPORT);
    }
    write_huge_option(call, writer);
    wcoap_payload(writer, call->payload, call->length);
}

static bool stalls(const struct call *call)
{
    return call->has_content && reaches(call, SERVER_STALL, call->length);
}

static uint32_t write_answer(struct call *call, uint8_t *answer)
{
    struct server *server = call->server;
    const struct wcoap_message *request = &call->request;
    bool confirmable = request->type == WCOAP_CON;
    uint16_t id = confirmable ? request->id : (uint16_t)server->next_id++;
    struct wcoap_writer writer;

    if (stalls(call)) {
        strike(server, SERVER_STALL, 0);
        wcoap_begin(&writer, answer, SERVER_ANSWER, WCOAP_ACK, WCOAP_EMPTY, id);
        return confirmable ? (uint32_t)wcoap_end(&writer) : 0;
    }
    wcoap_begin(&writer, answer, SERVER_ANSWER,
                confirmable ? WCOAP_ACK : WCOAP_NON, call->code, id);
    wcoap_token(&writer, request->token, request->token_length);
    write_content(call, &writer);
    int32_t length = wcoap_end(&writer);
    if (length < 0) {
        return 0; /* cannot happen: SERVER_ANSWER has room for all of it */
    }
    if (call->resource < SERVER_RESOURCES) {
        spoil_bytes(call, answer, (uint32_t)length);
        server->counts.content[call->resource] += call->length;
    }
    return (uint32_t)length;
}

/* ---- messages ----------------------------------------------------------- */

static const struct server_exchange *find_exchange(const struct server *server,
                                                   uint64_t now,
                                                   struct endpoint from,
                                                   uint32_t id)
{
    for (uint32_t i = 0; i < 2 * SERVER_EXCHANGES; i++) {
        const struct server_exchange *exchange = &server->exchange[i];
        if (exchange->until_ns > now && exchange->id == id &&
            endpoint_equal(exchange->from, from)) {
            return exchange;
        }
    }
    return NULL;
}

/* The oldest answer to a request of that kind makes room. */
static struct server_exchange *place_of(const struct call *call)
{
    struct server *server = call->server;
    uint32_t place = server->next_exchange;

    if (call->request.code == WCOAP_GET) {
        server->next_exchange = (place + 1u) % SERVER_EXCHANGES;
        return &server->exchange[place];
    }
    place = server->counts.reports % SERVER_EXCHANGES;
    return &server->exchange[SERVER_EXCHANGES + place];
}

static void remember(const struct call *call, const uint8_t *answer,
                     uint32_t length)
{
    struct server_exchange *exchange = place_of(call);

    memset(exchange, 0, sizeof(*exchange));
    exchange->until_ns =
        call->now +
        (call->request.type == WCOAP_CON ? EXCHANGE_LIFETIME : NON_LIFETIME);
    exchange->from = call->from;
    exchange->id = call->request.id;
    exchange->length = length;
    memcpy(exchange->bytes, answer, length);
}

/* RFC 7252, 4.2 and 4.3: only confirmable messages are rejected with a
 * reset. */
static uint32_t reject(struct server *server,
                       const struct wcoap_message *message, uint8_t *answer)
{
    struct wcoap_writer writer;

    if (message->type != WCOAP_CON) {
        return 0;
    }
    server->counts.resets++;
    wcoap_begin(&writer, answer, SERVER_ANSWER, WCOAP_RST, WCOAP_EMPTY,
                message->id);
    return (uint32_t)wcoap_end(&writer);
}

static uint32_t answer_request(struct call *call, uint8_t *answer)
{
    struct server *server = call->server;
    const struct server_exchange *known =
        find_exchange(server, call->now, call->from, call->request.id);

    if (known != NULL) {
        server->counts.duplicates++;
        memcpy(answer, known->bytes, known->length);
        return known->length;
    }
    call->resource = SERVER_RESOURCES;
    call->code = serve(call);
    if (call->code == WCOAP_BAD_OPTION && call->request.type == WCOAP_NON) {
        server->counts.ignored++; /* RFC 7252, 5.4.1 */
        return 0;
    }
    server->counts.refused += call->code >= WCOAP_BAD_REQUEST;
    uint32_t length = write_answer(call, answer);
    remember(call, answer, length);
    return length;
}

static uint32_t answer_message(struct call *call, uint32_t length,
                               uint8_t *answer)
{
    struct server *server = call->server;
    const struct wcoap_message *message = &call->request;
    int err = wcoap_decode(call->bytes, length, &call->request);

    if (err == WCOAP_E_SHORT || err == WCOAP_E_VERSION) {
        server->counts.malformed++;
        return 0;
    }
    if (err != WCOAP_OK) {
        server->counts.malformed++;
        return reject(server, message, answer);
    }
    bool asks = message->type == WCOAP_CON || message->type == WCOAP_NON;
    if (!asks || message->code == WCOAP_EMPTY || message->code >> 5 != 0) {
        server->counts.ignored++;
        if (message->type == WCOAP_RST) {
            rejected(server, call->from, message->id);
        }
        return reject(server, message, answer);
    }
    return answer_request(call, answer);
}

uint32_t server_receive(struct server *server, uint64_t now,
                        struct endpoint from, const uint8_t *bytes,
                        uint32_t length, const struct server_image *images,
                        uint32_t count, uint8_t answer[SERVER_ANSWER])
{
    struct call call = {.server = server,
                        .now = now,
                        .from = from,
                        .bytes = bytes,
                        .images = images,
                        .image_count = count};

    server->counts.received++;
    if (is_on(server, SERVER_SILENT, 0)) {
        strike(server, SERVER_SILENT, 0);
        return 0;
    }
    uint32_t size = answer_message(&call, length, answer);
    server->counts.answered += size > 0;
    return size;
}

/* ---- notifications ------------------------------------------------------ */

void server_changed(struct server *server)
{
    server->changes = (server->changes + 1u) & OBSERVE_MASK;
}

/* As if the observer had asked again, without an ETag. */
static struct call observers_call(struct server *server,
                                  const struct server_observer *observer,
                                  const struct server_image *images,
                                  uint32_t count)
{
    struct call call = {.server = server,
                        .from = observer->from,
                        .images = images,
                        .image_count = count,
                        .resource = SERVER_DESCRIPTION,
                        .block2 = {.szx = (uint8_t)server->szx}};

    call.request.type = WCOAP_NON;
    call.request.code = WCOAP_GET;
    call.request.token_length = (uint8_t)observer->token_length;
    memcpy(call.request.token, observer->token, observer->token_length);
    return call;
}

uint32_t server_notify(struct server *server, uint32_t observer,
                       const struct server_image *images, uint32_t count,
                       struct endpoint *to, uint8_t bytes[SERVER_ANSWER])
{
    struct server_observer *place = &server->observer[observer];
    struct view view;

    *to = place->from;
    if (!place->used || is_on(server, SERVER_SILENT, 0)) {
        return 0;
    }
    place->id = (uint16_t)server->next_id;
    struct call call = observers_call(server, place, images, count);
    turn(server);
    call.has_observe = look_up(&call, &view);
    call.code = call.has_observe ? cut_block(&call, view) : WCOAP_NOT_FOUND;
    uint32_t length = write_answer(&call, bytes);
    if (!call.has_observe) {
        forget_observer(place);
    }
    return length;
}

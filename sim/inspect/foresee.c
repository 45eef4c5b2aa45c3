/* SPDX-License-Identifier: MIT */
#include "inspect/foresee.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "board/registers.h"
#include "ota/load.h"
#include "ota/map.h"
#include "ota/policy.h"
#include "ota/request.h"
#include "record/event.h"

#include <mbedtls/sha256.h>

#define RAM_SIZE BOARD_APP_SIZE
#define SLOT_PLACE(slot) ((enum decode_place)(PLACE_SLOT_A + (slot)))

/* What is known of the device. */
struct view {
    const uint8_t *flash;
    size_t size;
    struct ota_flash port;
    struct ota_map map;
    uint8_t digests[MAP_KEYS_MAX][OTA_DIGEST_SIZE];
    const uint8_t *spki[MAP_KEYS_MAX];
    struct image_keys keys;
    struct policy_limits boot; /* of bootloaders, applications, recovery */
    struct policy_limits app;
    struct policy_limits recovery;
    uint8_t *ram;
    struct policy_ending ending;
    unsigned tried;
    struct foresight *out;
};

__attribute__((format(printf, 2, 3))) static void note(struct view *view,
                                                       const char *format, ...)
{
    struct foresight *out = view->out;
    va_list args;

    if (out->notes == FORESEE_NOTES) {
        return;
    }
    va_start(args, format);
    vsnprintf(out->note[out->notes++], FORESEE_NOTE, format, args);
    va_end(args);
}

/* ---- the flash, to be read --------------------------------------------- */

static int dump_read(void *context, uint32_t address, void *data,
                     uint32_t length)
{
    const struct view *view = context;

    if (address > view->size || length > view->size - address) {
        return OTA_ERR_RANGE;
    }
    memcpy(data, view->flash + address, length);
    return OTA_OK;
}

static int dump_program(void *context, uint32_t address, const void *data,
                        uint32_t length)
{
    (void)context;
    (void)address;
    (void)data;
    (void)length;
    return OTA_ERR_IO;
}

static int dump_erase(void *context, uint32_t address)
{
    (void)context;
    (void)address;
    return OTA_ERR_IO;
}

/* ---- keys and counters --------------------------------------------------- */

static struct policy_limits limits_of(const struct view *view, uint32_t counter,
                                      uint32_t capacity)
{
    return (struct policy_limits){
        .trial_attempts = view->map.trial_attempts,
        .power_losses = (uint8_t)view->map.trial_power_losses,
        .mechanism = view->map.mechanism,
        .fuse_counter = counter,
        .fuse_capacity = capacity,
    };
}

/* Trust is rooted in the fuses; without them, in every key in the
 * devicetree. */
static void read_trust(struct view *view, const void *dtb, size_t dtb_size,
                       const struct fuse_view *fuses)
{
    uint32_t spki = map_read_keys(dtb, (uint32_t)dtb_size, view->spki);
    static const struct fuse_view new_device;
    const struct fuse_view *known = fuses != NULL ? fuses : &new_device;

    for (uint32_t i = 0; fuses == NULL && i < spki; i++) {
        mbedtls_sha256(view->spki[i], IMAGE_SPKI_SIZE, view->digests[i], 0);
    }
    for (uint32_t i = 0; fuses != NULL && i < OTP_ROOT_KEYS; i++) {
        memcpy(view->digests[i], fuses->root[i], OTA_DIGEST_SIZE);
    }
    view->keys = (struct image_keys){
        .digests = (const uint8_t(*)[OTA_DIGEST_SIZE])view->digests,
        .count = fuses != NULL ? OTP_ROOT_KEYS : spki,
        .first_valid = known->epoch.value,
        .spki = view->spki,
        .spki_count = spki,
    };
    view->boot =
        limits_of(view, known->boot_counter.value, OTP_BOOT_COUNTER_BITS);
    view->app = limits_of(view, known->counter.value, OTP_COUNTER_BITS);
    view->recovery = limits_of(view, known->recovery_counter.value,
                               OTP_RECOVERY_COUNTER_BITS);
}

/* ---- one image ------------------------------------------------------------ */

/* In the order of enum decode_place. */
static const struct {
    enum map_part part;
    uint32_t base;
    uint32_t size;
} places[PLACE_COUNT] = {
    [PLACE_BOOT_A] = {MAP_BOOT_A, BOARD_BOOT_BASE, BOARD_BOOT_SIZE},
    [PLACE_BOOT_B] = {MAP_BOOT_B, BOARD_BOOT_BASE, BOARD_BOOT_SIZE},
    [PLACE_SLOT_A] = {MAP_SLOT_A, BOARD_APP_BASE, BOARD_APP_SIZE},
    [PLACE_SLOT_B] = {MAP_SLOT_B, BOARD_APP_BASE, BOARD_APP_SIZE},
    [PLACE_RECOVERY] = {MAP_RECOVERY, BOARD_RECOVERY_BASE,
                        BOARD_APP_BASE + BOARD_APP_SIZE - BOARD_RECOVERY_BASE},
};

static struct image_limits place_limits(const struct view *view,
                                        enum decode_place place)
{
    return (struct image_limits){view->map.parts[places[place].part].length,
                                 places[place].base, places[place].size, true};
}

static const struct policy_limits *place_policy(const struct view *view,
                                                enum decode_place place)
{
    return place <= PLACE_BOOT_B     ? &view->boot
           : place == PLACE_RECOVERY ? &view->recovery
                                     : &view->app;
}

static void judge_place(struct view *view, enum decode_place place)
{
    struct foresee_place *judged = &view->out->place[place];
    struct image_limits limits = place_limits(view, place);
    uint32_t size = 0;

    if (view->map.parts[places[place].part].length == 0) {
        judged->reason = OTA_REASON_EMPTY; /* no such place */
        return;
    }
    judged->reason =
        image_load(&view->port, view->map.parts[places[place].part], &limits,
                   view->ram, &size);
    if (judged->reason == OTA_REASON_NONE) {
        judged->reason =
            image_verify(view->ram, size, &limits, &view->keys, &judged->info);
    }
    if (judged->reason == OTA_REASON_NONE) {
        judged->reason = policy_allow(&judged->info, place_policy(view, place));
    }
    if (judged->reason == OTA_REASON_NONE) {
        judged->reason = image_check_entry(view->ram, &judged->info, &limits);
    }
}

/* What the image in that place claims to be; false if it cannot be read. */
static bool peek(const struct view *view, enum decode_place place,
                 struct image_info *claim)
{
    struct image_limits limits = place_limits(view, place);

    return image_peek(&view->port, view->map.parts[places[place].part], &limits,
                      claim) == OTA_REASON_NONE;
}

/* ---- the ROM -------------------------------------------------------------- */

/* The copy that claims to be newer comes first; boot-a if both are equal. */
static unsigned first_copy(const struct view *view)
{
    struct image_info a;
    struct image_info b;
    bool has_a = peek(view, PLACE_BOOT_A, &a);
    bool has_b = peek(view, PLACE_BOOT_B, &b);

    if (!has_a || !has_b) {
        return has_a ? 0 : 1;
    }
    return image_version_compare(&b.version, &a.version) > 0 ? 1 : 0;
}

static void boot_rom(struct view *view)
{
    struct foresight *out = view->out;
    unsigned first = first_copy(view);

    for (unsigned i = 0; i < 2 && !out->rom_boots; i++) {
        out->copy = first ^ i;
        out->rom_boots =
            out->place[PLACE_BOOT_A + out->copy].reason == OTA_REASON_NONE;
    }
}

/* ---- the bootloader -------------------------------------------------------- */

/* "try" where the layout says "trial". */
static const char *request_verb(const struct request *request)
{
    return request->kind == OTA_REQUEST_TRIAL
               ? "try"
               : decode_request_name(request->kind);
}

static void take_request(struct view *view)
{
    struct boot_state *state = &view->out->state;
    struct boot_state next;
    struct request request;
    bool changed = false;

    if (request_latest(&view->port, view->map.parts[MAP_REQUESTS], &request) !=
            0 ||
        state->sequence == 0) {
        return;
    }
    enum ota_reason verdict =
        policy_request(state, &request, &view->app, &next, &changed);
    if (!changed) {
        return;
    }
    *state = next;
    if (verdict == OTA_REASON_NONE && request.kind == OTA_REQUEST_ALIVE) {
        view->ending.alive = true;
    } else if (verdict == OTA_REASON_NONE) {
        note(view, "a request asks to %s %s", request_verb(&request),
             decode_slot_name(request.slot));
    } else {
        note(view, "a request to %s %s is refused (%s)", request_verb(&request),
             decode_slot_name(request.slot), reason_name(verdict));
    }
}

/* The trial is over: follow the fallback and try what is there. */
static void end_trial(struct view *view, const struct boot_state *next)
{
    struct boot_state *state = &view->out->state;

    note(view, "the trial of %s is used up (%s)", decode_slot_name(state->slot),
         reason_name(next->reason));
    view->out->refused[state->slot] = (enum ota_reason)next->reason;
    view->tried |= 1u << state->slot;
    *state = *next;
}

static void count_attempt(struct view *view)
{
    struct boot_state *state = &view->out->state;
    struct boot_state next;
    bool changed = false;
    bool gave_up = false;

    policy_choose(state, &view->app, &view->ending, &next, &changed, &gave_up);
    if (gave_up) {
        end_trial(view, &next);
        policy_choose(state, &view->app, &view->ending, &next, &changed,
                      &gave_up);
    }
    *state = changed ? next : *state;
}

static enum ota_reason try_chosen(struct view *view)
{
    struct boot_state *state = &view->out->state;
    struct image_info claim;

    count_attempt(view);
    const struct foresee_place *chosen =
        &view->out->place[SLOT_PLACE(state->slot)];
    if (chosen->reason != OTA_REASON_NONE) {
        return chosen->reason;
    }
    enum ota_slot other =
        policy_way_out((enum ota_slot)state->slot, &view->app);
    bool known = policy_has_fallback(state) && other != OTA_SLOT_RECOVERY &&
                 peek(view, SLOT_PLACE(other), &claim);

    return policy_admit(state, &chosen->info, known ? &claim : NULL,
                        &view->app);
}

static bool move_on(struct view *view, enum ota_reason reason)
{
    static const uint8_t nobody[OTA_DIGEST_SIZE];
    struct boot_state *state = &view->out->state;
    const struct image_info *info =
        &view->out->place[SLOT_PLACE(state->slot)].info;
    bool outdone = policy_outdone(reason, info, &view->app);
    struct boot_state next;

    note(view, "%s is refused (%s)", decode_slot_name(state->slot),
         reason_name(reason));
    view->out->refused[state->slot] = reason;
    view->tried |= outdone ? 0 : 1u << state->slot;
    bool left = policy_reject(state, reason, outdone ? nobody : info->digest,
                              view->tried, &view->app, &next);
    *state = left ? next : *state;
    return left;
}

static void start_over(struct view *view)
{
    struct policy_candidate candidates[2];

    note(view, "the journal has no valid record");
    for (unsigned slot = OTA_SLOT_A; slot <= OTA_SLOT_B; slot++) {
        const struct foresee_place *place = &view->out->place[SLOT_PLACE(slot)];

        candidates[slot] =
            (struct policy_candidate){place->reason, place->info};
        view->out->refused[slot] = place->reason;
        view->tried |= place->reason != OTA_REASON_NONE ? 1u << slot : 0;
    }
    policy_start_over(candidates, &view->app, &view->out->state);
}

static bool resort_to(struct view *view, enum ota_slot slot)
{
    const struct foresee_place *place = &view->out->place[SLOT_PLACE(slot)];
    struct boot_state next;

    if (place->reason != OTA_REASON_NONE) {
        return false;
    }
    view->out->wait_s = policy_resort(&view->out->state, slot,
                                      place->info.digest, &view->app, &next);
    view->out->state = next;
    note(view, "nothing better is left, so it is tried again");
    return true;
}

/* Every slot can be refused once, plus one more try for a trial that was
 * outdone by its fallback. */
#define TRIES (OTA_SLOT_COUNT + 1u)

static void rule_out_missing(struct view *view)
{
    for (unsigned slot = 0; slot < OTA_SLOT_COUNT; slot++) {
        if (!mechanism_has(mechanism_of(view->map.mechanism), slot)) {
            view->tried |= 1u << slot;
        }
    }
}

static bool select_slot(struct view *view)
{
    for (unsigned i = 0; i < TRIES; i++) {
        enum ota_reason reason = try_chosen(view);

        if (reason == OTA_REASON_NONE) {
            return true;
        }
        if (!move_on(view, reason)) {
            break;
        }
    }
    enum ota_slot first = policy_resort_first(&view->out->state);

    return resort_to(view, first) || resort_to(view, policy_other(first));
}

static void boot_slots(struct view *view)
{
    struct journal journal;

    if (journal_open(&journal, &view->port, view->map.parts[MAP_JOURNAL]) !=
        0) {
        return;
    }
    view->out->state = journal.now;
    rule_out_missing(view);
    take_request(view);
    if (view->out->state.sequence == 0) {
        start_over(view);
    }
    view->out->boots = select_slot(view);
}

/* ---- the whole -------------------------------------------------------------- */

/* What to look at; owned by the caller. */
struct dump {
    const uint8_t *flash;
    size_t size;
    const void *dtb;
    size_t dtb_size;
    const struct fuse_view *fuses;
};

static int open_view(struct view *view, const struct dump *dump,
                     struct foresight *out, struct diag *diag)
{
    memset(out, 0, sizeof *out);
    *view = (struct view){.flash = dump->flash,
                          .size = dump->size,
                          .out = out,
                          .ending = {.power_on = true}};
    if (map_read(dump->dtb, (uint32_t)dump->dtb_size, &view->map) != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the devicetree lacks properties that the boot chain "
                         "needs; what boots next is unknown");
    }
    out->slots = mechanism_of(view->map.mechanism)->slots;
    view->ram = malloc(RAM_SIZE);
    if (view->ram == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    view->port = (struct ota_flash){view, view->map.sector_size, dump_read,
                                    dump_program, dump_erase};
    read_trust(view, dump->dtb, dump->dtb_size, dump->fuses);
    return 0;
}

static int look(const struct dump *dump, bool loaded, struct foresight *out,
                struct diag *diag)
{
    struct view view;
    int err = open_view(&view, dump, out, diag);

    if (err) {
        return err;
    }
    for (unsigned i = loaded ? PLACE_SLOT_A : 0; i < PLACE_COUNT; i++) {
        judge_place(&view, (enum decode_place)i);
    }
    if (loaded) {
        out->rom_boots = true;
    } else {
        boot_rom(&view);
    }
    if (out->rom_boots) {
        boot_slots(&view);
    }
    free(view.ram);
    return 0;
}

int foresee(const uint8_t *flash, size_t size, const void *dtb, size_t dtb_size,
            const struct fuse_view *fuses, struct foresight *out,
            struct diag *diag)
{
    const struct dump dump = {flash, size, dtb, dtb_size, fuses};

    return look(&dump, false, out, diag);
}

int foresee_bootloader(const uint8_t *flash, size_t size, const void *dtb,
                       size_t dtb_size, const struct fuse_view *fuses,
                       struct foresight *out, struct diag *diag)
{
    const struct dump dump = {flash, size, dtb, dtb_size, fuses};

    return look(&dump, true, out, diag);
}

/* ---- in words ---------------------------------------------------------------- */

struct text {
    char *out;
    size_t size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text,
                                                      const char *format, ...)
{
    size_t room = text->size - text->used;
    va_list args;

    va_start(args, format);
    int n = vsnprintf(text->out + text->used, room, format, args);
    va_end(args);
    if (n > 0) {
        text->used += (size_t)n < room ? (size_t)n : room - 1;
    }
}

static void put_nothing(struct text *text, const struct foresight *foresight)
{
    if (!foresight->rom_boots) {
        put(text, "boots nothing: the ROM refuses boot-a (%s) and boot-b (%s)",
            reason_name(foresight->place[PLACE_BOOT_A].reason),
            reason_name(foresight->place[PLACE_BOOT_B].reason));
        return;
    }
    put(text, "boots nothing: the bootloader refuses ");
    for (unsigned i = PLACE_SLOT_A; i < PLACE_COUNT; i++) {
        bool last = foresight->slots >> (i + 1 - PLACE_SLOT_A) == 0;

        if (foresight->slots >> (i - PLACE_SLOT_A) & 1u) {
            put(text, "%s%s (%s)",
                i == PLACE_SLOT_A ? ""
                : last            ? " and "
                                  : ", ",
                decode_place_name((enum decode_place)i),
                reason_name(foresight->place[i].reason));
        }
    }
}

static void put_image(struct text *text, const struct foresight *foresight)
{
    const struct boot_state *state = &foresight->state;
    const struct image_version *version =
        &foresight->place[SLOT_PLACE(state->slot)].info.version;

    put(text, "boots next: %s, version %u.%u.%u", decode_slot_name(state->slot),
        version->major, version->minor, version->revision);
    if (state->state == OTA_TRIAL) {
        put(text, ", on trial, %u attempt%s left after it", state->attempts,
            state->attempts == 1 ? "" : "s");
    } else {
        put(text, ", confirmed");
    }
    if (foresight->wait_s > 0) {
        put(text, ", after %u s", (unsigned)foresight->wait_s);
    }
}

void foresee_text(const struct foresight *foresight, char *out, size_t size)
{
    struct text text = {out, size, 0};

    if (!foresight->boots) {
        put_nothing(&text, foresight);
        return;
    }
    put_image(&text, foresight);
    for (unsigned i = 0; i < foresight->notes; i++) {
        put(&text, "%s%s", i == 0 ? ": " : ", ", foresight->note[i]);
    }
}

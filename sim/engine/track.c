/* SPDX-License-Identifier: MIT */
/* Finds what differs from what was recorded last. */
#include "engine/track.h"

#include <string.h>

#include "image/bytes.h"

_Static_assert((int)FLASH_BY_PROGRAM == CHANGE_BY_PROGRAM &&
                   (int)FLASH_BY_ERASE == CHANGE_BY_ERASE &&
                   (int)FLASH_BY_CUT == CHANGE_BY_CUT &&
                   (int)FLASH_BY_DAMAGE == CHANGE_BY_DAMAGE,
               "causes go into the file as they are");
_Static_assert((int)CHANGES_PACKET == (int)LINK_BYTES,
               "every datagram of the link fits");
_Static_assert(sizeof(struct changes_state) == 7 * 4 &&
                   sizeof(struct changes_link) == 3 * 8 + 6 * 4,
               "compared whole: no padding");

/* Where changes belong: to a device, at one event. */
struct teller {
    struct track *track;
    struct change head; /* device, event, time */
    int err;
};

static void tell(struct teller *teller, const struct change *change)
{
    if (teller->err == 0) {
        teller->err = changes_add(&teller->track->changes, change);
    }
}

static struct change change_of(const struct teller *teller,
                               enum change_kind kind)
{
    struct change change = teller->head;

    change.kind = kind;
    return change;
}

/* ---- flash -------------------------------------------------------------------- */

static void tell_bytes(struct teller *teller, const struct flash *flash,
                       uint32_t address, uint32_t length,
                       enum change_cause cause)
{
    const uint8_t *bytes = &flash->array[address];
    bool same = all_bytes(bytes, length, bytes[0]);
    struct change change = change_of(teller, same ? CHANGE_FILL : CHANGE_BYTES);

    change.cause = cause;
    change.address = address;
    change.length = length;
    change.value = same ? bytes[0] : 0;
    change.bytes = bytes;
    tell(teller, &change);
}

/* Runs of equal words. */
static void tell_taint(struct teller *teller, const struct flash *flash,
                       uint32_t address, uint32_t length,
                       enum change_cause cause)
{
    uint32_t end = (address + length) / 4;

    for (uint32_t word = address / 4; word < end;) {
        struct change change = change_of(teller, CHANGE_TAINT);
        uint32_t from = word;

        while (word < end && flash->taint[word] == flash->taint[from]) {
            word++;
        }
        change.cause = cause;
        change.address = from * 4;
        change.length = (word - from) * 4;
        change.value = flash->taint[from];
        tell(teller, &change);
    }
}

static void tell_wear(struct teller *teller, const struct flash *flash,
                      struct track_device *seen, uint32_t sector)
{
    struct change change = change_of(teller, CHANGE_WEAR);

    if (flash->erase_count[sector] == seen->erases[sector]) {
        return;
    }
    seen->erases[sector] = flash->erase_count[sector];
    change.address = sector * FLASH_BLOCK;
    change.erases = flash->erase_count[sector];
    tell(teller, &change);
}

static void tell_notes(struct teller *teller, struct flash *flash,
                       struct track_device *seen)
{
    for (uint32_t i = flash->notes_from; i < flash->notes_to; i++) {
        const struct flash_note *note = &flash->note[i];
        uint32_t at = i * FLASH_BLOCK;
        enum change_cause cause = (enum change_cause)note->cause;

        if (note->array.to == 0) {
            continue;
        }
        tell_bytes(teller, flash, at + note->array.from,
                   (uint32_t)note->array.to - note->array.from, cause);
        tell_taint(teller, flash, at + note->taint.from,
                   (uint32_t)note->taint.to - note->taint.from, cause);
        tell_wear(teller, flash, seen, i);
    }
    flash_noted(flash);
}

static void tell_locks(struct teller *teller, const struct flash *flash,
                       struct track_device *seen)
{
    uint8_t bits[FLASH_MAX_BLOCKS / 8] = {0};
    uint32_t sectors = flash->figures.size / FLASH_BLOCK;
    struct change change = change_of(teller, CHANGE_LOCKS);

    if (memcmp(flash->locked, seen->locked, sizeof seen->locked) == 0) {
        return;
    }
    memcpy(seen->locked, flash->locked, sizeof seen->locked);
    for (uint32_t i = 0; i < sectors; i++) {
        bits[i / 8] |= (uint8_t)((flash->locked[i] & 1u) << i % 8);
    }
    change.length = (sectors + 7) / 8;
    change.bytes = bits;
    tell(teller, &change);
}

/* ---- the rest of a device -------------------------------------------------------- */

static void tell_fuses(struct teller *teller, const struct otp *otp,
                       struct track_device *seen)
{
    uint8_t words[2 * sizeof otp->words];
    struct change change = change_of(teller, CHANGE_FUSES);

    if (memcmp(otp->words, seen->fuses, sizeof seen->fuses) == 0 &&
        memcmp(otp->weak, seen->weak, sizeof seen->weak) == 0 &&
        otp->locked == seen->fuses_locked) {
        return;
    }
    memcpy(seen->fuses, otp->words, sizeof seen->fuses);
    memcpy(seen->weak, otp->weak, sizeof seen->weak);
    seen->fuses_locked = otp->locked;
    for (uint32_t i = 0; i < OTP_WORDS; i++) {
        put_le32(&words[4 * i], otp->words[i]);
        put_le32(&words[4 * (OTP_WORDS + i)], otp->weak[i]);
    }
    change.fuses.words = words;
    change.fuses.locked = otp->locked;
    tell(teller, &change);
}

static uint32_t cpu_of(const struct world_device *device)
{
    if (device->dead) {
        return CHANGES_CPU_DEAD;
    }
    if (device->board.reset_asserted) {
        return CHANGES_CPU_OFF;
    }
    return device->wait == WAIT_ASLEEP || device->wait == WAIT_LOST
               ? CHANGES_CPU_SLEEPS
               : CHANGES_CPU_RUNS;
}

static void tell_state(struct teller *teller, const struct world_device *device,
                       struct track_device *seen)
{
    const struct board *board = &device->board;
    const struct battery *battery = &device->battery;
    struct change change = change_of(teller, CHANGE_STATE);

    change.state = (struct changes_state){
        .millivolts = board->battery_mv,
        .left_mj = board->left_mj,
        .drained_mj = board->drained_mj,
        .capacity_mj = (uint32_t)(battery->figures.capacity_uj / 1000u),
        .cpu = cpu_of(device),
        .radio = radio_state_at(&board->radio, change.time_ns),
        .registered = board->radio.registered,
    };
    if (memcmp(&change.state, &seen->state, sizeof seen->state) != 0) {
        seen->state = change.state;
        tell(teller, &change);
    }
}

static struct changes_link link_of(const struct link_figures *figures)
{
    return (struct changes_link){
        .rate = figures->rate,
        .latency = figures->latency,
        .jitter = figures->jitter,
        .loss = figures->loss,
        .burst_begin = figures->burst_begin,
        .burst_end = figures->burst_end,
        .burst_loss = figures->burst_loss,
        .duplicate = figures->duplicate,
        .mtu = figures->mtu,
    };
}

static void tell_link(struct teller *teller, const struct link *link,
                      struct track_device *seen)
{
    struct change change = change_of(teller, CHANGE_LINK);

    for (unsigned i = 0; i < LINK_DIRECTIONS; i++) {
        change.link[i] = link_of(&link->way[i].figures);
    }
    if (memcmp(change.link, seen->link, sizeof seen->link) != 0) {
        memcpy(seen->link, change.link, sizeof seen->link);
        tell(teller, &change);
    }
}

static void tell_device(struct teller *teller, struct world_device *device,
                        struct track_device *seen)
{
    struct flash *flash = &device->board.flash;

    tell_notes(teller, flash, seen);
    tell_locks(teller, flash, seen);
    tell_fuses(teller, &device->board.otp, seen);
    tell_state(teller, device, seen);
    tell_link(teller, &device->link, seen);
}

static void tell_offer(struct teller *teller, const struct server *server)
{
    struct track *track = teller->track;
    const struct server_offer *offer = &server->offer[server->shown];
    struct change change = change_of(teller, CHANGE_OFFER);

    if (server->published == track->published &&
        server->offers == track->offers && server->shown == track->shown) {
        return;
    }
    track->published = server->published;
    track->offers = server->offers;
    track->shown = server->shown;
    if (server->published && offer->length <= CHANGES_DESCRIPTOR) {
        change.length = offer->length;
        change.bytes = offer->descriptor;
    }
    tell(teller, &change);
}

static void tell_packet(struct teller *teller,
                        const struct track_packet *packet)
{
    struct change change = change_of(teller, CHANGE_PACKET);

    change.length = packet->length;
    change.value = (uint8_t)packet->marks;
    change.bytes = packet->bytes;
    tell(teller, &change);
}

static int tell_all(struct track *track, struct world *world,
                    const struct event *event)
{
    struct teller teller = {
        .track = track,
        .head = {.event = (uint32_t)event->sequence, .time_ns = event->time_ns},
    };

    for (uint32_t i = 0; i < world->devices; i++) {
        teller.head.device = i + 1;
        tell_device(&teller, &world->device[i], &track->device[i]);
    }
    teller.head.device = 0;
    tell_offer(&teller, &world->server);
    teller.head.device = event->device;
    if (track->packet != NULL) {
        tell_packet(&teller, track->packet);
    }
    return teller.err;
}

/* ---- before power comes on --------------------------------------------------------- */

/* For all devices, what was recorded so far: a sector with the same contents is
 * not recorded again. */
struct told {
    uint32_t count;
    struct {
        uint32_t device;
        uint32_t address;
    } at[SCENARIO_DEVICES * FLASH_MAX_BLOCKS];
};

static bool tell_copy(struct teller *teller, const struct world *world,
                      const struct told *told, uint32_t address)
{
    const uint8_t *bytes =
        &world->device[teller->head.device - 1].board.flash.array[address];

    for (uint32_t i = 0; i < told->count; i++) {
        const struct world_device *device =
            &world->device[told->at[i].device - 1];

        if (memcmp(&device->board.flash.array[told->at[i].address], bytes,
                   FLASH_BLOCK) == 0) {
            struct change change = change_of(teller, CHANGE_COPY);

            change.address = address;
            change.length = FLASH_BLOCK;
            change.from.device = told->at[i].device;
            change.from.address = told->at[i].address;
            tell(teller, &change);
            return true;
        }
    }
    return false;
}

static void tell_sectors(struct teller *teller, const struct world *world,
                         struct told *told)
{
    const struct flash *flash =
        &world->device[teller->head.device - 1].board.flash;

    for (uint32_t at = 0; at < flash->figures.size; at += FLASH_BLOCK) {
        if (all_bytes(&flash->array[at], FLASH_BLOCK, 0xff) ||
            tell_copy(teller, world, told, at)) {
            continue;
        }
        tell_bytes(teller, flash, at, FLASH_BLOCK, CHANGE_BY_START);
        told->at[told->count].device = teller->head.device;
        told->at[told->count++].address = at;
    }
}

static void tell_worn(struct teller *teller, const struct world *world)
{
    uint32_t i = teller->head.device - 1;
    const struct flash *flash = &world->device[i].board.flash;
    uint32_t sectors = flash->figures.size / FLASH_BLOCK;

    for (uint32_t sector = 0; sector < sectors; sector++) {
        tell_wear(teller, flash, &teller->track->device[i], sector);
    }
}

int track_begin(struct track *track, struct world *world,
                const struct board_map *map)
{
    const struct flash_figures *figures = &world->device[0].board.flash.figures;
    struct changes_shape shape = {.devices = world->devices,
                                  .size = figures->size,
                                  .sector = figures->sector,
                                  .page = figures->page,
                                  .map = *map};
    struct teller teller = {.track = track};
    struct told told = {.count = 0};

    track->on = true;
    teller.err = changes_begin(&track->changes, &shape);
    for (uint32_t i = 0; i < world->devices; i++) {
        teller.head.device = i + 1;
        tell_sectors(&teller, world, &told);
        tell_worn(&teller, world);
        flash_noted(&world->device[i].board.flash);
    }
    return teller.err ? teller.err : tell_all(track, world, &(struct event){0});
}

int track_event(struct track *track, struct world *world,
                const struct event *event)
{
    return track->on ? tell_all(track, world, event) : 0;
}

int track_copy(struct track *to, const struct track *from)
{
    struct changes held = to->changes;

    *to = *from;
    to->changes = held;
    return changes_copy(&to->changes, &from->changes);
}

void track_free(struct track *track)
{
    changes_free(&track->changes);
    track->on = false;
}

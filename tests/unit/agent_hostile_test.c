/* SPDX-License-Identifier: MIT */
/*
 * The update agent against who would wear it out or stop it: a server that
 * contradicts itself, clocks that jump, a log that fails or was made up, power
 * that fails while a failure is being noted.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "unit/agent_world.h"

#define SIZE 12000u /* of an update */
#define HOUR UINT64_C(3600)

static struct aw world;
static struct aw *const w = &world;
static uint32_t update; /* the image */

static void setup(void)
{
    aw_init(w, 7);
    update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
    aw_link(w, 40, 0, 0, 0);
}

TestSuite(hostile, .init = setup);

static bool updated(const struct aw *at)
{
    return aw_runs(at, update);
}

static bool final(const struct aw *at)
{
    return aw_record(at)->final;
}

static void spoil(enum server_fault_kind kind, struct server_fault fault)
{
    fault.on = 1;
    cr_assert_eq(server_misbehave(&w->server, kind, &fault), 0);
}

/* Of the slot that does not run at first. */
static uint32_t most_erased(void)
{
    uint32_t most = 0;

    for (uint32_t at = 0; at < AW_SLOT_SIZE; at += FLASH_SECTOR) {
        uint32_t count =
            w->flash.erase_count[(aw_slot(OTA_SLOT_B) + at) / FLASH_BLOCK];
        most = count > most ? count : most;
    }
    return most;
}

/* ---- clocks -------------------------------------------------------------- */

/* One that was never set, or is set wrongly, must not keep an update away. */
Test(hostile, a_clock_may_say_anything)
{
    static const uint64_t times[] = {0,
                                     UINT64_C(4294967295000),
                                     UINT64_C(4294967296000),
                                     UINT64_C(8589934592000),
                                     UINT64_MAX / 2,
                                     UINT64_MAX - 86400000};

    for (unsigned i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        setup();
        w->rtc_start_ms = times[i];
        spoil(SERVER_CORRUPT, (struct server_fault){.resource = SERVER_IMAGE,
                                                    .from = 5000,
                                                    .times = 1});
        aw_publish(w, update, 1);
        aw_boot(w);
        cr_assert(aw_run(w, 300, updated), "clock %u", i);
        cr_assert_eq(w->events[AGENT_EVENT_FAIL], 1);
    }
}

/* ---- two servers behind one name ------------------------------------------- */

static uint32_t two[2];

static uint32_t failures_seen;

static bool another_failure(const struct aw *at)
{
    return at->events[AGENT_EVENT_FAIL] != failures_seen;
}

/* Whenever a download has failed, the other one answers, under the number that
 * comes next or under its own again. */
static void contradict(uint64_t hours, bool rising)
{
    uint64_t end = w->now_ns + hours * HOUR * AW_SECOND;

    failures_seen = 0;
    while (aw_run(w, (end - w->now_ns) / AW_SECOND, another_failure)) {
        failures_seen = w->events[AGENT_EVENT_FAIL];
        uint32_t other = failures_seen & 1u;
        aw_publish(w, two[other], 1 + (rising ? failures_seen : other));
    }
}

static void begin_contradicting(void)
{
    two[0] = update;
    two[1] = aw_make(w, "1.2.0", 1, SIZE, AW_GOOD);
    spoil(SERVER_WRONG_ETAG,
          (struct server_fault){.resource = SERVER_IMAGE, .from = 1024});
    aw_publish(w, update, 1);
    aw_boot(w);
}

/* Whoever can sign can have it fetch for ever, but less and less often. */
Test(hostile, releases_that_take_turns_cost_little)
{
    begin_contradicting();
    contradict(24, true);
    cr_assert_gt(failures_seen, 10);

    cr_assert_leq(most_erased(), 50);
}

Test(hostile, releases_that_are_played_again_cost_nothing)
{
    begin_contradicting();
    contradict(24, false);
    cr_assert_leq(failures_seen, 4);
    cr_assert_leq(most_erased(), 4);
}

/* ---- answers that match, and lie --------------------------------------------- */

struct lie {
    const char *what;
    uint8_t code;
    int32_t number; /* added to the block's */
    bool other_more;
    int8_t szx;     /* added */
    int32_t length; /* added to the payload's */
    bool ends;      /* the release, when it goes on */
};

#define CONTENT COAP_CONTENT
static const struct lie lies[] = {
    {"2.31", COAP_CODE(2, 31), 0, false, 0, 0, false},
    {"4.08", COAP_CODE(4, 8), 0, false, 0, 0, false},
    {"2.04", COAP_CHANGED, 0, false, 0, 0, false},
    {"2.03", COAP_VALID, 0, false, 0, 0, false},
    {"the last one early, or never", CONTENT, 0, true, 0, 0, true},
    {"larger blocks", CONTENT, 0, false, 1, 0, true},
    {"a size that there is not", CONTENT, 0, false, 2, 0, false},
    {"smaller ones at the same number", CONTENT, 0, false, -1, 0, true},
    {"the one before", CONTENT, -1, false, 0, 0, true},
    {"the very last number", CONTENT, 0xFFFFF, false, 0, 0, true},
    {"no payload", CONTENT, 0, false, 0, -1024, true},
    {"a byte too few", CONTENT, 0, false, 0, -1, true},
    {"a byte too many", CONTENT, 0, false, 0, 1, true},
};

static const struct lie *lie;
static uint32_t lies_left;
static int32_t (*true_receive)(void *, void *, uint32_t);

/* The answer anew, with Block2 as its only option. */
static int32_t tell_lie(const struct coap_answer *answer, uint8_t *out)
{
    uint32_t number = (answer->block + (uint32_t)lie->number) & 0xFFFFFu;
    uint32_t value = number << 4 |
                     (uint32_t)(answer->more != lie->other_more) << 3 |
                     ((uint32_t)(answer->szx + lie->szx) & 7u);
    int32_t length = (int32_t)answer->length + lie->length;
    uint8_t payload[1040] = {0};
    uint8_t head[] = {0x64,
                      lie->code,
                      (uint8_t)(answer->id >> 8),
                      (uint8_t)answer->id,
                      answer->token[0],
                      answer->token[1],
                      answer->token[2],
                      answer->token[3],
                      0xD3,
                      23 - 13,
                      (uint8_t)(value >> 16),
                      (uint8_t)(value >> 8),
                      (uint8_t)value,
                      0xFF};

    length = length < 0 ? 0 : length;
    memcpy(payload, answer->payload, answer->length);
    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), payload, (size_t)length);
    return (int32_t)sizeof(head) - (length == 0) + length;
}

static int32_t receive_lies(void *context, void *bytes, uint32_t size)
{
    int32_t length = true_receive(context, bytes, size);
    uint8_t packet[COAP_ANSWER_MAX];
    struct coap_answer answer;

    if (length <= 0 || lies_left == 0 ||
        coap_read(bytes, (uint32_t)length, &answer) != 0 ||
        answer.code != COAP_CONTENT || !answer.has_block || answer.block == 0) {
        return length;
    }
    lies_left--;
    length = tell_lie(&answer, packet);
    memcpy(bytes, packet, (size_t)length);
    return length;
}

static void expect_unmoved(const struct lie *told, uint32_t times)
{
    setup();
    w->figures.block_size = 512;
    lie = told;
    lies_left = times;
    true_receive = w->port.receive;
    w->port.receive = receive_lies;
    aw_publish(w, update, 1);
    aw_boot(w);
    bool done = aw_run(w, 24 * HOUR, updated);
    cr_assert_eq(done, times == 1, "%s", told->what);
    cr_assert_eq(w->trials, done, "%s", told->what);
    cr_assert_leq(aw_fetched(w), 4u * w->image[update].size, "%s", told->what);
    cr_assert_leq(most_erased(), 4);
    cr_assert_eq(aw_record(w)->final, !done && told->ends, "%s", told->what);
}

Test(hostile, answers_that_lie_are_left_in_bounds)
{
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        expect_unmoved(&lies[i], 1);
        expect_unmoved(&lies[i], UINT32_MAX);
    }
}

/* ---- a log that fails -------------------------------------------------------- */

static int (*true_program)(void *, uint32_t, const void *, uint32_t);

static int program_no_log(void *context, uint32_t address, const void *data,
                          uint32_t length)
{
    if (address >= AW_PROGRESS && address < AW_PROGRESS + AW_PROGRESS_SIZE) {
        return OTA_ERR_IO;
    }
    return true_program(context, address, data, length);
}

static bool sector_done(const struct aw *at)
{
    return aw_record(at)->written == 2 * FLASH_SECTOR;
}

Test(hostile, a_log_that_fails_in_the_middle_wears_nothing_out)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, sector_done));
    true_program = w->port_flash.program;
    w->port_flash.program = program_no_log;
    aw_run(w, 24 * HOUR, NULL);
    cr_assert_leq(most_erased(), 50);
    w->port_flash.program = true_program;
    cr_assert(aw_run(w, 2 * HOUR, updated));
}

/* ---- what ended keeps its word ------------------------------------------------- */

static void publish_nonsense(void)
{
    static const uint8_t nonsense[192] = {1, 2, 3};

    cr_assert_eq(
        server_publish(&w->server, nonsense, sizeof(nonsense), update, 77), 0);
}

Test(hostile, nonsense_does_not_change_what_became_of_a_release)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 200, updated));
    aw_run(w, 10, NULL);
    publish_nonsense();
    aw_run(w, HOUR, NULL);
    cr_assert_eq(aw_record(w)->result, AGENT_RESULT_SUCCESS);
    cr_assert_eq(w->events[AGENT_EVENT_REFUSE], 1);
}

/* An old descriptor, played again, must not make it forget. */
Test(hostile, an_older_release_does_not_displace_one_that_ended)
{
    uint32_t old = aw_make(w, "0.9.0", 1, SIZE, AW_GOOD);

    spoil(SERVER_CORRUPT,
          (struct server_fault){.resource = SERVER_IMAGE, .from = 5000});
    for (uint32_t i = 0; i < 10; i++) {
        aw_publish(w, update, 2);
        if (i == 0) {
            aw_boot(w);
        }
        aw_run(w, HOUR, NULL);
        cr_assert(final(w));
        aw_publish(w, old, 1);
        aw_run(w, HOUR, NULL);
    }
    cr_assert_leq(aw_fetched(w), 3u * w->image[update].size);
    server_behave(&w->server, SERVER_CORRUPT);
    aw_publish(w, update, 3);
    cr_assert(aw_run(w, HOUR, updated));
}

/* ---- a slot that somebody else writes to --------------------------------- */

static uint32_t turns;

static bool turned(const struct aw *at)
{
    turns -= turns > 0;
    return turns == 0 || updated(at);
}

/* At any time; what was there is not counted on. */
Test(hostile, a_slot_that_is_erased_is_fetched_anew)
{
    for (uint32_t at = 0; at < 120; at++) {
        setup();
        aw_publish(w, update, 1);
        aw_boot(w);
        turns = at + 1;
        cr_assert(aw_run(w, 200, turned));
        if (w->info.state == OTA_TRIAL || updated(w)) {
            cr_assert_gt(at, 30);
            break;
        }
        cr_assert(agent_forget(&w->agent));
        memset(w->flash.array + aw_slot(OTA_SLOT_B), 0xFF, AW_SLOT_SIZE);
        w->due_ms = 0;
        cr_assert(aw_run(w, 200, updated), "turn %u", at);
        cr_assert_eq(w->events[AGENT_EVENT_FAIL], 0, "turn %u", at);
        cr_assert_eq(w->trials, 1);
    }
}

/* Somebody has copied the recovery image into a slot. */
Test(hostile, a_recovery_image_does_not_write_over_itself)
{
    struct boot_info info;

    aw_install(w, aw_make(w, "1.2.0", 1, SIZE, AW_GOOD), OTA_SLOT_B);
    aw_boot(w);
    info = w->info;
    for (uint8_t slot = OTA_SLOT_A; slot <= OTA_SLOT_B; slot++) {
        info.slot = slot;
        agent_start(&w->agent, &w->port, &w->figures, &info, true);
        cr_assert_neq(w->agent.target, slot);
    }
}

/* ---- records that somebody made up ------------------------------------------------ */

static void forge(struct progress record)
{
    struct progress_log log;

    cr_assert_eq(progress_open(&log, &w->port_flash, w->port.progress), OTA_OK);
    w->info.slot = OTA_SLOT_A;
    cr_assert_eq(progress_append(&log, &record), OTA_OK);
}

static uint32_t any(struct rng *rng, uint32_t below)
{
    return (uint32_t)(rng_next(rng) % below);
}

static uint32_t extreme(struct rng *rng)
{
    static const uint32_t numbers[] = {0,     1,        1023,      1024,
                                       4096,  5120,     12000,     0x7000,
                                       65536, 1u << 31, UINT32_MAX};

    return numbers[any(rng, sizeof(numbers) / sizeof(numbers[0]))];
}

static struct progress forgery(struct rng *rng)
{
    const struct aw_image *image = &w->image[update];
    struct progress record = {
        .state = (uint8_t)any(rng, 4),
        .result = (uint8_t)any(rng, 3) == 0 ? UINT8_MAX : (uint8_t)any(rng, 12),
        .why = (uint8_t)any(rng, 3) == 0 ? UINT8_MAX : (uint8_t)any(rng, 26),
        .slot = (uint8_t)any(rng, 2),
        .tries = any(rng, 2) ? UINT8_MAX : (uint8_t)any(rng, 4),
        .reported = (uint8_t)any(rng, 2),
        .excused = (uint8_t)any(rng, 2),
        .final = (uint8_t)any(rng, 2),
        .sags = any(rng, 2) ? UINT8_MAX : 0,
        .release = any(rng, 2) ? 1 : extreme(rng),
        .version = extreme(rng),
        .size = any(rng, 4) ? (uint32_t)image->size : extreme(rng),
        .written = any(rng, 2) ? (uint32_t)image->size : extreme(rng),
        .not_before_s =
            any(rng, 2) ? 1700000000u + any(rng, 9000) : extreme(rng),
        .etag = {.length = (uint8_t)any(rng, 9)}};

    memcpy(record.image_digest,
           any(rng, 3) ? image->info.digest : w->image[0].info.digest,
           OTA_DIGEST_SIZE);
    cr_assert(crypto_sha256(image->bytes, image->size, record.file_digest));
    return record;
}

/* At worst it keeps away the image that it speaks of. */
Test(hostile, no_forged_record_stops_more_than_one_image)
{
    struct rng rng;

    rng_init(&rng, 11, "forgery");
    for (unsigned i = 0; i < 400; i++) {
        setup();
        uint32_t next = aw_make(w, "1.2.0", 1, SIZE, AW_GOOD);
        forge(forgery(&rng));
        aw_publish(w, update, 1);
        aw_boot(w);
        if (!aw_run(w, 3 * HOUR, updated)) {
            cr_assert(final(w), "forgery %u", i);
            cr_assert_leq(aw_fetched(w), w->image[update].size);
        }
        cr_assert_leq(most_erased(), 3, "forgery %u", i);
        aw_publish(w, next, 2);
        aw_run(w, 300, NULL);
        cr_assert(aw_runs(w, next), "forgery %u", i);
    }
}

/* ---- power that fails while a failure is noted ---------------------------------------- */

enum story { CORRUPT, UNREACHED, CRASHING, LIES, STORIES };

static const char *const story_names[] = {"corrupt", "unreached", "crashing",
                                          "lies"};
static uint32_t subject;

static void begin(enum story story)
{
    setup();
    subject = update;
    if (story == CORRUPT) {
        spoil(SERVER_CORRUPT,
              (struct server_fault){.resource = SERVER_IMAGE, .from = 5000});
    } else if (story == UNREACHED) {
        subject = aw_make(w, "1.2.0", 1, SIZE, AW_DEAF);
    } else if (story == CRASHING) {
        subject = aw_make(w, "1.2.0", 1, SIZE, AW_CRASHES);
    } else {
        subject = aw_make(w, "1.2.0", 1, SIZE, AW_BROKEN);
    }
    aw_publish(w, subject, 1);
    aw_boot(w);
}

static bool fetched(const struct aw *at)
{
    return aw_fetched(at) >= at->image[subject].size;
}

static void expect_nothing_more(void)
{
    uint64_t before = aw_fetched(w);
    uint32_t trials = w->trials;

    aw_run(w, 3 * HOUR, NULL);
    cr_assert(aw_runs(w, 0));
    cr_assert_eq(aw_fetched(w), before);
    cr_assert_eq(w->trials, trials);
}

/* Cut so many operations after the first download, and once more so many
 * later: it comes to the same end at the same price. The operations that it
 * took. */
static uint32_t end_of(enum story story, uint32_t at, uint32_t again)
{
    uint32_t size;

    begin(story);
    cr_assert(aw_run(w, 100, fetched));
    uint32_t from = w->operations;
    size = (uint32_t)w->image[subject].size;
    w->cut_at = at == UINT32_MAX ? at : from + at;
    w->cut_again = again;
    w->cut_form = at % 2 == 0 ? FLASH_FORM_BITS : FLASH_FORM_AFTER;
    w->cuts_most = 2;
    cr_assert(aw_run(w, 6 * HOUR, final), "%s, %u + %u", story_names[story], at,
              again);
    uint32_t operations = w->operations - from;
    uint32_t all = story == CORRUPT ? 3u * size : size;
    cr_assert_leq(aw_fetched(w), all + w->cuts * FLASH_SECTOR,
                  "%s, %u + %u: %u", story_names[story], at, again,
                  (unsigned)aw_fetched(w));
    cr_assert_leq(w->trials, story == CORRUPT ? 0 : 3u + w->cuts);
    expect_nothing_more();
    return operations;
}

Test(hostile, a_failure_is_noted_however_the_power_fails)
{
    for (enum story story = 0; story < STORIES; story++) {
        uint32_t operations = end_of(story, UINT32_MAX, 0);

        cr_assert_gt(operations, 3);
        for (uint32_t at = 0; at < operations; at++) {
            (void)end_of(story, at, 0);
            (void)end_of(story, at, 1 + at % 6);
        }
    }
}

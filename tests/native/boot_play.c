/* SPDX-License-Identifier: MIT */
#include "native/boot_play.h"

#include <string.h>

#include "board/trace.h"
#include "image/hostile.h"
#include "native/boot_contents.h"
#include "native/images.h"

#define SETTLE_BOOTS 8u
#define UPDATE_TRIES 2u
#define WARM_FORMS 12u /* cut forms from here on: the CPU alone is reset */

struct play {
    const struct boot_case *made;
    struct native_device *device;
    FILE *log;
    struct play_result *result;
    struct judge judge;
    struct native_watch watch;
    enum ctl_reset_cause cause; /* of the coming boot */
};

/* ---- the log ----------------------------------------------------------------- */

static const struct {
    uint32_t code;
    const char *name;
} traces[] = {
#define PLAY_TRACE(code, number, name, args, text) {number, name},
    TRACE_EVENTS(PLAY_TRACE)
#undef PLAY_TRACE
};

static const char *const habits[PLAY_HABITS] = {
#define PLAY_TEXT(code, text) text,
    PLAY_HABIT_LIST(PLAY_TEXT)
#undef PLAY_TEXT
};

static const char *const causes[] = {"?",        "power-on", "brown-out",
                                     "watchdog", "software", "deadline",
                                     "pin"};

/* The judge's watch, and then the log. */
static void log_after(void *context, const struct native_operation *operation)
{
    static const char *const kinds[] = {"program", "erase", "burn"};
    struct play *play = context;

    play->watch.after(play->watch.context, operation);
    fprintf(play->log, "    %-8s 0x%06x %u%s%s\n", kinds[operation->kind],
            operation->address, operation->length, operation->cut ? " CUT" : "",
            operation->refused ? " refused" : "");
}

static void log_before(void *context, const struct native_operation *operation)
{
    struct play *play = context;

    play->watch.before(play->watch.context, operation);
}

static void log_read(void *context, uint32_t address, uint32_t length)
{
    struct play *play = context;

    play->watch.read(play->watch.context, address, length);
}

static void log_trace(void *context, uint32_t code, const uint32_t args[4])
{
    struct play *play = context;
    const char *name = "?";

    for (unsigned i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        name = traces[i].code == code ? traces[i].name : name;
    }
    fprintf(play->log, "    %s %u %u %u %u\n", name, args[0], args[1], args[2],
            args[3]);
}

static struct native_watch loud_watch(struct play *play)
{
    return (struct native_watch){.context = play,
                                 .before = log_before,
                                 .after = log_after,
                                 .read = log_read,
                                 .trace = log_trace};
}

/* ---- one boot --------------------------------------------------------------------- */

static const char *const ends[] = {"runs",  "halted", "reset",
                                   "panic", "cut",    "stuck"};

static void log_boot(const struct play *play,
                     const struct native_outcome *outcome)
{
    const struct judge *judge = &play->judge;

    if (!play->log) {
        return;
    }
    if (outcome->slept_ns > 0) {
        fprintf(play->log, "    slept %llu ms\n",
                (unsigned long long)(outcome->slept_ns / 1000000u));
    }
    fprintf(play->log, "  %s", ends[outcome->end]);
    if (outcome->end == NATIVE_RUNS) {
        fprintf(play->log, " %s in slot %u, %s",
                judge->run.image == NATIVE_NO_IMAGE
                    ? "?"
                    : native_image(judge->run.image)->name,
                judge->run.slot,
                judge->run.on_trial ? "on trial" : "confirmed");
    }
    fprintf(play->log, "\n");
}

static void raise(uint32_t *worst, uint32_t value)
{
    *worst = value > *worst ? value : *worst;
}

static enum native_end boot(struct play *play, const struct native_cut *cut,
                            const struct native_fault *fault)
{
    struct native_watch watch = play->log ? loud_watch(play) : play->watch;
    struct native_outcome outcome;

    if (play->log) {
        fprintf(play->log, "boot %u, %s", play->judge.session + 1,
                causes[play->cause]);
        if (cut && cut->operation > 0) {
            fprintf(play->log, ", operation %u is cut%s (%u, %u)",
                    cut->operation, cut->warm ? " warm" : "", cut->form,
                    cut->done);
        }
        if (fault && fault->operation > 0) {
            fprintf(play->log, ", operation %u fails (%u)", fault->operation,
                    fault->how);
        }
        fprintf(play->log, "\n");
    }
    native_reset(play->device, play->cause, cut, fault, &watch);
    judge_reset(&play->judge, play->cause);
    native_boot(&outcome);
    judge_booted(&play->judge, &outcome);
    play->result->boots++;
    raise(&play->result->worst.erases, play->judge.erases);
    raise(&play->result->worst.programs, play->judge.programs);
    play->result->runs += outcome.end == NATIVE_RUNS;
    log_boot(play, &outcome);
    /* After a finding nothing is of interest. */
    return play->judge.finding.found ? NATIVE_STUCK : outcome.end;
}

/* ---- the application ----------------------------------------------------------------- */

/* Each act returns false when the session is over. */
static bool ask(struct play *play, uint8_t kind, uint8_t slot, uint32_t value,
                const uint8_t digest[32])
{
    if (play->log) {
        fprintf(play->log, "  asks: %s slot %u value %u\n",
                decode_request_name(kind), slot, value);
    }
    judge_asks(&play->judge, kind, slot, value, digest);
    return native_append(kind, slot, value, digest, NULL) == NATIVE_RUNS;
}

static bool ask_self(struct play *play, uint8_t kind)
{
    const struct native_image *self = native_image(play->judge.run.image);
    uint32_t value = kind == REQUEST_COMMIT ? self->counter : 0;

    return ask(play, kind, (uint8_t)play->judge.run.slot, value, self->digest);
}

static bool is_alive(struct play *play)
{
    return !play->judge.run.on_trial || ask_self(play, REQUEST_ALIVE);
}

/* The slot that an update goes to; recovery may choose. */
static uint8_t other_slot(const struct play *play, uint8_t choice)
{
    return play->judge.run.slot == JOURNAL_SLOT_RECOVERY
               ? choice % 2u
               : (uint8_t)(play->judge.run.slot ^ 1u);
}

static bool ask_trial(struct play *play, uint8_t slot, uint32_t release)
{
    uint8_t digest[32];

    contents_digest(play->device, 0, slot, digest);
    return ask(play, REQUEST_TRIAL, slot, release, digest);
}

static bool install(struct play *play, uint8_t slot, uint32_t image)
{
    const struct native_image *chosen = native_image(image);

    if (play->log) {
        fprintf(play->log, "  writes %s to slot %u\n", chosen->name, slot);
    }
    if (slot != play->judge.run.slot && !play->judge.run.on_trial) {
        judge_writes(&play->judge, slot);
    }
    return native_write(contents_slot(slot)->start, chosen->bytes, chosen->size,
                        NULL) == NATIVE_RUNS;
}

static bool confirm_or(struct play *play,
                       bool (*act)(struct play *, const struct case_session *),
                       const struct case_session *session)
{
    if (play->judge.run.on_trial) {
        return ask_self(play, REQUEST_ALIVE) && ask_self(play, REQUEST_CONFIRM);
    }
    return act == NULL || act(play, session);
}

static bool commit(struct play *play, const struct case_session *session)
{
    (void)session;
    return ask_self(play, REQUEST_COMMIT);
}

static bool update(struct play *play, const struct case_session *session)
{
    uint8_t slot = other_slot(play, session->b);

    return install(play, slot, session->a % NATIVE_IMAGE_COUNT) &&
           ask_trial(play, slot, session->b / 2u % 4u);
}

static bool do_good(struct play *play, const struct case_session *session)
{
    return confirm_or(play, NULL, session);
}

static bool do_commit(struct play *play, const struct case_session *session)
{
    return confirm_or(play, commit, session);
}

static bool do_update(struct play *play, const struct case_session *session)
{
    return confirm_or(play, update, session);
}

/* Words whose writing was cut short: an agent would have written them anew. */
static bool can_be_trusted(const struct play *play, uint8_t slot)
{
    return flash_range_taint(&play->device->flash, contents_slot(slot)->start,
                             CONTENTS_SLOT_USED) == FLASH_CLEAN;
}

static bool do_ask(struct play *play, const struct case_session *session)
{
    uint8_t slot = other_slot(play, session->b);

    return is_alive(play) && (!can_be_trusted(play, slot) ||
                              ask_trial(play, slot, session->a % 4u));
}

static bool do_nothing(struct play *play, const struct case_session *session)
{
    (void)play;
    (void)session;
    return true;
}

static bool do_alive(struct play *play, const struct case_session *session)
{
    (void)session;
    return is_alive(play);
}

static bool do_give_back(struct play *play, const struct case_session *session)
{
    (void)session;
    return is_alive(play) && ask_self(play, REQUEST_ABANDON);
}

static bool do_anything(struct play *play, const struct case_session *session)
{
    uint8_t slot = session->a / 8u % 4u;
    uint8_t digest[32];

    contents_digest(play->device, session->b % CONTENTS_DIGESTS, slot, digest);
    return ask(play, session->a % 8u, slot, hostile_level(session->b), digest);
}

static const struct {
    bool (*act)(struct play *play, const struct case_session *session);
    enum ctl_reset_cause ending;
} plans[PLAY_HABITS] = {
    [PLAY_GOOD] = {do_good, CTL_CAUSE_SOFTWARE},
    [PLAY_COMMITS] = {do_commit, CTL_CAUSE_SOFTWARE},
    [PLAY_UPDATES] = {do_update, CTL_CAUSE_SOFTWARE},
    [PLAY_ASKS] = {do_ask, CTL_CAUSE_SOFTWARE},
    [PLAY_CRASHES] = {do_nothing, CTL_CAUSE_WATCHDOG},
    [PLAY_CRASHES_LATE] = {do_alive, CTL_CAUSE_WATCHDOG},
    [PLAY_GIVES_BACK] = {do_give_back, CTL_CAUSE_SOFTWARE},
    [PLAY_UNPLUGGED] = {do_alive, CTL_CAUSE_POWER_ON},
    [PLAY_UNPLUGGED_EARLY] = {do_nothing, CTL_CAUSE_POWER_ON},
    [PLAY_BROWNS_OUT] = {do_alive, CTL_CAUSE_BROWN_OUT},
    [PLAY_HANGS] = {do_alive, CTL_CAUSE_DEADLINE},
    [PLAY_WILD] = {do_anything, CTL_CAUSE_SOFTWARE},
};

/* The application at work. False when the cut has come. */
static bool behave(struct play *play, const struct case_session *session)
{
    if (play->log) {
        fprintf(play->log, "  %s\n", habits[session->habit]);
    }
    return play->judge.run.image == NATIVE_NO_IMAGE ||
           plans[session->habit].act(play, session);
}

/* ---- the case's own boots --------------------------------------------------------------- */

static struct native_cut planned_cut(const struct case_session *session)
{
    uint32_t choice = session->cut;
    uint32_t operation = choice < 24   ? 0
                         : choice < 48 ? 1u + (choice - 24u) % 12u
                                       : 13u + (choice - 48u) * 2u;

    return (struct native_cut){.operation = operation,
                               .warm = session->cut_form >= WARM_FORMS,
                               .form = session->cut_form,
                               .done = (uint16_t)(session->cut_done * 4u)};
}

static struct native_fault planned_fault(const struct case_session *session)
{
    uint32_t choice = session->fault;

    return (struct native_fault){
        .operation = choice < 96 ? 0 : 1u + (choice - 96u) % 16u,
        .how = (uint8_t)(FLASH_FAULT_REPORTED + session->fault_how)};
}

static enum ctl_reset_cause cause_of_cut(const struct native_cut *cut,
                                         const struct case_session *session)
{
    if (cut->warm) {
        return session->a % 2u ? CTL_CAUSE_WATCHDOG : CTL_CAUSE_PIN;
    }
    return session->a % 4u ? CTL_CAUSE_POWER_ON : CTL_CAUSE_BROWN_OUT;
}

static enum ctl_reset_cause planned_cause(const struct case_session *session)
{
    bool given = session->ending >= CTL_CAUSE_POWER_ON &&
                 session->ending <= CTL_CAUSE_PIN;

    return given ? (enum ctl_reset_cause)session->ending
                 : plans[session->habit].ending;
}

static void play_session(struct play *play, uint32_t number)
{
    const struct case_session *session = &play->made->session[number];
    struct native_cut cut = planned_cut(session);
    struct native_fault fault = planned_fault(session);

    if (play->made->origin == CASE_FLIPPED && play->made->flip_when == number) {
        judge_flipped(&play->judge,
                      boot_contents_flip(play->made, play->device));
    }
    enum native_end end = boot(play, &cut, &fault);
    if (end == NATIVE_RUNS && !behave(play, session)) {
        end = NATIVE_CUT;
    }
    if (end == NATIVE_CUT) {
        play->result->cuts++;
        play->cause = cause_of_cut(&cut, session);
    } else {
        play->cause =
            end == NATIVE_RUNS ? planned_cause(session) : CTL_CAUSE_POWER_ON;
    }
}

/* ---- left alone --------------------------------------------------------------------------- */

static const struct case_session nothing_special;

/* The application on trial does what it should; and a boot. */
static bool boot_on(struct play *play)
{
    (void)behave(play, &nothing_special);
    play->cause = CTL_CAUSE_SOFTWARE;
    return boot(play, NULL, NULL) == NATIVE_RUNS;
}

/* Boots without cuts until a confirmed image runs. False when none does. */
static bool settle(struct play *play, bool works)
{
    for (unsigned i = 0; works && play->judge.run.on_trial; i++) {
        if (i == SETTLE_BOOTS) {
            judge_find(&play->judge, JUDGE_SETTLES,
                       "no confirmed image after %u boots", i);
            return false;
        }
        works = boot_on(play);
        raise(&play->result->worst.settling, i + 1u);
    }
    return works;
}

static bool is_rejected(const struct judge *judge, uint32_t image)
{
    for (unsigned i = 0; i < 2; i++) {
        if (memcmp(judge->now.rejected[i], native_image(image)->digest, 32) ==
            0) {
            return true;
        }
    }
    return false;
}

/* One that neither runs nor was rejected; four are enough. */
static uint32_t good_image(const struct judge *judge)
{
    uint32_t image = NATIVE_GOOD_1;

    while (image + 1u < NATIVE_IMAGE_COUNT &&
           (image == judge->run.image || is_rejected(judge, image))) {
        image++;
    }
    return image;
}

static bool runs(const struct play *play, uint32_t image, bool on_trial)
{
    return play->judge.run.image == image &&
           play->judge.run.on_trial == on_trial;
}

/* Ask for it, boot, confirm, boot, commit, boot. */
static const char *try_update(struct play *play, uint32_t image)
{
    uint8_t slot = other_slot(play, 0);

    play->cause = CTL_CAUSE_SOFTWARE;
    (void)install(play, slot, image);
    (void)ask_trial(play, slot, 0);
    if (boot(play, NULL, NULL) != NATIVE_RUNS || !runs(play, image, true)) {
        return "is not tried";
    }
    if (!boot_on(play) || !runs(play, image, false)) {
        return "is not confirmed";
    }
    (void)ask_self(play, REQUEST_COMMIT);
    if (boot(play, NULL, NULL) != NATIVE_RUNS || !runs(play, image, false) ||
        !otp_get(&play->device->otp,
                 OTP_COUNTER_BIT + native_image(image)->counter - 1u)) {
        return "is not committed";
    }
    return NULL;
}

/* Recovery runs, and a slot holds something that may run: it wants it tried.
 * What was refused for good is still asked for, there is nothing better. */
static bool retry(struct play *play)
{
    for (uint8_t slot = 0; slot < 2; slot++) {
        uint32_t image = judge_slot_image(&play->judge, slot);

        if (!judge_slot_allowed(&play->judge, slot)) {
            continue;
        }
        (void)ask_trial(play, slot, 0);
        play->cause = CTL_CAUSE_SOFTWARE;
        bool works = boot(play, NULL, NULL) == NATIVE_RUNS;
        if (!works || !runs(play, image, true)) {
            judge_find(&play->judge, JUDGE_RETRIED, "%s in slot %u is not",
                       native_image(image)->name, slot);
        }
        return settle(play, works);
    }
    return true;
}

static void go_on(struct play *play)
{
    const char *wrong = "";
    uint32_t image = NATIVE_NO_IMAGE;

    for (unsigned i = 0; i < UPDATE_TRIES && wrong != NULL; i++) {
        if (play->judge.run.image == NATIVE_NO_IMAGE ||
            play->judge.run.on_trial) {
            break;
        }
        image = good_image(&play->judge);
        wrong = try_update(play, image);
    }
    if (wrong != NULL) {
        judge_find(&play->judge, JUDGE_GOES_ON, "%s %s",
                   image == NATIVE_NO_IMAGE ? "nothing"
                                            : native_image(image)->name,
                   wrong);
        return;
    }
    play->result->updates++;
    (void)boot(play, NULL, NULL);
    (void)boot(play, NULL, NULL);
    (void)boot(play, NULL, NULL);
}

/* ---- all of it -------------------------------------------------------------------------------- */

int boot_play_open(struct diag *diag)
{
    int err = native_open(diag);

    err = err ? err : native_images_make(diag);
    if (!err) {
        boot_oracle_open();
    }
    return err;
}

/* Of what can have changed. */
static uint64_t hash_device(const struct native_device *device)
{
    static const char *const names[] = {"journal", "requests", "slot-a",
                                        "slot-b", "recovery"};
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    uint32_t word;

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct board_part *part = board_map_find(native_map(), names[i]);
        for (uint32_t at = 0; at < part->length && at < CONTENTS_SLOT_USED;
             at += sizeof word) {
            memcpy(&word, device->flash.array + part->start + at, sizeof word);
            hash = (hash ^ word) * UINT64_C(0x100000001B3);
        }
    }
    for (unsigned i = 0; i < OTP_WORDS; i++) {
        hash = (hash ^ device->otp.words[i]) * UINT64_C(0x100000001B3);
    }
    return hash;
}

void boot_play(const struct boot_case *made, struct native_device *device,
               FILE *log, struct play_result *result)
{
    static struct play play;

    memset(result, 0, sizeof *result);
    memset(&play, 0, sizeof play);
    play.made = made;
    play.device = device;
    play.log = log;
    play.result = result;
    play.cause = CTL_CAUSE_POWER_ON;
    boot_contents_make(made, device);
    judge_start(&play.judge, made, device);
    judge_watch(&play.judge, &play.watch);
    for (uint32_t i = 0; i < made->sessions && !play.judge.finding.found; i++) {
        play_session(&play, i);
    }
    if (!play.judge.finding.found &&
        settle(&play, boot(&play, NULL, NULL) == NATIVE_RUNS) &&
        (play.judge.run.slot != JOURNAL_SLOT_RECOVERY || retry(&play))) {
        go_on(&play);
    }
    result->finding = play.judge.finding;
    result->hash = hash_device(device);
    if (log && result->finding.found) {
        fprintf(log, "boot %u: %s: %s (%s)\n", result->finding.session,
                judge_promise_name(result->finding.promise),
                result->finding.text,
                judge_promise_text(result->finding.promise));
    }
}

/* SPDX-License-Identifier: MIT */
/*
 * Who may do what: at each stage of a boot a guest (guests/sweep_guest.c)
 * gives every command with hostile arguments, in order and out of it, and says
 * what it was answered. That is compared with the two tables of docs/board.md:
 * the errors of each command, and what each stage may do.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "board/registers.h"
#include "device/figures.h"
#include "engine/run.h"

#define PAGE_MAX (1u << 20)
#define COMMANDS 64u
#define ROWS 32u
#define SECTORS (0x200000u / 0x1000u)

enum stage {
    STAGE_ROM,
    STAGE_BOOT,
    STAGE_CONFIRMED,
    STAGE_TRIAL,
    STAGE_RECOVERY,
    STAGES
};

/* In the order of the table's columns: the folder that the guest lies in, and
 * the scenario's lines of images and flash. */
static const struct {
    const char *folder;
    const char *images;
    const char *steps;
} stages[STAGES] = {
    {"sweep-rom",
     "images: {factory: {build: app, version: 1.2.0}}\n"
     "flash: {slot-a: factory}\n",
     ""},
    {"sweep-boot",
     "images: {factory: {build: app, version: 1.2.0}}\n"
     "flash: {slot-a: factory}\n",
     ""},
    {"sweep-app",
     "images: {factory: {build: sweep, version: 1.2.0}}\n"
     "flash: {slot-a: factory}\n",
     ""},
    {"sweep-app",
     "images:\n"
     "  factory: {build: app, version: 1.2.0}\n"
     "  update: {build: sweep, version: 1.3.0}\n"
     "flash: {slot-a: factory, slot-b: update}\n",
     "  - {on: {event: app.ready}, do: {console: 'trial b'}}\n"},
    {"sweep-recovery",
     "images: {rescue: {build: recovery, version: 1.0.0}}\n"
     "flash: {recovery: rescue}\n",
     ""},
};

/* What a guest was answered: of each sector, and of three commands. */
struct probe {
    uint8_t flash[SECTORS]; /* enum ctl_status */
    uint32_t fuse;
    uint32_t deadline;
    uint32_t boot;
};

struct sweep {
    struct probe fresh;
    struct probe swept;
    unsigned commands;
    uint32_t command[COMMANDS];
    uint32_t mask[COMMANDS]; /* 1 << enum ctl_status, of all answers */
    unsigned falses;
    uint32_t false_command[COMMANDS];
    uint32_t false_status[COMMANDS];
    unsigned times_told; /* violations of rule 7 */
    unsigned trespasses; /* operations in what was locked at the beginning */
    bool halt_answered;
    bool stored_astray;
    uint32_t astray; /* places that kept what was stored there */
    bool ended;      /* by the deadline */
};

struct text {
    char bytes[2048];
};

/* ---- running a guest -------------------------------------------------------- */

static struct text in_build(const char *format, const char *name)
{
    const char *build = getenv("OTALAB_BUILD");
    struct text path;
    char rest[128];

    (void)snprintf(rest, sizeof rest, format, name);
    (void)snprintf(path.bytes, sizeof path.bytes, "%s/%s",
                   build != NULL ? build : "build", rest);
    return path;
}

static struct text scenario_of(enum stage stage)
{
    struct text text;
    int length = snprintf(
        text.bytes, sizeof text.bytes,
        "scenario: sweep\n"
        "title: Every command with hostile arguments\n"
        "limits: {virtual_time: 300s, resets: 4}\n"
        "allow: [flash.locked, flash.rules, otp.locked, brick]\n"
        "devicetree: {/boot/trial-deadline-ms: 60000, "
        "'/crypto/otalab,verify-cycles': 9000}\n"
        "crypto: accelerator\n"
        "network: {rate: 60kbit/s, latency: 40ms}\n"
        "%s"
        "steps:\n"
        "%s"
        "  - {on: {event: console, line: begin}, do: {console: 'hello'}}\n"
        "  - {on: {event: console, line: link}, do: {link: down}}\n"
        "  - {on: {event: reset, cause: deadline}, do: {stop: {}}}\n"
        "expect:\n"
        "  - eventually: {event: reset, cause: deadline}\n",
        stages[stage].images, stages[stage].steps);

    cr_assert(length > 0 && (size_t)length < sizeof text.bytes);
    return text;
}

static void run_guest(enum stage stage, struct run_result *result)
{
    struct text text = scenario_of(stage);
    struct text guest = in_build("tests/guests/%s", stages[stage].folder);
    struct text firmware = in_build("%s", "firmware");
    struct text plugin = in_build("%s", "libotalab-shim.so");
    struct run_options options = {.firmware = guest.bytes,
                                  .firmware_else = firmware.bytes,
                                  .plugin = plugin.bytes,
                                  .qemu = getenv("OTALAB_QEMU")};
    struct scenario *scenario = NULL;
    struct diag diag = {{0}};

    cr_assert_eq(scenario_parse(text.bytes, strlen(text.bytes), "sweep.yaml",
                                &scenario, &diag),
                 0, "%s", diag.text);
    cr_assert_eq(run_scenario(scenario, &options, result, &diag), 0, "%s",
                 diag.text);
    scenario_free(scenario);
}

/* ---- what it said ------------------------------------------------------------ */

static struct probe *probe_named(struct sweep *sweep, const char *when)
{
    if (strcmp(when, "fresh") == 0) {
        return &sweep->fresh;
    }
    return strcmp(when, "swept") == 0 ? &sweep->swept : NULL;
}

static void hear_probe(struct probe *probe, const char *what,
                       const uint32_t number[3])
{
    if (strcmp(what, "fuse") == 0) {
        probe->fuse = number[0];
    } else if (strcmp(what, "deadline") == 0) {
        probe->deadline = number[0];
    } else if (strcmp(what, "boot") == 0) {
        probe->boot = number[0];
    } else {
        cr_assert_str_eq(what, "flash");
        cr_assert(number[0] < number[1] && number[1] <= 0x200000u);
        for (uint32_t at = number[0] / 0x1000u; at < number[1] / 0x1000u;
             at++) {
            probe->flash[at] = (uint8_t)number[2];
        }
    }
}

static void hear(struct sweep *sweep, const char *line)
{
    char when[16];
    char what[16];
    uint32_t number[3] = {0, 0, 0};

    if (sscanf(line, "mask %x %x", &number[0], &number[1]) == 2) {
        cr_assert_lt(sweep->commands, COMMANDS);
        sweep->command[sweep->commands] = number[0];
        sweep->mask[sweep->commands++] = number[1];
    } else if (sscanf(line, "false %x %x", &number[0], &number[1]) == 2) {
        cr_assert_lt(sweep->falses, COMMANDS);
        sweep->false_command[sweep->falses] = number[0];
        sweep->false_status[sweep->falses++] = number[1];
    } else if (sscanf(line, "astray %x", &sweep->astray) == 1) {
        sweep->stored_astray = true;
    } else if (sscanf(line, "%15s %15s %x %x %x", when, what, &number[0],
                      &number[1], &number[2]) >= 3 &&
               probe_named(sweep, when) != NULL) {
        hear_probe(probe_named(sweep, when), what, number);
    }
}

/* The value of a key in a line of the recording, "" when it is not there. */
static const char *value_of(const char *line, const char *key, char *out,
                            size_t size)
{
    char quoted[32];
    const char *at;

    (void)snprintf(quoted, sizeof quoted, "\"%s\":", key);
    at = strstr(line, quoted);
    out[0] = '\0';
    if (at != NULL) {
        at += strlen(quoted);
        at += *at == '"';
        (void)snprintf(out, size, "%.*s", (int)strcspn(at, "\",}"), at);
    }
    return out;
}

/* An operation of the flash: not where it was locked from the beginning. */
static void watch_flash(struct sweep *sweep, const char *line)
{
    char address[32];
    unsigned long at;

    at = strtoul(value_of(line, "address", address, sizeof address), NULL, 0);
    cr_assert_lt(at, 0x200000u);
    sweep->trespasses += sweep->fresh.flash[at / 0x1000u] == CTL_E_LOCKED;
}

static void hear_event(struct sweep *sweep, const char *line, bool *begun)
{
    char event[64];
    char text[512];

    value_of(line, "event", event, sizeof event);
    if (strcmp(event, "console") == 0) {
        value_of(line, "line", text, sizeof text);
        *begun = *begun || strcmp(text, "begin") == 0;
        sweep->halt_answered |= strcmp(text, "on again") == 0;
        hear(sweep, text);
    } else if (strcmp(event, "oracle.violation") == 0) {
        sweep->times_told +=
            strcmp(value_of(line, "rule", text, sizeof text), "7") == 0;
    } else if (*begun && (strcmp(event, "flash.erase") == 0 ||
                          strcmp(event, "flash.program") == 0)) {
        watch_flash(sweep, line);
    } else if (strcmp(event, "reset") == 0) {
        sweep->ended =
            strcmp(value_of(line, "cause", text, sizeof text), "deadline") == 0;
    }
}

static void sweep_at(enum stage stage, struct sweep *sweep)
{
    struct run_result result;
    bool begun = false;
    char *rest = NULL;

    memset(sweep, 0, sizeof *sweep);
    run_guest(stage, &result);
    for (char *line = strtok_r(result.recording.bytes, "\n", &rest);
         line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        hear_event(sweep, line, &begun);
    }
    cr_assert(begun, "the guest did not begin");
    run_result_free(&result);
}

/* ---- the tables of docs/board.md ---------------------------------------------- */

static const char *const status_names[] = {
    [CTL_OK] = "OK",
    [CTL_E_COMMAND] = "COMMAND",
    [CTL_E_ARGUMENT] = "ARGUMENT",
    [CTL_E_BUSY] = "BUSY",
    [CTL_E_LOCKED] = "LOCKED",
    [CTL_E_FAILED] = "FAILED",
    [CTL_E_TIME] = "TIME",
    [CTL_E_EMPTY] = "EMPTY",
};
#define STATUSES (sizeof status_names / sizeof status_names[0])

static char *page; /* the whole of it */

static void read_page(void)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct diag diag = {{0}};

    cr_assert_eq(file_read("docs/board.md", PAGE_MAX, &bytes, &size, &diag), 0,
                 "%s", diag.text);
    page = (char *)bytes;
}

static void free_page(void)
{
    free(page);
}

TestSuite(sweep, .init = read_page, .fini = free_page);

/* Cell `column` (from 0) of a row of a table; "" when there is none. */
static const char *cell(const char *row, unsigned column, char *out,
                        size_t size)
{
    out[0] = '\0';
    for (unsigned i = 0; i <= column && row != NULL; i++) {
        row = strchr(row, '|');
        row = row != NULL ? row + 1 : NULL;
    }
    if (row != NULL) {
        row += strspn(row, " ");
        (void)snprintf(out, size, "%.*s", (int)strcspn(row, "|\n"), row);
        for (size_t n = strlen(out); n > 0 && out[n - 1] == ' '; n--) {
            out[n - 1] = '\0';
        }
    }
    return out;
}

/* The row whose first cell begins with `name`, after the line `from`. */
static const char *row_of(const char *from, const char *name)
{
    char wanted[80];
    const char *row = strstr(page, from);

    cr_assert_not_null(row, "docs/board.md has no line '%s'", from);
    (void)snprintf(wanted, sizeof wanted, "\n| %s |", name);
    row = strstr(row, wanted);
    return row != NULL ? row + 1 : NULL;
}

/* What the page says that a command may answer, as bits. Nothing but COMMAND
 * when it is not there. */
static uint32_t documented(uint32_t command)
{
    char number[16];
    char errors[256];
    const char *row;
    uint32_t mask = 1u << CTL_OK;

    (void)snprintf(number, sizeof number, "| 0x%03X |", command);
    row = strstr(strstr(page, "\n## 5. Commands"), number);
    if (row == NULL) {
        return 1u << CTL_E_COMMAND;
    }
    cell(row, 3, errors, sizeof errors); /* from the number's column on */
    for (unsigned i = 1; i < STATUSES; i++) {
        mask |= strstr(errors, status_names[i]) != NULL ? 1u << i : 0;
    }
    return command == CTL_SYS_BOOT ? mask & ~(1u << CTL_OK) : mask;
}

static bool may(const char *name, enum stage stage)
{
    char text[32];
    const char *row = row_of("<!-- stages table", name);

    cr_assert_not_null(row, "the stages' table has no row '%s'", name);
    cell(row, (unsigned)stage + 1u, text, sizeof text);
    cr_assert(strcmp(text, "yes") == 0 || strcmp(text, "-") == 0,
              "%s: '%s' is neither yes nor -", name, text);
    return text[0] == 'y';
}

/* ---- comparing ----------------------------------------------------------------- */

static const char *mask_text(uint32_t mask, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < 32 && used < size; i++) {
        if (mask >> i & 1u) {
            used += (size_t)snprintf(out + used, size - used, " %s",
                                     i < STATUSES ? status_names[i] : "?");
        }
    }
    return out;
}

static void expect_answers(const struct sweep *sweep, enum stage stage)
{
    cr_assert_gt(sweep->commands, 20u);
    for (unsigned i = 0; i < sweep->commands; i++) {
        uint32_t known = documented(sweep->command[i]);
        uint32_t more = sweep->mask[i] & ~known;
        uint32_t less = known & ~sweep->mask[i] & ~(1u << CTL_OK);
        char text[128];

        cr_expect_eq(more, 0, "%s: command 0x%x answered%s",
                     stages[stage].folder, sweep->command[i],
                     mask_text(more, text, sizeof text));
        if (sweep->command[i] != CTL_OTP_BURN || may("burn a fuse", stage)) {
            cr_expect_eq(less, 0, "%s: command 0x%x never answered%s",
                         stages[stage].folder, sweep->command[i],
                         mask_text(less, text, sizeof text));
        }
    }
}

static void expect_partitions(const struct sweep *sweep, enum stage stage)
{
    static uint8_t dtb[BOARD_DTB_SIZE];
    struct text path = in_build("firmware/%s", "otalab.dtb");
    struct board_map map;
    struct diag diag = {{0}};
    FILE *file = fopen(path.bytes, "rb");

    cr_assert_not_null(file);
    size_t size = fread(dtb, 1, sizeof dtb, file);
    (void)fclose(file);
    cr_assert_eq(board_map_read(dtb, size, &map, &diag), 0, "%s", diag.text);
    for (uint32_t i = 0; i < map.count; i++) {
        const struct board_part *part = &map.part[i];
        char name[BOARD_PART_NAME + 16];

        (void)snprintf(name, sizeof name, "write `%s`", part->name);
        uint8_t wanted = may(name, stage) ? CTL_OK : CTL_E_LOCKED;
        for (uint32_t at = part->start / 0x1000u;
             at < (part->start + part->length) / 0x1000u; at++) {
            cr_expect_eq(sweep->fresh.flash[at], wanted,
                         "%s, stage %d: sector 0x%x answers %u", part->name,
                         (int)stage, at * 0x1000u, sweep->fresh.flash[at]);
        }
    }
}

static void expect_rights(const struct sweep *sweep, enum stage stage)
{
    const struct probe *fresh = &sweep->fresh;

    cr_expect_eq(fresh->fuse,
                 (uint32_t)(may("burn a fuse", stage) ? CTL_OK : CTL_E_LOCKED));
    cr_expect_eq(fresh->deadline,
                 (uint32_t)(may("set the deadline", stage) ? CTL_OK
                                                           : CTL_E_LOCKED));
    cr_expect_eq(fresh->boot,
                 (uint32_t)(may("announce a boot", stage) ? CTL_OK
                                                          : CTL_E_COMMAND));
}

/* What was locked once stays so. */
static void expect_sticky(const struct probe *before, const struct probe *after,
                          const char *when)
{
    for (uint32_t i = 0; i < SECTORS; i++) {
        cr_expect(before->flash[i] != CTL_E_LOCKED ||
                      after->flash[i] == CTL_E_LOCKED,
                  "%s: sector %u is not locked any more", when, i);
    }
    cr_expect_eq(after->flash[SECTORS - 1], CTL_E_LOCKED,
                 "%s: the guest has locked it", when);
    cr_expect_eq(after->fuse, CTL_E_LOCKED, "%s: fuses", when);
    cr_expect_eq(after->deadline, CTL_E_LOCKED, "%s: deadline", when);
    cr_expect_eq(after->boot, CTL_E_COMMAND, "%s: boot", when);
}

static void expect_time_is_checked(const struct sweep *sweep)
{
    cr_assert_eq(sweep->falses, sweep->commands);
    for (unsigned i = 0; i < sweep->falses; i++) {
        cr_expect_eq(sweep->false_status[i], CTL_E_TIME,
                     "command 0x%x at a time that is past: %u",
                     sweep->false_command[i], sweep->false_status[i]);
    }
    cr_expect_eq(sweep->times_told, 1, "told once");
}

static void check(enum stage stage)
{
    struct sweep sweep;

    sweep_at(stage, &sweep);
    expect_answers(&sweep, stage);
    expect_partitions(&sweep, stage);
    expect_rights(&sweep, stage);
    expect_sticky(&sweep.fresh, &sweep.swept, "swept");
    cr_expect_not(sweep.halt_answered);
    cr_expect(sweep.stored_astray && sweep.astray == 0, "kept: %x",
              sweep.astray);
    expect_time_is_checked(&sweep);
    cr_expect_eq(sweep.trespasses, 0);
    cr_expect(sweep.ended, "the deadline has ended it");
}

Test(sweep, of_the_rom, .timeout = 300)
{
    check(STAGE_ROM);
}

Test(sweep, of_the_bootloader, .timeout = 300)
{
    check(STAGE_BOOT);
}

Test(sweep, of_a_confirmed_application, .timeout = 300)
{
    check(STAGE_CONFIRMED);
}

Test(sweep, of_an_application_on_trial, .timeout = 300)
{
    check(STAGE_TRIAL);
}

Test(sweep, of_recovery, .timeout = 300)
{
    check(STAGE_RECOVERY);
}

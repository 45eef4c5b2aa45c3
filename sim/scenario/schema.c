/* SPDX-License-Identifier: MIT */
#include "scenario/schema.h"

#include <string.h>

#include "board/registers.h"
#include "device/figures.h"
#include "image/edits.h"
#include "ota/agent_why.h"
#include "ota/reason.h"
#include "scenario/scenario.h"
#include "scenario/schema_rows.h"

/* ---- words that stand for numbers ------------------------------------- */

static const struct schema_choice torn_readings[] = {
    {"left", READING_LEFT, "as the cut has left them"},
    {"old", READING_OLD, "as before the operation that was torn last"},
    {"new", READING_NEW, "as if that operation had completed"},
    {"prefix", READING_PREFIX, "new up to a byte, old from there on"},
    {"words", READING_WORDS, "each word is old or new"},
    {"bits", READING_BITS, "each bit is old or new"},
    {"turn", READING_TURN,
     "old at the next boot, new at the one after it, and so on, until an "
     "operation on them completes"},
    {NULL, 0, NULL}};

static const struct schema_choice torn_flash[] = {
    {"auto", FLASH_FORM_AUTO, "chosen by 'done' and the seed"},
    {"before", FLASH_FORM_BEFORE, "the operation has changed nothing"},
    {"after", FLASH_FORM_AFTER,
     "the operation is complete, but was not reported"},
    {"prefix", FLASH_FORM_PREFIX, "program: only the first bytes are written"},
    {"bits", FLASH_FORM_BITS,
     "program: only a random subset of the bits is cleared"},
    {"word-split", FLASH_FORM_WORD_SPLIT,
     "program: the first bytes, then some bits of one word"},
    {"weak", FLASH_FORM_WEAK, "program: reads correctly, but is unreliable"},
    {"disturb", FLASH_FORM_DISTURB,
     "program: complete, but neighbouring bytes lost bits"},
    {"erase-zeros", FLASH_FORM_ERASE_ZEROS,
     "erase, first phase: part of the sector is 0x00"},
    {"erase-all-zero", FLASH_FORM_ERASE_ALL_ZERO,
     "erase, end of the first phase: the whole sector is 0x00"},
    {"erase-mix", FLASH_FORM_ERASE_MIX,
     "erase, second phase: old bits, zeros and ones"},
    {"erase-weak", FLASH_FORM_ERASE_WEAK,
     "erase, third phase: reads as 0xFF, but is unreliable"},
    {"erase-words", FLASH_FORM_ERASE_WORDS,
     "erase, second phase: words old, erased or between"},
    {NULL, 0, NULL}};

static const struct schema_choice torn_fuse[] = {
    {"auto", OTP_FORM_AUTO, "chosen by the seed"},
    {"before", OTP_FORM_BEFORE, "not burned"},
    {"after", OTP_FORM_AFTER, "burned, but not reported"},
    {"weak", OTP_FORM_WEAK, "burned, but may be lost at a later power-on"},
    {NULL, 0, NULL}};

static const struct schema_choice sram_left[] = {
    {"scrambled", BOARD_SRAM_SCRAMBLED, "random bytes from the seed"},
    {"partly", BOARD_SRAM_PARTLY, "part of it survives"},
    {"kept", BOARD_SRAM_KEPT, "all of it survives"},
    {NULL, 0, NULL}};

static const struct schema_choice cut_causes[] = {
    {"power-on", CTL_CAUSE_POWER_ON, "a full loss of power"},
    {"brown-out", CTL_CAUSE_BROWN_OUT, "power sagged and recovered"},
    {NULL, 0, NULL}};

static const struct schema_choice reset_causes[] = {
    {"watchdog", CTL_CAUSE_WATCHDOG, "the watchdog"},
    {"pin", CTL_CAUSE_PIN, "the reset pin, pulled from outside"},
    {"software", CTL_CAUSE_SOFTWARE, "a restart requested by software"},
    {"deadline", CTL_CAUSE_DEADLINE, "the trial deadline"},
    {NULL, 0, NULL}};

static const struct schema_choice mechanisms[] = {
    {"ab", BOARD_AB, "two slots: the application fetches into the other one"},
    {"recovery", BOARD_RECOVERY,
     "one slot of twice the size, which the recovery image rewrites"},
    {"unsafe", BOARD_UNSAFE,
     "the mistake: one slot, which the running application overwrites"},
    {NULL, 0, NULL}};

static const struct schema_choice parts[] = {
    {"w25q", BOARD_W25Q, "a serial NOR part: sectors of 4 KiB, pages of 256 B"},
    {"stm32l4", BOARD_STM32L4, "sectors of 2 KiB, 8 B programmed once"},
    {"stm32f4", BOARD_STM32F4, "sectors of 64 KiB, which erase in 0.55 s"},
    {"nrf52840", BOARD_NRF52840, "sectors of 4 KiB, 4 B programmed at a time"},
    {"w25q-flat", BOARD_W25Q_FLAT,
     "w25q, but only two sectors for the progress of updates: no levelling"},
    {NULL, 0, NULL}};

static const struct schema_choice placed_words[] = {
    {"empty", 0, "nothing: as if erased"},
    {"bootloader", 1, "our own bootloader"},
    {NULL, 0, NULL}};

static const struct schema_choice content_words[] = {
    {"empty", 0, "erased from end to end"},
    {"damaged", 1, "neither empty nor an image from this scenario"},
    {NULL, 0, NULL}};

static const struct schema_choice running_words[] = {
    {"nothing", 0, "no image runs"}, {NULL, 0, NULL}};

static const struct schema_choice executed_words[] = {
    {"authentic", 0,
     "every instruction belongs to an image declared authentic"},
    {NULL, 0, NULL}};

static const struct schema_choice reasons[] = {
#define REASON_CHOICE(name, value, text) {text, value, NULL},
    OTA_REASONS(REASON_CHOICE)
#undef REASON_CHOICE
        {NULL, 0, NULL}};

/* As in LwM2M's Firmware Update object. */
static const struct schema_choice update_states[] = {
#define STATE_CHOICE(name, value, text) {text, value, NULL},
    AGENT_STATES(STATE_CHOICE)
#undef STATE_CHOICE
        {NULL, 0, NULL}};

static const struct schema_choice update_results[] = {
#define RESULT_CHOICE(name, value, text) {text, value, NULL},
    AGENT_RESULTS(RESULT_CHOICE)
#undef RESULT_CHOICE
        {NULL, 0, NULL}};

static const struct schema_choice link_switch[] = {
    {"up", 1, "the device is registered"},
    {"down", 0, "no network; datagrams under way are lost"},
    {NULL, 0, NULL}};

static const struct schema_choice allowances[] = {
    {"flash.locked", ALLOW_FLASH_LOCKED,
     "commands on locked flash (which are refused)"},
    {"flash.raw-write", ALLOW_FLASH_RAW,
     "stores into the flash window (which are undone)"},
    {"flash.rules", ALLOW_FLASH_RULES,
     "breaking any other rule of the flash part"},
    {"brick", ALLOW_BRICK, "a device that can boot nothing"},
    {"otp.locked", ALLOW_OTP_LOCKED, "burns of locked fuses"},
    {"time", ALLOW_TIME, "commands whose time does not fit"},
    {NULL, 0, NULL}};

/* ---- the world before power-on ---------------------------------------- */

static const struct schema_key limits_keys[] = {
    {.key = "virtual_time",
     .kind = SCHEMA_TIME,
     IN(scenario, limit_ns),
     BOUNDS(MS, 10000u * HOUR),
     .help = "The run stops at this virtual time; the exit code is 4 if an "
             "expectation is still open",
     .usual = "120s",
     .example = "60s"},
    {.key = "resets",
     .kind = SCHEMA_NUMBER,
     IN(scenario, limit_resets),
     BOUNDS(1u, 100000u),
     .help = "The run stops after this many resets, as in a boot loop",
     .usual = "32",
     .example = "8"},
    {.key = NULL}};

static const struct schema_map schema_limits = {
    .name = "limits",
    .path = "limits",
    .keys = limits_keys,
    .help = "The latest point at which a run is stopped."};

static const struct schema_key image_keys[] = {
    {.key = "build",
     .kind = SCHEMA_NAME,
     REQUIRED,
     IN(scenario_image, build),
     .help = "The program: app, recovery, or a deliberately bad one; 'otalab "
             "explain build' lists them",
     .example = "app"},
    {.key = "version",
     .kind = SCHEMA_VERSION,
     REQUIRED,
     IN(scenario_image, version),
     .help = "Version in the image's header",
     .example = "1.2.0"},
    {.key = "counter",
     .kind = SCHEMA_NUMBER,
     IN(scenario_image, counter),
     BOUNDS(0, UINT32_MAX),
     .help = "Security counter in the signed part",
     .usual = "(none)",
     .example = "2"},
    {.key = "size",
     .kind = SCHEMA_SIZE,
     IN(scenario_image, size),
     BOUNDS(1u, 2u * 1024u * 1024u),
     .help = "The image is padded to this size",
     .usual = "(as built)",
     .example = "256KiB"},
    {.key = "key",
     .kind = SCHEMA_SIGNER,
     IN(scenario_image, key),
     .choices = schema_image_keys,
     .help = "Key that signs the image. The key of a PEM file is burned as the "
             "product's third key, and is included in the image",
     .usual = "root",
     .example = "wrong"},
    {.key = "authentic",
     .kind = SCHEMA_BOOL,
     IN(scenario_image, authentic),
     .help = "Whether the oracle allows the device to run it",
     .usual = "(true for key root or a PEM file without edits)",
     .example = "false"},
    {.key = "edits",
     .kind = SCHEMA_EDITS,
     .map = &schema_edit,
     .help = "Changes made to the image after signing",
     .usual = "(nothing)",
     .example = "[flip-code: 5]"},
    {.key = NULL}};

const struct schema_map schema_image = {
    .name = "image",
    .path = "images.NAME",
    .keys = image_keys,
    .help = "An image: which program and version, and how it is signed."};

/* From the image tool's own list; `example` says what the value means. */
static const struct schema_key edit_keys[] = {
#define EDIT_KEY(code, name, meaning, text) \
    {.key = (name),                         \
     .kind = SCHEMA_EDIT,                   \
     IN(image_edit, value),                 \
     .help = (text),                        \
     .example = (meaning)},
    IMAGE_EDITS(EDIT_KEY)
#undef EDIT_KEY
        {.key = NULL}};

const struct schema_map schema_edit = {
    .name = "edit",
    .path = "images.NAME.edits[]",
    .flags = SCHEMA_ONE_KEY,
    .keys = edit_keys,
    .help = "A change to an image, hostile or accidental. Edits without a "
            "value are written as a bare word."};

#define PLACED(label, says, otherwise)                                 \
    {                                                                  \
        .key = (label), .kind = SCHEMA_IMAGE, IN(placement, image),    \
        .choices = placed_words, .help = (says), .usual = (otherwise), \
        .example = "factory"                                           \
    }

static const struct schema_key flash_keys[] = {
    PLACED("boot-a", "First bootloader copy", "bootloader"),
    PLACED("boot-b", "Second bootloader copy", "bootloader"),
    PLACED("slot-a", "First image slot", "empty"),
    PLACED("slot-b", "Second image slot", "empty"),
    PLACED("recovery", "Recovery image", "empty"),
    {.key = NULL}};

const struct schema_map schema_flash = {
    .name = "flash",
    .path = "flash",
    .keys = flash_keys,
    .help =
        "What the factory put where. Partitions not named here stay empty."};

static const struct schema_key fuses_keys[] = {
    {.key = "counter",
     .kind = SCHEMA_NUMBER,
     IN(scenario, fuse_counter),
     BOUNDS(0, OTP_COUNTER_BITS),
     .help = "Security counter for applications",
     .usual = "0",
     .example = "2"},
    {.key = "boot_counter",
     .kind = SCHEMA_NUMBER,
     IN(scenario, fuse_boot_counter),
     BOUNDS(0, OTP_BOOT_COUNTER_BITS),
     .help = "Security counter for bootloaders",
     .usual = "0",
     .example = "1"},
    {.key = "epoch",
     .kind = SCHEMA_NUMBER,
     IN(scenario, fuse_epoch),
     BOUNDS(0, OTP_EPOCH_BITS),
     .help = "Key epoch: root keys below it are revoked",
     .usual = "0",
     .example = "1"},
    {.key = NULL}};

static const struct schema_map schema_fuses = {
    .name = "fuses",
    .path = "fuses",
    .keys = fuses_keys,
    .help = "What the factory burned besides the root keys."};

static const struct schema_key machine_keys[] = {
    {.key = "rom",
     .kind = SCHEMA_TEXT,
     IN(scenario, rom),
     .help = "ROM program, as an ELF file",
     .usual = "(our own)",
     .example = "rom.elf"},
    {.key = "bootloader",
     .kind = SCHEMA_TEXT,
     IN(scenario, bootloader),
     .help = "Bootloader image",
     .usual = "(our own)",
     .example = "boot.bin"},
    {.key = NULL}};

static const struct schema_map schema_machine = {
    .name = "machine",
    .path = "machine",
    .keys = machine_keys,
    .help = "Your own programs for the boot chain."};

/* ---- steps ------------------------------------------------------------ */

#define NTH(type, member, says, otherwise)                            \
    {                                                                 \
        .key = "nth", .kind = SCHEMA_NUMBER, IN(type, member),        \
        BOUNDS(1u, UINT32_MAX), .help = (says), .usual = (otherwise), \
        .example = "3"                                                \
    }
#define DEVICE(type, member, says, otherwise)                               \
    {                                                                       \
        .key = "device", .kind = SCHEMA_NUMBER, IN(type, member),           \
        BOUNDS(1u, SCENARIO_DEVICES), .help = (says), .usual = (otherwise), \
        .example = "2"                                                      \
    }

static const struct schema_key pattern_keys[] = {
    {.key = "event",
     .kind = SCHEMA_EVENT,
     REQUIRED,
     IN(pattern, code),
     .help = "Name of the event; 'otalab explain' lists them. Further keys are "
             "fields of that event and are matched by value",
     .example = "flash.erase"},
    NTH(pattern, nth, "Which of the matching events, counted from 1", "1"),
    DEVICE(pattern, device, "Device of the event, counted from 1", "(any)"),
    {.key = NULL}};

const struct schema_map schema_pattern = {
    .name = "on",
    .path = "steps[].on",
    .flags = SCHEMA_FIELDS,
    .keys = pattern_keys,
    .help = "An event, chosen by its name and any of its fields."};

static const struct schema_key step_keys[] = {
    {.key = "on",
     .kind = SCHEMA_PATTERN,
     .map = &schema_pattern,
     IN(step, on),
     .help = "The event at which it happens",
     .example = "{event: app.ready}"},
    {.key = "at",
     .kind = SCHEMA_TIME,
     IN(step, at_ns),
     BOUNDS(0, 10000u * HOUR),
     .help = "The virtual time at which it happens, instead of 'on'",
     .example = "12.5ms"},
    {.key = "do",
     .kind = SCHEMA_ACTIONS,
     REQUIRED,
     .map = &schema_action,
     .help = "What happens: one action or a list of them",
     .example = "{power_cut: {}}"},
    {.key = "optional",
     .kind = SCHEMA_BOOL,
     IN(step, optional),
     .help = "Whether the scenario passes even if the step never happens; for "
             "what an earlier fault may prevent",
     .usual = "false",
     .example = "true"},
    {.key = "times",
     .kind = SCHEMA_NUMBER,
     IN(step, times),
     BOUNDS(1u, 100000u),
     .help = "How often it happens, with 'on'",
     .usual = "1",
     .example = "250"},
    {.key = "every",
     .kind = SCHEMA_NUMBER,
     IN(step, every),
     BOUNDS(1u, 100000u),
     .help =
         "With 'times': at every so many events that fit, from the first on",
     .usual = "1",
     .example = "2"},
    DEVICE(step, device, "The device on which the actions act, counted from 1",
           "(the event's; at a time, every device)"),
    {.key = NULL}};

const struct schema_map schema_step = {
    .name = "step",
    .path = "steps[]",
    .keys = step_keys,
    .help = "Something that happens from outside, at an event or a time. A "
            "step that never happens fails the scenario."};

static const struct schema_key tell_keys[] = {
    {.key = "on",
     .kind = SCHEMA_PATTERN,
     REQUIRED,
     .map = &schema_pattern,
     IN(tell, on),
     .help = "The event from which on it is shown",
     .example = "{event: boot.attempt}"},
    {.key = "text",
     .kind = SCHEMA_TEXT,
     REQUIRED,
     IN(tell, text),
     .help = "What the dashboard's explain pane says",
     .example = "\"Look at the journal: the attempt is already counted.\""},
    {.key = NULL}};

const struct schema_map schema_tell = {
    .name = "tell",
    .path = "tell[]",
    .keys = tell_keys,
    .help = "An explanation for whoever watches the run in the dashboard. It "
            "changes nothing in the run."};

static const struct schema_key cut_keys[] = {
    {.key = "done",
     .kind = SCHEMA_SHARE,
     IN(action, done),
     .help = "How far the operation in flight has got. If this is given, there "
             "must be one",
     .usual = "(50%, if one is in flight)",
     .example = "40%"},
    {.key = "form",
     .kind = SCHEMA_CHOICE,
     IN(action, form),
     .choices = torn_flash,
     .help = "What a torn flash operation leaves behind. With any value but "
             "auto, the run fails if the cut leaves anything else",
     .usual = "auto",
     .example = "erase-mix"},
    {.key = "reach",
     .kind = SCHEMA_SHARE,
     IN(action, reach),
     BOUNDS(1u, 1000u),
     .help = "How far the form of a torn flash operation has got, whatever "
             "the time: of prefix, word-split and erase-zeros",
     .usual = "(as done)",
     .example = "25%"},
    {.key = "draw",
     .kind = SCHEMA_NUMBER,
     IN(action, draw),
     BOUNDS(1u, UINT32_MAX),
     .help =
         "Number that the random bits of a torn flash operation follow from",
     .usual = "(drawn from the seed)",
     .example = "17"},
    {.key = "reads",
     .kind = SCHEMA_CHOICE,
     IN(action, reading),
     .choices = torn_readings,
     .help = "How unreliable words read after the cut: those of the flash "
             "operation that was torn last, by this cut or an earlier one",
     .usual = "left",
     .example = "old"},
    {.key = "fuse_form",
     .kind = SCHEMA_CHOICE,
     IN(action, fuse_form),
     .choices = torn_fuse,
     .help = "What a torn fuse burn leaves behind. With any value but auto, "
             "the run fails if the cut leaves anything else",
     .usual = "auto",
     .example = "weak"},
    {.key = "off_for",
     .kind = SCHEMA_TIME,
     IN(action, off_ns),
     BOUNDS(1u, 10000u * HOUR),
     .help = "How long power stays off",
     .usual = "500ms",
     .example = "500ms"},
    {.key = "sram",
     .kind = SCHEMA_CHOICE,
     IN(action, sram),
     .choices = sram_left,
     .help = "What the SRAM contains afterwards",
     .usual = "scrambled",
     .example = "kept"},
    {.key = "cause",
     .kind = SCHEMA_CHOICE,
     IN(action, cause),
     .choices = cut_causes,
     .help = "Reset cause reported to the device",
     .usual = "power-on",
     .example = "brown-out"},
    {.key = NULL}};

static const struct schema_map schema_cut = {
    .name = "power_cut",
    .path = "steps[].do.power_cut",
    .keys = cut_keys,
    .help = "Power fails and comes back. A flash or fuse operation in flight "
            "is torn."};

static const struct schema_key reset_keys[] = {
    {.key = "done",
     .kind = SCHEMA_SHARE,
     IN(action, done),
     .help = "How far the operation in flight has got; it continues. If this "
             "is given, there must be one",
     .usual = "(50%, if one is in flight)",
     .example = "40%"},
    {.key = "cause",
     .kind = SCHEMA_CHOICE,
     IN(action, cause),
     .choices = reset_causes,
     .help = "Reset cause reported to the device",
     .usual = "pin",
     .example = "watchdog"},
    {.key = NULL}};

static const struct schema_map schema_reset = {
    .name = "reset",
    .path = "steps[].do.reset",
    .keys = reset_keys,
    .help = "A reset without loss of power: SRAM and a flash operation in "
            "flight survive, locks do not."};

/* In the order of enum action_kind. */
static const struct schema_key action_keys[] = {
    {.key = "console",
     .kind = SCHEMA_TEXT,
     IN(action, text),
     .help = "Type a line on the device's console",
     .example = "\"trial b\""},
    {.key = "power_cut",
     .kind = SCHEMA_MAP,
     .map = &schema_cut,
     .help = "Power fails and comes back",
     .example = "{done: 40%}"},
    {.key = "reset",
     .kind = SCHEMA_MAP,
     .map = &schema_reset,
     .help = "Reset with power on",
     .example = "{cause: watchdog}"},
    {.key = "bit_flip",
     .kind = SCHEMA_MAP,
     .map = &schema_flip,
     .help = "Flip one bit of the flash",
     .example = "{partition: journal, target: record, bit: 3}"},
    {.key = "damage",
     .kind = SCHEMA_MAP,
     .map = &schema_damage,
     .help = "Overwrite a range of the flash",
     .example = "{partition: slot-a, length: 4KiB, fill: random}"},
    {.key = "bit_rot",
     .kind = SCHEMA_MAP,
     .map = &schema_rot,
     .help = "Flip bits all over a partition",
     .example = "{partition: slot-b, per_mib: 64}"},
    {.key = "hostile",
     .kind = SCHEMA_MAP,
     .map = &schema_hostile,
     .help = "Fill a partition as an attacker with a flash programmer might",
     .example = "{partition: journal, seed: 7}"},
    {.key = "flash_fail",
     .kind = SCHEMA_CHOICE,
     IN(action, flash_fault),
     .choices = schema_flash_failures,
     .help = "The next flash operation fails; there must be one",
     .example = "ignore"},
    {.key = "note",
     .kind = SCHEMA_TEXT,
     IN(action, text),
     .help = "Put a remark into the recording",
     .example = "\"now it gets interesting\""},
    {.key = "stop",
     .kind = SCHEMA_FLAG,
     .help = "End the run here",
     .example = NULL},
    {.key = "publish",
     .kind = SCHEMA_PUBLISH,
     IN(action, publish),
     .map = &schema_publish,
     .help = "The server offers an image from now on, with a truthful "
             "descriptor unless the mapping says otherwise",
     .example = "update"},
    {.key = "withdraw",
     .kind = SCHEMA_FLAG,
     .help = "The server offers nothing from now on",
     .example = NULL},
    {.key = "misbehave",
     .kind = SCHEMA_MISBEHAVE,
     IN(action, fault),
     .map = &schema_misbehave,
     .help = "The server misbehaves from now on",
     .example = "{kind: corrupt, resource: image, from: 1000B}"},
    {.key = "behave",
     .kind = SCHEMA_CHOICE,
     IN(action, fault_kind),
     .choices = schema_behave_kinds,
     .help = "The server stops one kind of misbehaviour, or all",
     .example = "all"},
    {.key = "network",
     .kind = SCHEMA_NETWORK,
     IN(action, network),
     .map = &schema_network,
     .help = "The link has new properties from now on. Those not given come "
             "from the kind, not from the previous link",
     .example = "{kind: nb-iot, loss: 25%}"},
    {.key = "link",
     .kind = SCHEMA_CHOICE,
     IN(action, text),
     .choices = link_switch,
     .help = "The link goes down until it is switched up again",
     .example = "down"},
    {.key = "outage",
     .kind = SCHEMA_TIME,
     IN(action, off_ns),
     BOUNDS(1u, 10000u * HOUR),
     .help = "The link is down for this long",
     .example = "20s"},
    {.key = "charge",
     .kind = SCHEMA_SHARE,
     IN(action, done),
     .help = "The battery is charged or replaced, to this level",
     .example = "100%"},
    {.key = "accelerator",
     .kind = SCHEMA_MAP,
     .map = &schema_accelerator,
     .help = "The accelerator's next results are bad; there must be one",
     .example = "{fault: wrong-result}"},
    {.key = "pauses",
     .kind = SCHEMA_FLAG,
     .help = "From now on, each boot after a power cut or an announced reset "
             "waits for the next full day, as in a sweep. Limits of time count "
             "from there, that of resets from the last power cut. For one "
             "device",
     .example = NULL},
    {.key = "server_shows",
     .kind = SCHEMA_CHOICE,
     IN(action, face),
     .choices = schema_faces,
     .help = "What the server, or somebody in its place, shows in handshakes "
             "from now on; channels that are open stay open",
     .example = "expired"},
    {.key = "server_restart",
     .kind = SCHEMA_FLAG,
     .help = "The server forgets all protected channels and sessions",
     .example = NULL},
    {.key = "rebind",
     .kind = SCHEMA_FLAG,
     .help = "The network gives the device another address, as a NAT does "
             "after a long silence; datagrams to the old one are lost",
     .example = NULL},
    {.key = "server_clock_back",
     .kind = SCHEMA_TIME,
     IN(action, off_ns),
     BOUNDS(1u, 10000u * HOUR),
     .help = "The server's clock is set back by this much",
     .example = "720h"},
    {.key = "rng",
     .kind = SCHEMA_CHOICE,
     IN(action, face),
     .choices = schema_generators,
     .help = "What the board's random generator gives from now on",
     .example = "stuck"},
    {.key = NULL}};

const struct schema_map schema_action = {.name = "do",
                                         .path = "steps[].do",
                                         .flags = SCHEMA_ONE_KEY,
                                         .keys = action_keys,
                                         .help = "One action."};

/* ---- expectations ----------------------------------------------------- */

#define EXPECTED_EVENT(wanted)                                              \
    {                                                                       \
        .key = "event", .kind = SCHEMA_EVENT, .flags = (wanted),            \
        IN(expect, pattern.code),                                           \
        .help = "Name of the event. Further keys are fields of that event " \
                "and are matched by value",                                 \
        .example = "boot.rollback"                                          \
    }

static const struct schema_key always_keys[] = {{.key = "executed",
                                                 .kind = SCHEMA_CHOICE,
                                                 REQUIRED,
                                                 IN(expect, text),
                                                 .choices = executed_words,
                                                 .help =
                                                     "What the CPU executes",
                                                 .example = "authentic"},
                                                {.key = NULL}};

static const struct schema_map schema_always = {
    .name = "always",
    .path = "expect[].always",
    .keys = always_keys,
    .help = "What holds from power-on to the end."};

static const struct schema_key never_keys[] = {
    EXPECTED_EVENT(SCHEMA_REQUIRED),
    NTH(expect, pattern.nth,
        "Which of the matching events must not happen: nth: 2 allows the first",
        "(it must never happen)"),
    DEVICE(expect, device, "Device of the event, counted from 1", "(any)"),
    {.key = "swept",
     .kind = SCHEMA_BOOL,
     IN(expect, swept),
     .help = "Whether it holds in a sweep, after any power cut",
     .usual = "true",
     .example = "false"},
    {.key = NULL}};

static const struct schema_map schema_never = {
    .name = "never",
    .path = "expect[].never",
    .flags = SCHEMA_FIELDS,
    .keys = never_keys,
    .help = "An event that must not happen."};

static const struct schema_key count_keys[] = {
    EXPECTED_EVENT(SCHEMA_REQUIRED),
    {.key = "times",
     .kind = SCHEMA_RANGE,
     REQUIRED,
     IN(expect, times),
     .help = "Number of matching events in the whole run",
     .example = "3"},
    DEVICE(expect, device, "Device of the events, counted from 1",
           "(all devices together)"),
    {.key = NULL}};

static const struct schema_map schema_count = {
    .name = "count",
    .path = "expect[].count",
    .flags = SCHEMA_FIELDS,
    .keys = count_keys,
    .help = "How often an event happens."};

static const struct schema_key eventually_keys[] = {
    EXPECTED_EVENT(0),
    NTH(expect, pattern.nth, "Which of the matching events", "1"),
    DEVICE(expect, device, "Device that must reach it, counted from 1",
           "(every device)"),
    {.key = "running",
     .kind = SCHEMA_IMAGE,
     IN(expect, running),
     .choices = running_words,
     .help = "The image that runs",
     .example = "update"},
    {.key = "confirmed",
     .kind = SCHEMA_BOOL,
     IN(expect, confirmed),
     .help = "Whether it is confirmed",
     .example = "true"},
    {.key = "halted",
     .kind = SCHEMA_BOOL,
     IN(expect, halted),
     .help = "Whether the board has given up",
     .example = "true"},
    {.key = "within",
     .kind = SCHEMA_TIME,
     IN(expect, within_ns),
     BOUNDS(1u, 10000u * HOUR),
     .help = "The latest virtual time",
     .usual = "(limits.virtual_time)",
     .example = "60s"},
    {.key = "swept",
     .kind = SCHEMA_BOOL,
     IN(expect, swept),
     .help = "Whether it holds in a sweep, after any power cut",
     .usual = "(states: true, events: false)",
     .example = "false"},
    {.key = NULL}};

static const struct schema_map schema_eventually = {
    .name = "eventually",
    .path = "expect[].eventually",
    .flags = SCHEMA_FIELDS,
    .keys = eventually_keys,
    .help = "An event, or a state (running, confirmed, halted), that must be "
            "reached."};

#define END_RANGE(label, says)                                   \
    {                                                            \
        .key = (label), .kind = SCHEMA_RANGE, IN(expect, range), \
        .help = (says), .example = "0..3"                        \
    }
#define END_CONTENT(label, says)                                      \
    {                                                                 \
        .key = (label), .kind = SCHEMA_IMAGE, IN(expect, text),       \
        .choices = content_words, .help = (says), .example = "update" \
    }

/* In the order of enum end_key. */
static const struct schema_key end_keys[] = {
    END_CONTENT("slot-a", "What slot A holds"),
    END_CONTENT("slot-b", "What slot B holds"),
    END_CONTENT("recovery", "What the recovery partition holds"),
    {.key = "running",
     .kind = SCHEMA_IMAGE,
     IN(expect, text),
     .choices = running_words,
     .help = "The image that runs",
     .example = "update"},
    {.key = "confirmed",
     .kind = SCHEMA_BOOL,
     IN(expect, range),
     .help = "Whether the running image is confirmed",
     .example = "true"},
    END_RANGE("attempts", "Attempts left according to the journal"),
    END_RANGE("resets", "Number of resets after the first power-on"),
    END_RANGE("boots", "Number of boots, including the first"),
    END_RANGE("rollbacks", "How often the journal left a slot for a reason"),
    END_RANGE("counter", "Security counter in the fuses"),
    {.key = "halted",
     .kind = SCHEMA_BOOL,
     IN(expect, range),
     .help = "Whether the board has given up",
     .example = "false"},
    {.key = "reason",
     .kind = SCHEMA_CHOICE,
     IN(expect, text),
     .choices = reasons,
     .help = "Reason of the last rollback or rejection in the journal",
     .example = "trial-failed"},
    END_RANGE("programs", "Number of flash pages programmed"),
    END_RANGE("erases", "Number of flash sectors erased"),
    END_RANGE("worst_sector",
              "Number of erases of the sector erased most often"),
    END_RANGE("cuts", "Number of power cuts and resets delivered by steps"),
    {.key = "energy",
     .kind = SCHEMA_ENERGIES,
     IN(expect, range),
     .help = "Energy used by CPU, flash, radio and everything else",
     .example = "0mWh..40mWh"},
    END_RANGE("bytes_down",
              "Payload bytes of all datagrams sent by the server"),
    END_RANGE("bytes_up", "Payload bytes of all datagrams sent by the device"),
    END_RANGE("sessions", "How often the modem woke up"),
    END_RANGE("billed",
              "Bytes that the network charges for: those on the air, rounded "
              "up to the quantum in every session"),
    {.key = "state",
     .kind = SCHEMA_CHOICE,
     IN(expect, text),
     .choices = update_states,
     .help = "State in the newest report that the server received",
     .example = "idle"},
    {.key = "result",
     .kind = SCHEMA_CHOICE,
     IN(expect, text),
     .choices = update_results,
     .help = "Result in the newest report that the server received",
     .example = "success"},
    /* Not an expectation itself, but the device to which the others apply. */
    DEVICE(expect, device, "Device to check, counted from 1", "(every device)"),
    {.key = NULL}};

const struct schema_map schema_end = {
    .name = "at_end",
    .path = "expect[].at_end",
    .keys = end_keys,
    .help = "What must hold when the run ends. Each key is an expectation of "
            "its own."};

/* In the order of enum expect_kind. */
static const struct schema_key expect_keys[] = {
    {.key = "always",
     .kind = SCHEMA_MAP,
     .map = &schema_always,
     .help = "What holds from power-on to the end",
     .example = "{executed: authentic}"},
    {.key = "never",
     .kind = SCHEMA_MAP,
     .map = &schema_never,
     .help = "An event that must not happen",
     .example = "{event: cpu.fault}"},
    {.key = "count",
     .kind = SCHEMA_MAP,
     .map = &schema_count,
     .help = "How often an event happens",
     .example = "{event: boot.attempt, times: 3}"},
    {.key = "eventually",
     .kind = SCHEMA_MAP,
     .map = &schema_eventually,
     .help = "An event or a state that must be reached",
     .example = "{running: update, confirmed: true, within: 60s}"},
    {.key = "at_end",
     .kind = SCHEMA_END,
     .map = &schema_end,
     .help = "What must be true when the run ends",
     .example = "{slot-b: update, rollbacks: 0}"},
    {.key = NULL}};

const struct schema_map schema_expect = {
    .name = "expect",
    .path = "expect[]",
    .flags = SCHEMA_ONE_KEY,
    .keys = expect_keys,
    .help =
        "One expectation. The oracle's own rules apply as well, in every run."};

/* ---- the root --------------------------------------------------------- */

static const struct schema_key scenario_keys[] = {
    {.key = "scenario",
     .kind = SCHEMA_NAME,
     REQUIRED,
     IN(scenario, name),
     .help = "The scenario's name, which must match the file's name",
     .example = "power-cut-in-confirm"},
    {.key = "title",
     .kind = SCHEMA_TEXT,
     REQUIRED,
     IN(scenario, title),
     .help = "What happens, in one line",
     .example = "Power is lost while the update is being confirmed"},
    {.key = "seed",
     .kind = SCHEMA_NUMBER,
     IN(scenario, seed),
     BOUNDS(0, UINT64_MAX),
     .help = "The source of all randomness",
     .usual = "1",
     .example = "7"},
    {.key = "limits",
     .kind = SCHEMA_MAP,
     .map = &schema_limits,
     .help = "The latest point at which the run is stopped",
     .example = "{virtual_time: 60s, resets: 8}"},
    {.key = "images",
     .kind = SCHEMA_IMAGES,
     .map = &schema_image,
     .help = "The images of this scenario; you choose their names",
     .example = "{factory: {build: app, version: 1.2.0}}"},
    {.key = "flash",
     .kind = SCHEMA_FLASH,
     .map = &schema_flash,
     .help = "What the factory put where",
     .example = "{slot-a: factory, slot-b: update}"},
    {.key = "journal",
     .kind = SCHEMA_BOOL,
     IN(scenario, journal),
     .help = "Whether the factory wrote a first journal record",
     .usual = "true",
     .example = "false"},
    {.key = "fuses",
     .kind = SCHEMA_MAP,
     .map = &schema_fuses,
     .help = "What the factory burned besides the root keys",
     .example = "{counter: 2}"},
    {.key = "wear",
     .kind = SCHEMA_MAP,
     .map = &schema_wear,
     .help = "How often the sectors of a partition were erased before",
     .example = "{slot-b: 100000}"},
    {.key = "machine",
     .kind = SCHEMA_MAP,
     .map = &schema_machine,
     .help = "Your own programs for the boot chain",
     .example = "{rom: rom.elf}"},
    {.key = "devicetree",
     .kind = SCHEMA_PROPERTIES,
     .help = "Devicetree numbers that differ from the board's, by node and "
             "property; both must exist there",
     .usual = "(as in firmware/board/otalab.dts)",
     .example = "{/agent/poll-ms: 5000}"},
    {.key = "crypto",
     .kind = SCHEMA_CHOICE,
     IN(scenario, accelerator),
     .choices = schema_crypto_kinds,
     .help = "What the device uses to compute hashes and verify signatures",
     .usual = "software",
     .example = "accelerator"},
    {.key = "mechanism",
     .kind = SCHEMA_CHOICE,
     IN(scenario, mechanism),
     .choices = mechanisms,
     .help = "How the device updates; selects a flash map of the board",
     .usual = "ab",
     .example = "recovery"},
    {.key = "flash_part",
     .kind = SCHEMA_CHOICE,
     IN(scenario, part),
     .choices = parts,
     .help = "The kind of flash: the size of sectors, times, endurance",
     .usual = "w25q",
     .example = "stm32l4"},
    {.key = "devices",
     .kind = SCHEMA_NUMBER,
     IN(scenario, devices),
     BOUNDS(1u, SCENARIO_DEVICES),
     .help = "Number of devices; all are alike, and each has its own link to "
             "the one server",
     .usual = "1",
     .example = "2"},
    {.key = "clock",
     .kind = SCHEMA_TIME,
     IN(scenario, clock_ms),
     .unit = MS,
     BOUNDS(0, 24u * HOUR / MS - 1u),
     .help = "Time of day on the real-time clock at power-on",
     .usual = "0h",
     .example = "6h"},
    {.key = "network",
     .kind = SCHEMA_NETWORK,
     IN(scenario, network),
     .map = &schema_network,
     .help = "The link between device and update server",
     .usual = "(no modem is fitted)",
     .example = "{rate: 60kbit/s, latency: 40ms, loss: 2%}"},
    {.key = "billing",
     .kind = SCHEMA_MAP,
     .map = &schema_billing,
     .help = "What the network charges for; decides nothing",
     .usual = "(quanta of 1000B, free of charge)",
     .example = "{quantum: 1000B, price: 50}"},
    {.key = "security",
     .kind = SCHEMA_CHOICE,
     IN(scenario, security),
     .choices = schema_securities,
     .help = "How the device speaks to its server. Anything but plain needs "
             "programs with a protected channel: app-secure, recovery-secure",
     .usual = "plain",
     .example = "x509"},
    {.key = "deltas",
     .kind = SCHEMA_NUMBER,
     IN(scenario, deltas),
     BOUNDS(0, SCENARIO_DELTAS),
     .help = "The server keeps delta updates to each published image from that "
             "many images before it, in the order of 'images'",
     .usual = "0",
     .example = "3"},
    {.key = "battery",
     .kind = SCHEMA_BATTERY,
     IN(scenario, battery),
     .map = &schema_battery,
     .help = "The battery that powers the device",
     .usual = "(an external supply that never fails)",
     .example = "{capacity: 500J, charge: 40%}"},
    {.key = "allow",
     .kind = SCHEMA_ALLOW,
     IN(scenario, allow),
     .choices = allowances,
     .help = "Violations that a bad image is expected to attempt",
     .usual = "(none)",
     .example = "[flash.locked]"},
    {.key = "steps",
     .kind = SCHEMA_STEPS,
     .map = &schema_step,
     .help = "What happens to the device from outside: a list",
     .example = "[{on: {event: app.ready}, do: {console: \"trial b\"}}]"},
    {.key = "tell",
     .kind = SCHEMA_TELLS,
     .map = &schema_tell,
     .help = "What the dashboard explains, and when: a list",
     .usual = "(what it says of each phase)",
     .example = "[{on: {event: boot.attempt}, text: \"Counted first.\"}]"},
    {.key = "expect",
     .kind = SCHEMA_EXPECTS,
     REQUIRED,
     .map = &schema_expect,
     .help = "What must be true: a list",
     .example = "[at_end: {running: update}]"},
    {.key = NULL}};

const struct schema_map schema_scenario = {
    .name = "scenario",
    .path = "",
    .keys = scenario_keys,
    .help = "A scenario: a device, the world around it, what happens, and what "
            "must result."};

const struct schema_map *const schema_maps[] = {
    &schema_scenario,   &schema_limits,  &schema_image,     &schema_edit,
    &schema_flash,      &schema_fuses,   &schema_wear,      &schema_machine,
    &schema_network,    &schema_burst,   &schema_billing,   &schema_battery,
    &schema_step,       &schema_pattern, &schema_action,    &schema_cut,
    &schema_reset,      &schema_flip,    &schema_damage,    &schema_rot,
    &schema_hostile,    &schema_publish, &schema_misbehave, &schema_accelerator,
    &schema_expect,     &schema_always,  &schema_never,     &schema_count,
    &schema_eventually, &schema_end,     &schema_tell,      NULL};

/* ---- kinds ------------------------------------------------------------ */

#define JSON_NAME \
    "\"type\": \"string\", \"pattern\": \"^[a-z0-9][a-z0-9._-]*$\""
#define JSON_SIZE                                        \
    "\"type\": [\"string\", \"integer\"], \"pattern\": " \
    "\"^([0-9]+([.][0-9]+)?(B|KiB|MiB)|0x[0-9a-fA-F]+)$\""
#define JSON_TIME                         \
    "\"type\": \"string\", \"pattern\": " \
    "\"^[0-9]+([.][0-9]+)?(ns|us|ms|s|min|h)$\""
#define JSON_UNIT(units)                  \
    "\"type\": \"string\", \"pattern\": " \
    "\"^[0-9]+([.][0-9]+)?" units "$\""
#define JSON_PATHS                                            \
    "\"type\": \"object\", \"propertyNames\": {\"pattern\": " \
    "\"^/[^/].*/[^/]+$\"}, \"additionalProperties\": "        \
    "{\"type\": \"integer\"}"
#define ENERGY "[0-9]+([.][0-9]+)?((u|m|k)?J|m?Wh)"
#define JSON_RANGE                                       \
    "\"type\": [\"integer\", \"string\"], \"pattern\": " \
    "\"^[0-9a-fx]+([.][.]([0-9a-fx]+)?)?$\""

static const struct schema_words words[SCHEMA_KINDS] = {
    [SCHEMA_TEXT] = {"one line of text", NULL, "\"type\": \"string\""},
    [SCHEMA_NAME] = {"a name of lower-case letters, digits, '.', '_' and '-'",
                     NULL, JSON_NAME},
    [SCHEMA_VERSION] = {"a version", "1.2.0 or 1.2.0+4",
                        "\"type\": \"string\", \"pattern\": "
                        "\"^[0-9]+[.][0-9]+[.][0-9]+([+][0-9]+)?$\""},
    [SCHEMA_BOOL] = {"true or false", NULL, "\"type\": \"boolean\""},
    [SCHEMA_NUMBER] = {"a whole number", "7 or 0x1f", NULL},
    [SCHEMA_SIZE] = {"a size with its unit", "4KiB, 512B or 0x200", JSON_SIZE},
    [SCHEMA_TIME] = {"a time with its unit", "45ms, 1.5s or 2min", JSON_TIME},
    [SCHEMA_SHARE] = {"a percentage with at most one decimal", "40% or 12.5%",
                      JSON_UNIT("%")},
    [SCHEMA_CHANCE] = {"a percentage with at most four decimals", "2% or 0.05%",
                       JSON_UNIT("%")},
    [SCHEMA_RATE] = {"a rate with its unit", "60kbit/s or 1.5Mbit/s",
                     JSON_UNIT("(k|M)?bit/s")},
    [SCHEMA_ENERGY] = {"an energy with its unit", "500J, 2.5kJ or 800mJ",
                       JSON_UNIT("((u|m|k)?J|m?Wh)")},
    [SCHEMA_OHMS] = {"a resistance with its unit", "800mohm or 2.5ohm",
                     JSON_UNIT("m?ohm")},
    [SCHEMA_CODE] = {"a CoAP code", "5.03",
                     "\"type\": [\"string\", \"number\"]"},
    [SCHEMA_RANGE] = {"a number or a range", "3, 0..3 or 2..", JSON_RANGE},
    [SCHEMA_ENERGIES] = {"a range of energies", "0mWh..40mWh, 5J.. or 1.5J",
                         "\"type\": \"string\", \"pattern\": "
                         "\"^" ENERGY "([.][.](" ENERGY ")?)?$\""},
    [SCHEMA_CHOICE] = {"one of the words listed", NULL, NULL},
    [SCHEMA_SIGNER] = {"a key file beside the scenario", "test-key.pem",
                       "\"type\": \"string\""},
    [SCHEMA_IMAGE] = {"the name of an image", NULL, "\"type\": \"string\""},
    [SCHEMA_EVENT] = {"the name of an event", NULL, NULL},
    [SCHEMA_FLAG] = {"no value", NULL,
                     "\"type\": [\"object\", \"null\"], \"maxProperties\": 0"},
    [SCHEMA_MAP] = {"a mapping", NULL, NULL},
    [SCHEMA_IMAGES] = {"a mapping of names to images", NULL, NULL},
    [SCHEMA_FLASH] = {"a mapping of partitions to images", NULL, NULL},
    [SCHEMA_EDIT] = {"a whole number", NULL, "\"type\": \"integer\""},
    [SCHEMA_EDITS] = {"a list of edits", NULL, NULL},
    [SCHEMA_STEPS] = {"a list of steps", NULL, NULL},
    [SCHEMA_TELLS] = {"a list of explanations", NULL, NULL},
    [SCHEMA_PATTERN] = {"an event with any of its fields", NULL, NULL},
    [SCHEMA_ACTIONS] = {"an action or a list of them", NULL, NULL},
    [SCHEMA_EXPECTS] = {"a list of expectations", NULL, NULL},
    [SCHEMA_END] = {"a mapping", NULL, NULL},
    [SCHEMA_NETWORK] = {"a mapping", NULL, NULL},
    [SCHEMA_BATTERY] = {"a mapping", NULL, NULL},
    [SCHEMA_MISBEHAVE] = {"a mapping", NULL, NULL},
    [SCHEMA_PUBLISH] = {"the name of an image, or a mapping", NULL, NULL},
    [SCHEMA_PROPERTIES] = {"a mapping of paths to numbers", NULL, JSON_PATHS},
    [SCHEMA_ALLOW] = {"a list of violations", NULL, NULL},
};

const struct schema_words *schema_words(enum schema_kind kind)
{
    return &words[kind];
}

const struct schema_key *schema_find(const struct schema_map *map,
                                     const char *key)
{
    for (const struct schema_key *row = map->keys; row->key != NULL; row++) {
        if (strcmp(row->key, key) == 0) {
            return row;
        }
    }
    return NULL;
}

const struct schema_choice *schema_choice_find(
    const struct schema_choice *choices, const char *name)
{
    for (; choices != NULL && choices->name != NULL; choices++) {
        if (strcmp(choices->name, name) == 0) {
            return choices;
        }
    }
    return NULL;
}

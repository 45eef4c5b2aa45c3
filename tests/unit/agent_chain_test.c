/* SPDX-License-Identifier: MIT */
/*
 * What is fetched, through decoders that make more and less of it, into the
 * slot: cut at every operation and gone on with.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ota/agent_parts.h"
#include "ram_flash.h"

#define SECTOR 2048u
#define PAGE 256u
#define PIECE 300u /* bytes that come at once */
#define IMAGE 5000u
#define SLOT_START (2u * SECTOR)
#define STAGING_START (6u * SECTOR)

/* ---- decoders ------------------------------------------------------------ */

/* Two bytes for each one. */
static void start(struct decode_state *state)
{
    memset(&state->as, 0, sizeof state->as);
}

static bool double_step(struct decode_state *state, struct decode_io *io)
{
    while (io->out_left != 0 && (state->as.bytes[0] || io->in_left != 0)) {
        if (!state->as.bytes[0]) {
            state->as.bytes[1] = *io->in++;
            io->in_left--;
        }
        *io->out++ = (uint8_t)(state->as.bytes[1] + state->as.bytes[0]);
        io->out_left--;
        state->as.bytes[0] ^= 1;
    }
    return true;
}

static bool is_through(const struct decode_state *state)
{
    return !state->as.bytes[0];
}

static void dump(const struct decode_state *state, uint8_t out[DECODE_DUMP])
{
    memset(out, 0, DECODE_DUMP);
    memcpy(out, state->as.bytes, 2);
}

static bool double_restore(struct decode_state *state, uint32_t fetched,
                           uint32_t written, const uint8_t in[DECODE_DUMP])
{
    start(state);
    memcpy(state->as.bytes, in, 2);
    return in[0] <= 1 && 2u * fetched == written + in[0];
}

static const struct decoder doubles = {.dump_size = 2,
                                       .start = start,
                                       .step = double_step,
                                       .finish = is_through,
                                       .dump = dump,
                                       .restore = double_restore};

/* One byte for two. */
static bool halve_step(struct decode_state *state, struct decode_io *io)
{
    while (io->in_left != 0 && (!state->as.bytes[0] || io->out_left != 0)) {
        uint8_t in = *io->in++;

        io->in_left--;
        if (state->as.bytes[0]) {
            *io->out++ = (uint8_t)(state->as.bytes[1] + in);
            io->out_left--;
        }
        state->as.bytes[1] = in;
        state->as.bytes[0] ^= 1;
    }
    return true;
}

static bool halve_restore(struct decode_state *state, uint32_t fetched,
                          uint32_t written, const uint8_t in[DECODE_DUMP])
{
    start(state);
    memcpy(state->as.bytes, in, 2);
    return in[0] <= 1 && fetched == 2u * written + in[0];
}

static const struct decoder halves = {.dump_size = 2,
                                      .start = start,
                                      .step = halve_step,
                                      .finish = is_through,
                                      .dump = dump,
                                      .restore = halve_restore};

/* ---- a device -------------------------------------------------------------- */

static uint8_t download[2u * IMAGE];
static uint8_t image[IMAGE];

struct device {
    struct ram_flash ram;
    struct ota_flash flash; /* the same, page by page */
    struct agent_port port;
    struct agent agent;
    const struct decoder *decoder;
    uint32_t length; /* of the download */
    uint32_t given;  /* bytes, over all sessions */
    uint32_t sessions;
};

/* As the driver does: each page is an operation of its own. */
static int program_pages(void *context, uint32_t address, const void *data,
                         uint32_t length)
{
    const uint8_t *bytes = data;
    int err = OTA_OK;

    while (length != 0 && err == OTA_OK) {
        uint32_t left = PAGE - address % PAGE;
        uint32_t part = length < left ? length : left;

        err = ram_program(context, address, bytes, part);
        address += part;
        bytes += part;
        length -= part;
    }
    return err;
}

static uint64_t no_time(void *context)
{
    (void)context;
    return 0;
}

static uint32_t no_chance(void *context)
{
    (void)context;
    return 0;
}

static void no_watchdog(void *context)
{
    (void)context;
}

static void no_trace(void *context, enum agent_event event, uint32_t a,
                     uint32_t b, uint32_t c)
{
    (void)context;
    (void)event;
    (void)a;
    (void)b;
    (void)c;
}

static void make(struct device *device, const struct decoder *decoder)
{
    memset(device, 0, sizeof *device);
    ram_flash_init(&device->ram, 8u * SECTOR, SECTOR);
    device->flash = device->ram.port;
    device->flash.program = program_pages;
    device->decoder = decoder;
    device->length = decoder == &doubles ? IMAGE / 2u : 2u * IMAGE;
    for (uint32_t i = 0; i < device->length; i++) {
        download[i] = (uint8_t)(i * 7u + i / 256u);
    }
    for (uint32_t i = 0; i < IMAGE; i++) {
        image[i] = decoder == &doubles
                       ? (uint8_t)(download[i / 2u] + i % 2u)
                       : (uint8_t)(download[2u * i] + download[2u * i + 1u]);
    }
    device->port = (struct agent_port){
        .now_ms = no_time,
        .rtc_ms = no_time,
        .random = no_chance,
        .alive = no_watchdog,
        .trace = no_trace,
        .flash = &device->flash,
        .slots = {{SLOT_START, 4u * SECTOR}, {SLOT_START, 4u * SECTOR}},
        .progress = {0, 2u * SECTOR},
        .staging = {STAGING_START, 2u * SECTOR},
    };
}

/* After a reset: what the record says is where it goes on. */
static void wake_up(struct device *device)
{
    struct agent *agent = &device->agent;
    uint8_t dump[DECODE_DUMP];

    memset(agent, 0, sizeof *agent);
    agent->port = &device->port;
    agent->decoder = device->decoder;
    agent->to_fetch = device->length;
    agent->size_known = true;
    (void)progress_open(&agent->log, &device->flash, device->port.progress);
    (void)delta_states_open(&agent->states, &device->flash,
                            device->port.staging);
    struct progress record = agent->log.now;
    record.size = IMAGE;
    if (record.sequence == 0 ||
        !delta_states_find(&agent->states, record.decoding, dump) ||
        !agent->decoder->restore(&agent->decoding, record.fetched,
                                 record.written, dump)) {
        progress_restart(&record);
        agent->decoder->start(&agent->decoding);
    }
    bool kept = agent_keep(agent, &record);
    cr_assert(kept || device->ram.dead);
    agent->fetched = record.fetched;
    agent->stored = record.written;
    cr_assert(record.written % SECTOR == 0 || record.written == IMAGE);
    device->sessions++;
}

/* False: power failed, or the decoder or the flash did. */
static bool fetch_all(struct device *device, uint32_t piece)
{
    struct agent *agent = &device->agent;

    while (agent->fetched < device->length && !device->ram.dead) {
        uint32_t left = device->length - agent->fetched;
        uint32_t part = left < piece ? left : piece;

        device->given += part;
        if (agent_take(agent, download + agent->fetched, part) !=
            AGENT_WHY_NONE) {
            return false;
        }
    }
    return !device->ram.dead && agent->log.now.written == IMAGE;
}

static void expect_image(struct device *device, const char *what, uint32_t at)
{
    cr_assert_eq(memcmp(device->ram.array + SLOT_START, image, IMAGE), 0,
                 "%s, cut at %u form %u", what, at, device->ram.form);
    cr_assert_eq(device->ram.violations, 0, "%s, cut at %u form %u: %u", what,
                 at, device->ram.form, device->ram.violations);
}

static uint32_t count_operations(const struct decoder *decoder)
{
    static struct device device;

    make(&device, decoder);
    wake_up(&device);
    cr_assert(fetch_all(&device, PIECE));
    expect_image(&device, "uncut", 0);
    return device.ram.operations;
}

static void cut_everywhere(const struct decoder *decoder, const char *what)
{
    uint32_t operations = count_operations(decoder);

    cr_assert_gt(operations, 10);
    for (uint32_t at = 0; at < operations; at++) {
        /* what disturbs a neighbour is found when the slot is read back */
        for (unsigned form = 0; form < RAM_DISTURB; form++) {
            static struct device device;

            make(&device, decoder);
            device.ram.at = at;
            device.ram.form = (enum ram_form)form;
            wake_up(&device);
            bool through = fetch_all(&device, PIECE);
            cr_assert_not(through && device.ram.dead);
            ram_flash_power_on(&device.ram);
            wake_up(&device);
            bool again = fetch_all(&device, PIECE);
            cr_assert(again, "%s, cut at %u form %u: %u fetched, %u written",
                      what, at, form, device.agent.fetched,
                      device.agent.log.now.written);
            expect_image(&device, what, at);
            /* the input of a sector, and the piece under way */
            cr_assert_leq(device.given, device.length + 2u * SECTOR + PIECE,
                          "%s, cut at %u: %u of %u bytes", what, at,
                          device.given, device.length);
        }
    }
}

/* ---- tests ----------------------------------------------------------------- */

Test(chain, a_decoder_that_makes_more_is_cut_everywhere)
{
    cut_everywhere(&doubles, "doubles");
}

Test(chain, a_decoder_that_makes_less_is_cut_everywhere)
{
    cut_everywhere(&halves, "halves");
}

Test(chain, it_does_not_matter_how_the_bytes_come)
{
    static const uint32_t pieces[] = {1, 2, 63, 64, 1023, 1024, 1025, 5000};

    for (unsigned i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        for (unsigned which = 0; which < 2; which++) {
            static struct device device;

            make(&device, which ? &halves : &doubles);
            wake_up(&device);
            cr_assert(fetch_all(&device, pieces[i]));
            expect_image(&device, "in pieces", pieces[i]);
        }
    }
}

static bool fails(struct decode_state *state, struct decode_io *io)
{
    (void)state;
    (void)io;
    return false;
}

static bool claims_too_much(struct decode_state *state, struct decode_io *io)
{
    (void)state;
    io->in_left++;
    return true;
}

/* Takes everything and gives nothing. */
static bool swallows(struct decode_state *state, struct decode_io *io)
{
    (void)state;
    io->in += io->in_left;
    io->in_left = 0;
    return true;
}

Test(chain, a_decoder_that_fails_ends_the_download)
{
    static bool (*const steps[])(struct decode_state *,
                                 struct decode_io *) = {fails, claims_too_much,
                                                        swallows};

    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        static struct device device;
        struct decoder bad = halves;

        bad.step = steps[i];
        make(&device, &bad);
        wake_up(&device);
        cr_assert_not(fetch_all(&device, PIECE), "step %u", i);
        cr_assert_eq(device.agent.log.now.written, 0);
    }
}

/* More input than the image has room for. */
Test(chain, what_is_too_much_is_not_written)
{
    static struct device device;

    make(&device, &doubles);
    wake_up(&device);
    cr_assert(fetch_all(&device, PIECE));
    cr_assert_eq(agent_take(&device.agent, download, PIECE),
                 AGENT_WHY_BAD_DIGEST);
    expect_image(&device, "with more after it", 0);
    cr_assert_eq(device.ram.array[SLOT_START + IMAGE], 0xFF);
}

/* An odd byte is left over. */
Test(chain, an_image_that_ends_in_the_middle_of_a_symbol_is_refused)
{
    static struct device device;

    make(&device, &halves);
    device.length = 2u * IMAGE - 1u;
    wake_up(&device);
    cr_assert_not(fetch_all(&device, PIECE));
}

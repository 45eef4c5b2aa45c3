/* SPDX-License-Identifier: MIT */
/* The host's view of the agent's logs, on what the device's code has written
 * and on what nobody would. */
#include "oracle/agent_logs.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/failed.h"
#include "ota/offers.h"
#include "ota/progress.h"
#include "ram_flash.h"

#define SECTOR 1024u
#define PROGRESS 0u
#define FAILED (2u * SECTOR)
#define OFFERS (4u * SECTOR)
#define ALL (6u * SECTOR)

static const struct board_map map = {.count = 3,
                                     .part = {{"progress", PROGRESS,
                                               2 * SECTOR},
                                              {"failed", FAILED, 2 * SECTOR},
                                              {"offers", OFFERS, 2 * SECTOR}}};

static struct ram_flash ram;
static struct agent_logs logs;

static void setup(void)
{
    ram_flash_init(&ram, ALL, SECTOR);
}

TestSuite(agent_logs, .init = setup);

static struct ota_area area(uint32_t start)
{
    return (struct ota_area){start, 2 * SECTOR};
}

Test(agent_logs, a_blank_flash_has_nothing)
{
    agent_logs_read(ram.array, ALL, &map, &logs);
    cr_assert_eq(logs.progress.sequence, 0);
    cr_assert_eq(logs.offer.sequence, 0);
    cr_assert_eq(logs.failed, 0);
}

Test(agent_logs, the_newest_progress_is_read)
{
    struct progress_log log;
    struct progress state = {.state = 1,
                             .result = 2,
                             .why = 3,
                             .slot = 1,
                             .tries = 4,
                             .reported = 1,
                             .final = 1,
                             .failures = 5,
                             .release = 6,
                             .size = 7,
                             .not_before_s = 8};

    memset(state.image_digest, 9, sizeof(state.image_digest));
    cr_assert_eq(progress_open(&log, &ram.port, area(PROGRESS)), OTA_OK);
    for (uint32_t i = 0; i < 30; i++) {
        state.written = i;
        cr_assert_eq(progress_append(&log, &state), OTA_OK);
    }
    agent_logs_read(ram.array, ALL, &map, &logs);
    const struct agent_progress *seen = &logs.progress;
    cr_expect_eq(seen->sequence, 30);
    cr_expect_eq(seen->state, 1);
    cr_expect_eq(seen->result, 2);
    cr_expect_eq(seen->why, 3);
    cr_expect_eq(seen->slot, 1);
    cr_expect_eq(seen->tries, 4);
    cr_expect_eq(seen->failures, 5);
    cr_expect(seen->reported && seen->final);
    cr_expect_eq(seen->release, 6);
    cr_expect_eq(seen->size, 7);
    cr_expect_eq(seen->written, 29);
    cr_expect_eq(seen->not_before_s, 8);
    cr_expect_arr_eq(seen->digest, state.image_digest, 32);
}

Test(agent_logs, the_newest_offer_is_read)
{
    struct ring log;
    uint8_t bytes[DESCRIPTOR_SIZE] = {0};

    cr_assert_eq(offers_open(&log, &ram.port, area(OFFERS)), OTA_OK);
    for (uint32_t release = 1; release < 6; release++) {
        bytes_put32(bytes + 8, release);
        bytes[16] = 3;
        bytes[17] = 4;
        bytes_put16(bytes + 18, 500);
        bytes_put32(bytes + 24, 77);
        memset(bytes + 64, (int)release, 32);
        cr_assert_eq(offers_keep(&log, bytes), OTA_OK);
    }
    agent_logs_read(ram.array, ALL, &map, &logs);
    cr_expect_eq(logs.offer.release, 5);
    cr_expect_eq(logs.offer.major, 3);
    cr_expect_eq(logs.offer.minor, 4);
    cr_expect_eq(logs.offer.revision, 500);
    cr_expect_eq(logs.offer.counter, 77);
    cr_expect_arr_eq(logs.offer.digest, bytes + 64, 32);
}

Test(agent_logs, each_failed_image_is_read_once)
{
    struct ring log;
    uint8_t digest[OTA_DIGEST_SIZE];

    cr_assert_eq(failed_open(&log, &ram.port, area(FAILED)), OTA_OK);
    for (unsigned i = 0; i < 3; i++) {
        memset(digest, (int)(0x40 + i), sizeof(digest));
        cr_assert_eq(failed_add(&log, digest, OTA_REASON_TRIAL_FAILED), OTA_OK);
    }
    agent_logs_read(ram.array, ALL, &map, &logs);
    cr_assert_eq(logs.failed, 3);
    cr_expect_eq(logs.image[2].reason, OTA_REASON_TRIAL_FAILED);
    cr_expect_arr_eq(logs.image[2].digest, digest, 32);
}

/* Both sides agree on which record is in force, whatever its number. */
Test(agent_logs, the_newest_is_the_device_s_newest)
{
    static const uint32_t numbers[] = {0,          1,          5,
                                       0xFFFFF,    0x100000,   0x80000000,
                                       0xFFDFFFFF, 0xFFE00000, 0xFFFF0000,
                                       0xFFFF0001};
    struct rng rng;

    rng_init(&rng, 3, "logs");
    for (unsigned round = 0; round < 300; round++) {
        struct progress_log log;
        setup();
        for (uint32_t i = 0; i < 16; i++) {
            uint8_t *slot = ram.array + i * PROGRESS_RECORD;
            if (rng_next(&rng) % 3 != 0) {
                continue;
            }
            memset(slot, 0, PROGRESS_RECORD);
            memcpy(slot, "OTP1", 4);
            bytes_put32(slot + 4, numbers[rng_next(&rng) % 10]);
            bytes_put32(slot + 28, i);
            bytes_put32(slot + 120, ota_crc32(slot, 120));
        }
        cr_assert_eq(progress_open(&log, &ram.port, area(PROGRESS)), OTA_OK);
        agent_logs_read(ram.array, ALL, &map, &logs);
        cr_assert_eq(logs.progress.sequence, log.now.sequence);
        cr_assert_eq(logs.progress.written, log.now.written);
    }
}

Test(agent_logs, what_lies_beyond_the_flash_is_not_read)
{
    uint8_t *bytes = malloc(OFFERS);

    cr_assert_not_null(bytes);
    memset(bytes, 0xFF, OFFERS);
    agent_logs_read(bytes, OFFERS, &map, &logs);
    cr_assert_eq(logs.offer.sequence, 0);
    free(bytes);
}

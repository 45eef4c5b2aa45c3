/* SPDX-License-Identifier: MIT */
#include "native/boot_oracle.h"

#include <stdio.h>
#include <string.h>

#include "image/bytes.h"
#include "native/boot_contents.h"
#include "native/images.h"

#define ONE_OF 8u
/* The native board has no bootloader image; it stands for one. */
#define SOME_BOOTLOADER 0u

static struct oracle_case judged;

void boot_oracle_open(void)
{
    judged.map = native_map();
    judged.policy = *native_policy();
    for (uint32_t i = 0; i < NATIVE_IMAGE_COUNT && i < ORACLE_IMAGES; i++) {
        const struct native_image *image = native_image(i);
        struct oracle_image *known = &judged.image[judged.images++];

        snprintf(known->name, sizeof known->name, "%s", image->name);
        known->bytes = image->bytes;
        known->size = image->size;
        known->load_base = image->load_base;
        known->counter = image->counter;
        memcpy(known->digest, image->digest, sizeof known->digest);
        memcpy(known->hash, image->digest, sizeof known->hash);
        known->authentic =
            image->sound && image->key < NATIVE_KEYS &&
            image->counter <= (image->recovery ? OTP_RECOVERY_COUNTER_BITS
                                               : OTP_COUNTER_BITS);
    }
}

static struct oracle_view view_of(const struct boot_oracle *watch)
{
    return (struct oracle_view){.judged = &judged,
                                .flash = &watch->device->flash,
                                .otp = &watch->device->otp,
                                .window = native_window(),
                                .now_ns = watch->device->now_ns,
                                .executed_ns =
                                    watch->device->now_ns - native_session_ns(),
                                .sink = watch->sink};
}

void boot_oracle_start(struct boot_oracle *watch, const struct boot_case *made,
                       const struct native_device *device,
                       const struct oracle_sink *sink)
{
    /* It knows no epoch: which keys are revoked is the scenario's affair. */
    watch->watches = made->seed % ONE_OF == 0 && made->fuses.epoch == 0 &&
                     contents_worn(made) == 0;
    watch->device = device;
    watch->sink = sink;
    if (watch->watches) {
        struct oracle_view view = view_of(watch);
        const struct board_part *requests =
            board_map_find(native_map(), "requests");

        oracle_start(&watch->oracle, &view);
        oracle_damaged(&watch->oracle, &view, requests->start, requests->length,
                       0);
    }
}

void boot_oracle_reset(struct boot_oracle *watch, enum ctl_reset_cause cause)
{
    if (watch->watches) {
        struct oracle_view view = view_of(watch);

        oracle_struck(&watch->oracle, &view, cause, true);
        oracle_cpu_reset(&watch->oracle);
        oracle_reset(&watch->oracle, &view);
        watch->oracle.boot = SOME_BOOTLOADER;
    }
}

/* The block that is translated first. */
static struct channel_code first_block(const struct native_outcome *outcome)
{
    const uint8_t *window = native_window();
    const uint8_t *vectors = window + (outcome->vectors - BOARD_WINDOW_BASE);
    struct channel_code code = {.address = get_le32(vectors + 4) & ~1u,
                                .length = sizeof code.bytes};
    uint32_t offset = code.address - BOARD_WINDOW_BASE;

    if (offset < BOARD_WINDOW_SIZE - sizeof code.bytes) {
        memcpy(code.bytes, window + offset, sizeof code.bytes);
    }
    return code;
}

void boot_oracle_booted(struct boot_oracle *watch,
                        const struct native_outcome *outcome)
{
    if (!watch->watches || outcome->end == NATIVE_CUT) {
        return;
    }
    struct oracle_view view = view_of(watch);

    oracle_step(&watch->oracle, &view, false);
    if (outcome->end == NATIVE_RUNS) {
        struct channel_code code = first_block(outcome);
        oracle_code(&watch->oracle, &view, &code, 1);
    } else if (outcome->end == NATIVE_HALTED) {
        oracle_halt(&watch->oracle, &view);
    }
}

void boot_oracle_before(struct boot_oracle *watch,
                        const struct native_operation *operation)
{
    if (!watch->watches) {
        return;
    }
    struct oracle_view view = view_of(watch);

    if (operation->kind == NATIVE_BURN) {
        oracle_burn(&watch->oracle, &view, operation->address);
        return;
    }
    /* The flash's rules are the judge's affair; a refused one does no harm. */
    if (!operation->refused) {
        watch->op = watch->device->flash.op;
        oracle_flash_begin(&watch->oracle, &view, &watch->op);
    }
}

/* What a cut leaves is looked at at the reset. */
void boot_oracle_after(struct boot_oracle *watch,
                       const struct native_operation *operation)
{
    if (!watch->watches || operation->cut || operation->refused) {
        return;
    }
    struct oracle_view view = view_of(watch);
    bool journal = false;

    if (operation->kind != NATIVE_BURN) {
        const struct board_part *part =
            board_map_at(native_map(), operation->address);

        oracle_flash_end(&watch->oracle, &view, &watch->op);
        journal = part != NULL && strcmp(part->name, "journal") == 0;
    }
    oracle_step(&watch->oracle, &view, journal);
}

void boot_oracle_flipped(struct boot_oracle *watch, uint32_t address)
{
    if (watch->watches) {
        struct oracle_view view = view_of(watch);

        oracle_damaged(&watch->oracle, &view, address, 1, 1);
    }
}

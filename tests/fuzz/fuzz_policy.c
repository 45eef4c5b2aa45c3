/* SPDX-License-Identifier: MIT */
/*
 * The policy on arbitrary states, requests and images: states stay in range,
 * attempts never grow but at the start of a trial, the burn target never
 * exceeds what the image carries unless the fuses already do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/policy.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct input {
    struct boot_state now;
    struct request request;
    struct image_info info, fallback;
    struct policy_limits limits;
    uint8_t tried;
    uint8_t reason;
};

/* What the journal, the devicetree and the fuses guarantee. */
static void make_plausible(struct input *input)
{
    input->now.slot %= OTA_SLOT_COUNT;
    input->now.state = (uint8_t)(1 + input->now.state % 2);
    input->limits.fuse_capacity %= 257;
    input->limits.fuse_counter %= input->limits.fuse_capacity + 1;
    input->limits.trial_attempts |= 1;
}

static void check_state(const struct boot_state *state,
                        const struct input *input)
{
    require(state->slot < OTA_SLOT_COUNT);
    require(state->state == OTA_CONFIRMED || state->state == OTA_TRIAL);
    require(state->attempts <= input->limits.trial_attempts ||
            state->attempts == input->now.attempts);
}

static void check_choice(const struct input *input)
{
    struct boot_state next;
    bool changed;
    bool gave_up;
    struct policy_ending ending = {(input->tried & 8u) != 0,
                                   (input->tried & 16u) != 0};
    enum ota_slot slot = policy_choose(&input->now, &input->limits, &ending,
                                       &next, &changed, &gave_up);
    bool forgiven = next.losses > input->now.losses;

    require(slot == (enum ota_slot)next.slot && slot < OTA_SLOT_COUNT);
    require(gave_up == (input->now.state == OTA_TRIAL &&
                        input->now.attempts == 0 && !forgiven));
    require(changed == (input->now.state == OTA_TRIAL));
    require(gave_up || !changed || forgiven ||
            next.attempts < input->now.attempts);
    require(!forgiven || (ending.power_on && ending.alive &&
                          next.losses <= input->limits.power_losses));
    check_state(&next, input);
}

/* A round begins with an attempt taken and a pause of a second to an hour. */
static void check_resort(const struct input *input)
{
    struct boot_state next;
    enum ota_slot slot = policy_resort_first(&input->now);
    uint32_t wait = policy_resort(&input->now, slot, input->info.digest,
                                  &input->limits, &next);

    require(slot <= OTA_SLOT_B && next.slot == slot);
    require(wait >= 1 && wait <= 3600);
    require(next.rounds == UINT8_MAX - 1 ||
            next.rounds > input->now.rounds); /* at its end it alternates */
    require(next.attempts == input->limits.trial_attempts - 1);
    check_state(&next, input);
}

static void check_reject(const struct input *input)
{
    struct boot_state next;
    unsigned tried = input->tried | 1u << input->now.slot;

    if (policy_reject(&input->now, (enum ota_reason)input->reason,
                      input->info.digest, tried, &input->limits, &next)) {
        require(!(tried & 1u << next.slot));
        require(next.reason == input->reason);
        check_state(&next, input);
    } else {
        require((tried & 7u) == 7u || input->now.slot != OTA_SLOT_RECOVERY ||
                (tried & 1u));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct boot_state next;
    bool changed;

    memset(&input, 0, sizeof(input));
    memcpy(&input, data, size < sizeof(input) ? size : sizeof(input));
    make_plausible(&input);
    (void)policy_request(&input.now, &input.request, &input.limits, &next,
                         &changed);
    check_state(&next, &input);
    check_choice(&input);
    check_resort(&input);
    check_reject(&input);
    (void)policy_allow(&input.info, &input.limits);
    (void)policy_admit(&input.now, &input.info, &input.fallback, &input.limits);
    uint32_t target =
        policy_burn_target(&input.now, &input.info, &input.limits);
    require(target >= input.limits.fuse_counter);
    require(target == input.limits.fuse_counter ||
            (target <= input.info.counter && target <= input.now.counter &&
             target <= input.limits.fuse_capacity &&
             input.now.state == OTA_CONFIRMED));
    return 0;
}

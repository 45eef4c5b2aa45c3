/* SPDX-License-Identifier: MIT */
/*
 * What `otalab inspect` foresees is what the bootloader does: random contents
 * of flash and fuses, a few boots from each, compared one by one.
 *
 *   foresee [CASES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "board/trace.h"
#include "inspect/foresee.h"
#include "native/boot_contents.h"
#include "native/boot_play.h"

#define CASES 300u
#define BOOTS 3u
#define INPUT_SIZE 420u
#define BLOB_MAX 65536u

extern const uint8_t devicetree_start[];
extern const uint8_t devicetree_end[];

static _Alignas(16) uint8_t blob[BLOB_MAX];
static struct native_device device;

/* Where the bootloader went. */
struct jump {
    bool seen;
    uint32_t slot;
    uint32_t state;
};

static void on_trace(void *context, uint32_t code, const uint32_t args[4])
{
    struct jump *jump = context;

    if (code == TRACE_BOOT_JUMP) {
        *jump = (struct jump){true, args[0], args[1]};
    }
}

static bool agrees(const struct foresight *next,
                   const struct native_outcome *outcome,
                   const struct jump *jump)
{
    if (outcome->end == NATIVE_HALTED) {
        return !next->boots;
    }
    return outcome->end == NATIVE_RUNS && next->boots && jump->seen &&
           jump->slot == next->state.slot && jump->state == next->state.state;
}

/* False when they differ; then it was said. */
static bool compare(uint64_t number, unsigned boot, size_t blob_size)
{
    struct fuse_view fuses;
    struct foresight next;
    struct native_outcome outcome;
    struct jump jump = {.seen = false};
    struct native_watch watch = {.context = &jump, .trace = on_trace};
    char text[600];

    decode_fuses(device.otp.words, &fuses);
    if (foresee_bootloader(device.flash.array, device.flash.figures.size, blob,
                           blob_size, &fuses, &next, NULL) != 0) {
        printf("case %llu: nothing was foreseen\n", (unsigned long long)number);
        return false;
    }
    native_reset(&device, CTL_CAUSE_POWER_ON, NULL, NULL, &watch);
    native_boot(&outcome);
    if (agrees(&next, &outcome, &jump)) {
        return true;
    }
    foresee_text(&next, text, sizeof text);
    printf("case %llu, boot %u: end %d in slot %u, state %u; foreseen: %s\n",
           (unsigned long long)number, boot, (int)outcome.end, jump.slot,
           jump.state, text);
    return false;
}

static unsigned play(uint64_t number, size_t blob_size)
{
    struct boot_case made;
    uint8_t input[INPUT_SIZE];
    struct rng rng;
    unsigned wrong = 0;

    rng_init(&rng, number, "foresee");
    rng_fill(&rng, input, sizeof input);
    boot_case_read(input, sizeof input, &made);
    made.worn = 0; /* a dump does not show what can be written no longer */
    boot_contents_make(&made, &device);
    for (unsigned boot = 0; boot < BOOTS; boot++) {
        wrong += compare(number, boot, blob_size) ? 0 : 1;
    }
    return wrong;
}

int main(int argc, char **argv)
{
    size_t size = (size_t)(devicetree_end - devicetree_start);
    uint64_t cases = argc > 1 ? strtoull(argv[1], NULL, 10) : CASES;
    struct diag diag = {.text = ""};
    unsigned wrong = 0;

    if (size > BLOB_MAX || boot_play_open(&diag) != 0) {
        fprintf(stderr, "foresee: %s\n", diag.text);
        return 3;
    }
    memcpy(blob, devicetree_start, size);
    native_blank(&device, 1);
    for (uint64_t i = 0; i < cases; i++) {
        wrong += play(i, size);
    }
    printf("%llu cases, %llu boots, %u not as foreseen\n",
           (unsigned long long)cases, (unsigned long long)cases * BOOTS, wrong);
    return wrong > 0 ? 1 : 0;
}

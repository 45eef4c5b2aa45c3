/* SPDX-License-Identifier: MIT */
/*
 * Arbitrary journal, requests, slots and fuses through the boot chain, boot
 * after boot, with power cuts, resets and applications of all kinds, on the
 * native board. The input is a case of tests/native/boot_case.h; what must
 * hold is the table in boot_judge.h. `build/native/campaign INPUT` tells the
 * story of an input.
 */
#include <stdio.h>
#include <stdlib.h>

#include "native/boot_play.h"

static struct native_device device;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct diag diag = {{0}};

    (void)argc;
    (void)argv;
    if (boot_play_open(&diag)) {
        fprintf(stderr, "%s\n", diag.text);
        abort();
    }
    native_blank(&device, 1);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot_case made;
    struct play_result result;

    boot_case_read(data, size, &made);
    boot_play(&made, &device, NULL, &result);
    if (result.finding.found) {
        fprintf(stderr, "boot %u: %s: %s\n", result.finding.session,
                judge_promise_name(result.finding.promise),
                result.finding.text);
        abort();
    }
    return 0;
}

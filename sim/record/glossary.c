/* SPDX-License-Identifier: MIT */
#include "record/glossary.h"

#include <stdio.h>
#include <string.h>

const struct glossary_term glossary_terms[] = {
    {"agent", " updater ",
     "The part of the application that fetches updates: it asks the server, "
     "judges what is offered, downloads it into the slot that is not running, "
     "and asks for a trial.",
     "agent.poll, agent.offer, agent.download, agent.fail"},
    {"attempt", " attempts ",
     "One boot of an image on trial. The bootloader counts it in the journal "
     "before it reads a byte of the image, so that a crash cannot hide it. "
     "When all attempts are used up (three, by the devicetree), the image has "
     "failed.",
     "boot.attempt, trial, rollback"},
    {"bootloader", " boot-a boot-b ",
     "The program that chooses and verifies the application. It is stored "
     "twice in flash, as boot-a and boot-b; the ROM takes the newer good copy.",
     "rom.select, rom.reject, slot"},
    {"brick", " bricked ",
     "A device that can no longer start anything: there is no bootloader or no "
     "image left that is authentic and allowed. A run that ends in this state "
     "fails, unless the scenario says 'allow: [brick]'.",
     "boot.nothing, rom.nothing, board.halt"},
    {"commit", " committed ",
     "The last step of an update, once the release is known to be good: the "
     "security counter in the fuses is raised to the image's, after which "
     "images with a lower one can no longer run.",
     "boot.burn, counter, confirm"},
    {"confirm", " confirmed confirmation ",
     "An image on trial that has passed its health check asks for "
     "confirmation; the bootloader makes it permanent at the next boot. From "
     "then on, starts of the image are not counted.",
     "app.request, boot.confirm, trial, commit"},
    {"deadline", NULL,
     "The time allowed to an image on trial. When it is over, the board's "
     "controller resets the CPU, whatever the program does.",
     "trial.deadline, reset"},
    {"descriptor", NULL,
     "What the server publishes about a release: 192 signed bytes with "
     "version, security counter, size and digest. The device trusts nothing "
     "else.",
     "agent.offer, release"},
    {"epoch", NULL,
     "Number in the fuses that revokes keys: root keys with a lower index are "
     "no longer accepted.",
     "key-revoked, fuses"},
    {"fallback", NULL,
     "The confirmed image in the other slot, to which a rollback returns. "
     "While another image is on trial, it is write-protected.",
     "rollback, no-fallback"},
    {"fuses", " fuse otp ",
     "Bits that can be burned once and never restored: digests of the root "
     "keys, their epoch, and the security counters. They are locked before an "
     "image is started.",
     "otp.burn, boot.burn, counter"},
    {"health", " health-check self-test ",
     "The application's test of itself while it is on trial. Only an image "
     "that passes asks for confirmation.",
     "app.health, confirm"},
    {"journal", NULL,
     "Where the bootloader records which slot it starts, whether that slot is "
     "on trial or confirmed, and how many attempts are left. Each record is "
     "written twice, in two sectors, and the newest valid one counts, so a "
     "torn record never loses the state.",
     "boot.state, boot.journal"},
    {"lock", " locks locked ",
     "A range of the flash, or the fuses, made unchangeable until the next "
     "reset. The bootloader locks what an application must not touch.",
     "flash.lock, otp.lock, flash.violation"},
    {"oracle", NULL,
     "The judge of every run. It examines flash, fuses and every instruction "
     "executed, and does not rely on anything the device says.",
     "oracle.violation"},
    {"progress", NULL,
     "Where the agent records how far a download has got, so that it can "
     "resume there after a power loss.",
     "agent.download, resume"},
    {"recovery", NULL,
     "A small image of its own that runs when neither slot holds an image that "
     "may run: it fetches an update and puts it into a slot.",
     "recovery.start, brick"},
    {"release", NULL,
     "One publication by the server. Its number rises each time; a device does "
     "not go back to an older one.",
     "server.publish, descriptor, stale"},
    {"request", " requests ",
     "What the application asks of the bootloader: a trial, a confirmation, a "
     "commit. It is written to flash and processed at the next boot.",
     "app.request, boot.request"},
    {"resume", NULL,
     "An interrupted download continues from the byte up to which it is known "
     "to be in flash. The story says 'from byte N', a scenario says "
     "'agent.download, from: 1..'.",
     "agent.download, progress"},
    {"rollback", " roll-back ",
     "The bootloader returns from an image on trial to the confirmed one in "
     "the other slot, and remembers the digest of the image that failed, so "
     "that it is not tried again. The reason says why.",
     "boot.rollback, trial-failed, fallback"},
    {"rom", NULL,
     "The first program after a reset. It cannot be changed: it finds a "
     "bootloader signed by a key in the fuses, copies it to SRAM, verifies the "
     "copy and starts it.",
     "rom.start, rom.select, bootloader"},
    {"security-counter", " counter ",
     "Number in the signed part of an image, raised when a release closes a "
     "security hole. The fuses hold the lowest number that may run, and can "
     "only be raised. It is independent of the version.",
     "boot.burn, counter-low, commit"},
    {"slot", " slots slot-a slot-b ",
     "Place in flash for one application image. There are two: one runs while "
     "an update is written to the other, so that a power cut during a download "
     "never touches the running image.",
     "boot.jump, trial, fallback"},
    {"torn", NULL,
     "Left half done by a power cut: some bits of a page or sector have "
     "changed and others have not. The form says in which of the ways known "
     "from real flash parts.",
     "power.cut, power_cut.form"},
    {"trial", " trials ",
     "A new image is first started on trial: only a few times, each with a "
     "deadline, while the previous image stays in its slot. The new image must "
     "confirm itself, or the bootloader goes back.",
     "boot.attempt, confirm, rollback"},
    {"virtual-time", NULL,
     "The device's own time. It advances with the instructions that its CPU "
     "executes and skips over sleep, so a week may pass in a second, and a run "
     "is the same on every machine.",
     "limits.virtual_time"},
    {"watchdog", NULL,
     "A timer that resets the CPU if the program has not fed it for some "
     "seconds. The ROM starts it before doing anything else.",
     "cpu.bark, reset"},
    {NULL, NULL, NULL, NULL}};

const struct glossary_reason glossary_reasons[] = {
    {"none", "nothing is wrong", "no reason"},
    {"bad-algorithm", NULL,
     "the manifest has a digest or signature of an unknown algorithm"},
    {"bad-answer", NULL, "the server's answer makes no sense"},
    {"bad-certificate", NULL,
     "the server's certificate is from another authority, or for another name"},
    {"bad-command", NULL,
     "the manifest has a command that this device does not know"},
    {"bad-component", NULL,
     "the manifest is about a part that this device does not have"},
    {"bad-cose", NULL, "the manifest is signed in an unknown way"},
    {"bad-digest", NULL, "the downloaded image is not the announced one"},
    {"bad-entry",
     "stack pointer or reset vector lies outside the image's own memory", NULL},
    {"bad-hash", "the SHA-256 does not match: the image is damaged or changed",
     NULL},
    {"bad-header", "magic, header size, flags or version are not acceptable",
     NULL},
    {"bad-image", NULL, "the downloaded image is not valid for this device"},
    {"bad-manifest", NULL, "what is offered is malformed"},
    {"bad-parameter", NULL,
     "the manifest has an unknown parameter, or lacks one"},
    {"bad-psk", NULL, "the server does not have the pre-shared key"},
    {"bad-request", "the request does not match what is in the slot", NULL},
    {"bad-severing", NULL,
     "a severed part of the manifest is not there, or not the right one"},
    {"bad-signature", "the signature does not verify: the image is forged",
     "the descriptor is not signed by a known key, or its signature is wrong"},
    {"bad-tlv",
     "an entry after the payload is malformed, duplicated or missing", NULL},
    {"battery-low", NULL,
     "the battery's voltage is too low; the agent asks later"},
    {"changed", NULL,
     "the image is no longer the one whose download was begun"},
    {"condition-failed", NULL, "a condition of the manifest does not hold"},
    {"counter-high", "the security counter is beyond what the fuses can hold",
     "the security counter is beyond what the fuses can hold"},
    {"counter-low",
     "the security counter is below that of the fuses or the fallback",
     "the security counter is below that of the fuses or the running image"},
    {"deferred", NULL, "the owner wants the update later"},
    {"dependency",
     "the image depends on another image, which this product does not have",
     NULL},
    {"downgrade", "an equal security counter and a lower version",
     "an equal security counter and a lower version"},
    {"empty", "no image: the slot starts with erased bytes", NULL},
    {"energy-low", NULL,
     "too little energy is left for the rest of the update"},
    {"expired", NULL, "the server's certificate is no longer valid"},
    {"flash-error", "reading or writing the flash failed",
     "writing or reading the flash failed"},
    {"handshake", NULL, "no protected channel could be set up"},
    {"interrupted", NULL,
     "resets have ended several downloads before anything was stored"},
    {"key-revoked", "the key that signed it was revoked by the epoch",
     "the key that signed the descriptor was revoked by the epoch"},
    {"link-poor", NULL, "too many retransmissions; the agent asks later"},
    {"no-entropy", NULL,
     "the random generator fails its health test, so no keys are made"},
    {"no-fallback", "the request needs a confirmed image, and there is none",
     NULL},
    {"no-identity", NULL,
     "the device has no keys or certificates for a protected channel"},
    {"no-time", NULL, "without signed time no certificate can be judged"},
    {"not-newer", NULL, "the offered image is already running"},
    {"not-yet-valid", NULL, "the server's certificate is not valid yet"},
    {"on-trial", NULL, "the running image is not confirmed yet"},
    {"outside-window", NULL, "updates are not allowed at this time of day"},
    {"power-lost",
     "every attempt of the trial ended in a power loss; nothing is known "
     "against the image",
     "every attempt of the trial ended in a power loss"},
    {"rejected-before",
     "an image with this digest was refused or failed before",
     "this image was refused or failed before"},
    {"server-refused", NULL, "the server answered with an error"},
    {"stale", "the release is older than one that was already tried",
     "the release is older than one already offered, or its number belongs to "
     "another image"},
    {"surroundings",
     "the image gave up its trial: it runs, but could not reach its server",
     "the trial ended through no fault of the image: no server, or no energy"},
    {"too-far", NULL, "the release number is too far above the last one"},
    {"too-large", "image or load address do not fit the slot or SRAM",
     "the image does not fit the slot or SRAM"},
    {"trial-deadline", NULL,
     "the image on trial did not confirm itself before its deadline"},
    {"trial-failed",
     "all attempts were used up and the image did not ask for confirmation: "
     "it crashed, hung, or failed its health check",
     "the image on trial did not confirm itself"},
    {"trial-watchdog", NULL,
     "the image on trial hung: the watchdog ended its last attempt"},
    {"tries-used-up", NULL, "this release has failed too often"},
    {"unreachable", NULL,
     "no answer, although the server was asked repeatedly"},
    {"unsigned", "it is not signed by a known key", NULL},
    {"wrong-device", NULL, "the manifest is for another vendor or class"},
    {NULL, NULL, NULL}};

const struct glossary_patch glossary_patches[] = {
    {"none", "the patch is good so far"},
    {"bad-format", "the header has another magic or version"},
    {"bad-number", "a number of the stream is too long, or a run is empty"},
    {"bad-size", "a size is 0 or larger than any patch, base or image"},
    {"bad-state", "a saved state is damaged, or no decoder can be in it"},
    {"base-error", "the base cannot be read"},
    {"ends-early", "the patch is over, and the image is not complete"},
    {"goes-on", "the image is complete, and the patch is not over"},
    {"outside-base", "a cover reaches beyond the base"},
    {"state-of-other", "a saved state belongs to another patch or base"},
    {"too-much", "a cover or run reaches beyond the image or its cover"},
    {"unchecked-base", "decoding was tried before the base's digest was seen"},
    {"wrong-base", "the base does not have the digest that the patch needs"},
    {"wrong-patch", "the header is not that of the patch that was offered"},
    {NULL, NULL}};

const struct glossary_term *glossary_find(const char *word)
{
    char among[64];

    snprintf(among, sizeof among, " %.60s ", word);
    for (const struct glossary_term *term = glossary_terms; term->name != NULL;
         term++) {
        if (strcmp(term->name, word) == 0 ||
            (term->also != NULL && strstr(term->also, among) != NULL)) {
            return term;
        }
    }
    return NULL;
}

const struct glossary_reason *glossary_reason(const char *name)
{
    for (const struct glossary_reason *reason = glossary_reasons;
         reason->name != NULL; reason++) {
        if (strcmp(reason->name, name) == 0) {
            return reason;
        }
    }
    return NULL;
}

const struct glossary_patch *glossary_patch(const char *name)
{
    for (const struct glossary_patch *patch = glossary_patches;
         patch->name != NULL; patch++) {
        if (strcmp(patch->name, name) == 0) {
            return patch;
        }
    }
    return NULL;
}

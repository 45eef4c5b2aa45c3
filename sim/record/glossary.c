/* SPDX-License-Identifier: MIT */
#include "record/glossary.h"

#include <stdio.h>
#include <string.h>

const struct glossary_term glossary_terms[] = {
    {"agent", " updater ",
     "The part of the application that fetches updates: it asks the server, "
     "judges what is offered, downloads it into the slot that does not run, "
     "and asks for a trial.",
     "agent.poll, agent.offer, agent.download, agent.fail"},
    {"attempt", " attempts ",
     "One boot of an image on trial. The bootloader counts it in the journal "
     "before it reads a byte of the image, so that a crash cannot hide it. "
     "When all are used up (three, by the devicetree), the image has failed.",
     "boot.attempt, trial, rollback"},
    {"bootloader", " boot-a boot-b ",
     "The program that chooses and verifies the application. It lies in flash "
     "twice, as boot-a and boot-b; the ROM takes the newer good copy.",
     "rom.select, rom.reject, slot"},
    {"brick", " bricked ",
     "A device that nothing can start any more: no bootloader or no image is "
     "left that is authentic and allowed. A run that ends so fails, unless "
     "the scenario says 'allow: [brick]'.",
     "boot.nothing, rom.nothing, board.halt"},
    {"commit", " committed ",
     "The last step of an update, when the release is known to be good: the "
     "security counter in the fuses is raised to the image's, and the way "
     "back to images below it ends.",
     "boot.burn, counter, confirm"},
    {"confirm", " confirmed confirmation ",
     "An image on trial that has passed its health check asks for "
     "confirmation; the bootloader makes it final at the next boot. From then "
     "on the image is started without counting.",
     "app.request, boot.confirm, trial, commit"},
    {"deadline", NULL,
     "The time that an image on trial has. The board's controller resets the "
     "CPU when it is over, whatever the program does.",
     "trial.deadline, reset"},
    {"descriptor", NULL,
     "What the server publishes of a release: 192 signed bytes with version, "
     "security counter, size and digest. The device believes nothing that is "
     "not in there.",
     "agent.offer, release"},
    {"epoch", NULL,
     "Number in the fuses that revokes keys: root keys below it are no longer "
     "accepted.",
     "key-revoked, fuses"},
    {"fallback", NULL,
     "The confirmed image in the other slot, to which a rollback goes. While "
     "another image is on trial it is locked against writing.",
     "rollback, no-fallback"},
    {"fuses", " fuse otp ",
     "Bits that can be burned once and never go back: digests of the root "
     "keys, their epoch, and the security counters. They are locked before "
     "an image is started.",
     "otp.burn, boot.burn, counter"},
    {"health", " health-check self-test ",
     "The application's test of itself while it is on trial. Only an image "
     "that passes asks for confirmation.",
     "app.health, confirm"},
    {"journal", NULL,
     "Where the bootloader keeps which slot it starts, whether on trial or "
     "confirmed, and how many attempts are left. Each record is written "
     "twice, in two sectors, and the newest that is valid counts: so a torn "
     "one never loses the state.",
     "boot.state, boot.journal"},
    {"lock", " locks locked ",
     "A range of the flash, or the fuses, that nothing can change before the "
     "next reset. The bootloader locks what an application must not touch.",
     "flash.lock, otp.lock, flash.violation"},
    {"oracle", NULL,
     "The judge of every run. It looks at flash, fuses and every instruction "
     "that is executed, and believes no word of the device.",
     "oracle.violation"},
    {"progress", NULL,
     "Where the agent keeps how far a download is, so that it goes on from "
     "there when power was lost.",
     "agent.download, resume"},
    {"recovery", NULL,
     "A small image of its own that runs when neither slot holds one that "
     "may: it fetches an update and puts it into a slot.",
     "recovery.start, brick"},
    {"release", NULL,
     "One publication of the server. Its number rises with each; a device "
     "does not go back to an older one.",
     "server.publish, descriptor, stale"},
    {"request", " requests ",
     "What the application asks of the bootloader: a trial, a confirmation, a "
     "commit. It is written into flash, and dealt with at the next boot.",
     "app.request, boot.request"},
    {"resume", NULL,
     "A download that was interrupted goes on from the byte that is known to "
     "be in flash. In the story that is 'from byte N', in a scenario "
     "'agent.download, from: 1..'.",
     "agent.download, progress"},
    {"rollback", " roll-back ",
     "The bootloader goes back from an image on trial to the confirmed one in "
     "the other slot, and remembers the digest of the one that failed, so "
     "that it is not tried again. The reason says why.",
     "boot.rollback, trial-failed, fallback"},
    {"rom", NULL,
     "The first program after a reset. It cannot be changed: it finds a "
     "bootloader that is signed by a key in the fuses, copies it to SRAM, "
     "verifies the copy and starts it.",
     "rom.start, rom.select, bootloader"},
    {"security-counter", " counter ",
     "Number in the signed part of an image that rises when a release closes "
     "a security hole. The fuses hold the lowest that may run, and only go "
     "up; the version says nothing about it.",
     "boot.burn, counter-low, commit"},
    {"slot", " slots slot-a slot-b ",
     "Place in flash for one application image. There are two: one runs, and "
     "an update is written into the other, so that a power cut in a download "
     "never touches what runs.",
     "boot.jump, trial, fallback"},
    {"torn", NULL,
     "Left half done by a power cut: a page or sector of which some bits have "
     "changed and others not. The form says which of the ways that flash "
     "parts are known for.",
     "power.cut, power_cut.form"},
    {"trial", " trials ",
     "A new image is first started on trial: only a few times, each with a "
     "deadline, while the image before it stays where it is. It has to "
     "confirm itself, or the bootloader goes back.",
     "boot.attempt, confirm, rollback"},
    {"virtual-time", NULL,
     "The device's own time. It goes on with the instructions that its CPU "
     "executes and jumps over sleep, so a week may pass in a second, and a "
     "run is the same on every machine.",
     "limits.virtual_time"},
    {"watchdog", NULL,
     "A timer that resets the CPU when the program has not fed it for some "
     "seconds. The ROM arms it before anything else.",
     "cpu.bark, reset"},
    {NULL, NULL, NULL, NULL}};

const struct glossary_reason glossary_reasons[] = {
    {"none", "nothing is wrong", "nothing to say"},
    {"bad-answer", NULL, "the server gave an answer that makes no sense"},
    {"bad-descriptor", NULL,
     "length, magic, format, flags or size of the descriptor are wrong"},
    {"bad-digest", NULL, "what was fetched is not what was announced"},
    {"bad-entry",
     "stack pointer or reset vector lie outside the image's own memory", NULL},
    {"bad-hash",
     "the SHA-256 is not that of the bytes: the image is damaged or changed",
     NULL},
    {"bad-header", "magic, header size, flags or version are not acceptable",
     NULL},
    {"bad-image", NULL, "what was fetched is no image for this device"},
    {"bad-request", "the request does not fit what is in the slot", NULL},
    {"bad-signature", "the signature does not verify: the image is forged",
     "the descriptor is not signed by a known key, or wrongly"},
    {"bad-tlv", "an entry after the payload is malformed, doubled or missing",
     NULL},
    {"battery-low", NULL, "the battery's voltage is too low; it asks later"},
    {"changed", NULL,
     "the image is no longer the one whose download was begun"},
    {"counter-high", "the security counter is beyond what the fuses can hold",
     "the security counter is beyond what the fuses can hold"},
    {"counter-low", "the security counter is below the fuses or the fallback",
     "the security counter is below the fuses or the running image"},
    {"deferred", NULL, "the owner wants the update later"},
    {"dependency",
     "the image depends on another image, which this product does not have",
     NULL},
    {"downgrade", "an equal security counter and a lower version",
     "an equal security counter and a lower version"},
    {"empty", "no image: the slot starts with erased bytes", NULL},
    {"energy-low", NULL,
     "the energy left is too little for the rest of the update"},
    {"flash-error", "reading or writing the flash failed",
     "writing or reading the flash failed"},
    {"key-revoked", "the key that signed it was revoked by the epoch",
     "the key that signed the descriptor was revoked by the epoch"},
    {"link-poor", NULL, "too many retransmissions; it asks later"},
    {"no-fallback", "the request needs a confirmed image, and there is none",
     NULL},
    {"not-newer", NULL, "what is offered runs already"},
    {"on-trial", NULL, "the running image is not confirmed yet"},
    {"outside-window", NULL, "it is not the time of day for updates"},
    {"power-lost",
     "every attempt of the trial ended by a power loss; nothing is known "
     "against the image",
     "every attempt of the trial ended by a power loss"},
    {"rejected-before", "an image of this digest was refused or failed before",
     "this image was refused or failed before"},
    {"server-refused", NULL, "the server answered with an error"},
    {"stale", "the release is older than one that was tried already",
     "the release is older than one that was offered already, or its number "
     "belongs to another image"},
    {"surroundings",
     "the image gave its trial back: it runs, but could not reach its server",
     "the trial ended, but not by the image's fault: no server, no energy"},
    {"too-far", NULL, "the release's number is too far above the last one"},
    {"too-large", "image or load address do not fit slot or SRAM",
     "the image does not fit slot or SRAM"},
    {"trial-failed",
     "all attempts were used up and the image did not ask for confirmation: "
     "it crashed, hung, or failed its health check",
     "the image on trial did not confirm itself"},
    {"tries-used-up", NULL, "this release has failed too often"},
    {"unreachable", NULL, "no answer, however often the server was asked"},
    {"unsigned", "no signature by a known key", NULL},
    {NULL, NULL, NULL}};

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

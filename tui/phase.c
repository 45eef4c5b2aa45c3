/* SPDX-License-Identifier: MIT */
#include "tui/phase.h"

#include <string.h>

static const struct phase phases[] = {
    {EVENT_POWER_ON, NULL, NULL, "power on",
     "Power is applied. SRAM holds random bytes, flash and fuses hold what the "
     "factory wrote. The CPU starts in the ROM, which nobody can change: it is "
     "the root of trust. Everything that follows is only as good as the chain "
     "that starts here."},
    {EVENT_ROM_START, NULL, NULL, "ROM",
     "The ROM wipes all RAM, then looks at both copies of the bootloader. It "
     "takes the one with the higher version, copies it to SRAM and verifies "
     "the copy there: a key in the fuses must have signed it, and its security "
     "counter must not be below the fuses. If the copy is bad it tries the "
     "other one."},
    {EVENT_BOOT_START, NULL, NULL, "bootloader",
     "The bootloader reads the boot journal. The newest valid record says "
     "which "
     "slot to boot, and whether its image is on trial. A record torn by a "
     "power "
     "cut fails its checksum, so the one before it stays in force: that is why "
     "the switch between slots is atomic."},
    {EVENT_BOOT_ROLLBACK, NULL, NULL, "rollback",
     "The bootloader gives up the image and goes back to the other slot, which "
     "still holds the confirmed image. The rejected digest is kept in the "
     "journal, so that the same image is not tried again. Look at the journal "
     "pane: the record in force has changed."},
    {EVENT_BOOT_CONFIRM, NULL, NULL, "confirm",
     "The application asked for confirmation, and the bootloader makes it "
     "final: a new journal record says confirmed. From now on a reset boots "
     "this image without counting attempts."},
    {EVENT_BOOT_JUMP, "state", "trial", "trial boot",
     "The image runs on trial. The attempt was counted in the journal before a "
     "byte of the image was read, so a crash, a hang or a reset costs one. "
     "Unless it confirms itself before the attempts run out, the bootloader "
     "rolls back. Try it: reset it here (f), and in each trial boot after it "
     "(N)."},
    {EVENT_BOOT_JUMP, NULL, NULL, "application",
     "The bootloader has verified hash, signature, version and security "
     "counter of the copy in SRAM, locked the flash it must protect, and "
     "jumps to the image. The application does its work and, now and then, "
     "asks the server for updates."},
    {EVENT_BOOT_RESORT, NULL, NULL, "last resort",
     "Nothing better is left. The bootloader tries an image again that it "
     "had rejected, after a pause that grows from round to round: a device "
     "in the field is better off trying than dead."},
    {EVENT_BOOT_NOTHING, NULL, NULL, "brick",
     "No image in any slot is authentic and allowed. The bootloader reports "
     "it and enters low power. Only a programmer can help this device."},
    {EVENT_ROM_NOTHING, NULL, NULL, "brick",
     "Neither copy of the bootloader is authentic. The ROM stops: running "
     "code that nobody signed would be worse than running nothing."},
    {EVENT_RECOVERY_START, NULL, NULL, "recovery",
     "No slot holds an image that can be booted, so the recovery image runs. "
     "It can do one thing: download a good image."},
    {EVENT_AGENT_OFFER, NULL, NULL, "offer",
     "The server offers another image. The offer is a signed descriptor; until "
     "its signature is verified nothing in it is used. Then the agent checks "
     "version, security counter and size, and whether this image failed here "
     "before."},
    {EVENT_AGENT_DOWNLOAD, NULL, NULL, "download",
     "The agent fetches the image in blocks and programs them into the slot "
     "that does not run. A progress record is kept in flash, so a reset costs "
     "at most the sector in progress. The running image is never touched. Try "
     "it: pull the plug here (f) and watch the download resume."},
    {EVENT_AGENT_VERIFIED, NULL, NULL, "verified",
     "The agent has read the whole image back from flash, and its digest is "
     "the one that the signed descriptor names. It asks for a trial by "
     "appending a request; the bootloader will verify the image itself and "
     "trusts nothing that the application says."},
    {EVENT_POWER_CUT, NULL, NULL, "power lost",
     "Power fails. A program or erase in progress is torn: some bits have "
     "changed, some have not, and some may read differently next time. SRAM "
     "is lost. Red sectors in the map are torn."},
    {EVENT_BATTERY_LOW, NULL, NULL, "brown-out",
     "The supply is too low for the CPU. What is in flight is torn as by a "
     "power cut."},
    {EVENT_RESET_FORCED, NULL, NULL, "reset",
     "The CPU is reset from outside. Power stays, so a flash operation in "
     "progress is completed by the flash chip on its own."},
    {EVENT_END, NULL, NULL, "end",
     "The run is over. Step back with p, or to an earlier phase with P, break "
     "something there with f, and see what becomes of it."},
};

static bool begins(const struct phase *phase, const struct event *event)
{
    if (event->code != (uint32_t)phase->code) {
        return false;
    }
    if (phase->field == NULL) {
        return true;
    }
    int field = event_field_find(phase->code, phase->field);

    return field >= 0 && event_matches(event, (unsigned)field, phase->value);
}

const struct phase *phase_of(const struct event *event)
{
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        if (begins(&phases[i], event)) {
            return &phases[i];
        }
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
/*
 * The order of boot. The attempt is counted before any byte of the slot is
 * read, the image is verified where it runs, fuses are burned only for an image
 * verified at this boot, and nothing is written after the locks.
 */
#include "boot.h"

int main(void)
{
    static struct boot boot;

    boot_read_board(&boot);
    boot_open_journal(&boot);
    boot_take_request(&boot);
    boot_select(&boot);
    boot_note_digest(&boot);
    boot_burn(&boot);
    boot_lock(&boot);
    boot_tell(&boot);
    boot_enter(&boot);
}

/* SPDX-License-Identifier: MIT */
/* The places an image can run from, and the two states of the chosen one. */
#ifndef OTALAB_OTA_SLOT_H
#define OTALAB_OTA_SLOT_H

#define OTA_DIGEST_SIZE 32u

enum ota_slot {
    OTA_SLOT_A = 0,
    OTA_SLOT_B = 1,
    OTA_SLOT_RECOVERY = 2,
    OTA_SLOT_COUNT = 3
};

enum ota_state { OTA_CONFIRMED = 1, OTA_TRIAL = 2 };

enum ota_request_kind {
    OTA_REQUEST_TRIAL = 1,
    OTA_REQUEST_CONFIRM = 2,
    OTA_REQUEST_COMMIT = 3,
    OTA_REQUEST_ABANDON = 4, /* end my trial, I am not at fault */
    OTA_REQUEST_ALIVE = 5,   /* I am on trial and have begun to run */
    OTA_REQUEST_FETCH = 6    /* I give way to recovery, which updates me */
};

#endif

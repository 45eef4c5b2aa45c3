/* SPDX-License-Identifier: MIT */
/*
 * The port: what the portable core needs from a flash. The caller owns the
 * structure and its context. All functions return 0 or a negative enum ota_err;
 * addresses are flash addresses. `program` accepts any range: the port splits
 * it at page ends and waits until it is done. `erase` erases one sector and
 * waits. `read` copies out of the array.
 */
#ifndef OTALAB_OTA_FLASH_H
#define OTALAB_OTA_FLASH_H

#include <stdint.h>

enum ota_err {
    OTA_OK = 0,
    OTA_ERR_IO = -1,    /* the flash failed */
    OTA_ERR_RANGE = -2, /* an address or length is out of range */
    OTA_ERR_FULL = -3,  /* no room left */
    OTA_ERR_NONE = -4,  /* not found */
    OTA_ERR_BUSY = -5   /* something has to happen first */
};

struct ota_flash {
    void *context;
    uint32_t sector_size; /* bytes */
    int (*read)(void *context, uint32_t address, void *data, uint32_t length);
    int (*program)(void *context, uint32_t address, const void *data,
                   uint32_t length);
    int (*erase)(void *context, uint32_t address);
};

/* A partition: [start, start + length) in flash, whole sectors. */
struct ota_area {
    uint32_t start;
    uint32_t length;
};

#endif

/* SPDX-License-Identifier: MIT */
#include "ota/load.h"

#include "ota/slot.h"

/* Read the header and the record that ends the image, and check both: after
 * this, info->total_size fits slot and RAM. */
static enum ota_reason measure(const struct ota_flash *flash,
                               struct ota_area slot,
                               const struct image_limits *limits,
                               struct image_info *info)
{
    uint8_t header[IMAGE_HEADER_SIZE];
    uint8_t record[4];

    if (slot.length < sizeof(header) || limits->slot_size > slot.length ||
        flash->read(flash->context, slot.start, header, sizeof(header))) {
        return OTA_REASON_FLASH_ERROR;
    }
    enum ota_reason reason = image_check_header(header, limits, info);
    if (reason) {
        return reason;
    }
    if (flash->read(flash->context, slot.start + image_signed_size(info),
                    record, sizeof(record))) {
        return OTA_REASON_FLASH_ERROR;
    }
    return image_tlv_end(record, limits, info);
}

enum ota_reason image_load(const struct ota_flash *flash, struct ota_area slot,
                           const struct image_limits *limits, uint8_t *ram,
                           uint32_t *size)
{
    struct image_info info;
    enum ota_reason reason = measure(flash, slot, limits, &info);

    if (reason) {
        return reason;
    }
    if (flash->read(flash->context, slot.start, ram, info.total_size)) {
        return OTA_REASON_FLASH_ERROR;
    }
    *size = info.total_size;
    return OTA_REASON_NONE;
}

enum ota_reason image_peek(const struct ota_flash *flash, struct ota_area slot,
                           const struct image_limits *limits,
                           struct image_info *info)
{
    uint8_t areas[IMAGE_TLV_MAX];
    enum ota_reason reason = measure(flash, slot, limits, info);

    if (reason) {
        return reason;
    }
    uint32_t start = info->header_size + info->payload_size;
    uint32_t size = info->total_size - start;
    if (size > sizeof(areas) ||
        flash->read(flash->context, slot.start + start, areas, size)) {
        return OTA_REASON_FLASH_ERROR;
    }
    return image_read_tlvs(areas, size, info);
}

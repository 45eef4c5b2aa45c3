/* SPDX-License-Identifier: MIT */
/*
 * MCUboot's image format as the host writes and reads it: only the numbers. The
 * device has its own reader (firmware/ota); the two share nothing, so that each
 * checks the other.
 *
 *   0x00  magic        u32    0x96f3b83d
 *   0x04  load address u32    with flag RAM_LOAD
 *   0x08  header size  u16    payload starts there; 0xFF between 0x20 and it
 *   0x0a  protected    u16    size of the protected TLV area, 0 = none
 *   0x0c  payload size u32
 *   0x10  flags        u32
 *   0x14  version      u8 major, u8 minor, u16 revision, u32 build
 *   0x1c  0            u32
 *
 *   header | payload | [protected TLVs] | TLVs
 *   a TLV area: { u16 magic, u16 size with these 4 } { u16 type, u16 length,
 *   value }...   The signed region ends before the unprotected area.
 */
#ifndef OTALAB_IMAGE_FORMAT_H
#define OTALAB_IMAGE_FORMAT_H

#include <stdint.h>

#define MCUBOOT_MAGIC 0x96f3b83du
#define MCUBOOT_MAGIC_OLD 0x96f3b83cu
#define MCUBOOT_HEADER 32u
#define MCUBOOT_HEADER_USUAL 0x200u
#define MCUBOOT_TLV_HEAD 4u
#define MCUBOOT_PROTECTED_MAGIC 0x6908u
#define MCUBOOT_TLV_MAGIC 0x6907u

enum mcuboot_offset {
    MCUBOOT_AT_MAGIC = 0,
    MCUBOOT_AT_LOAD = 4,
    MCUBOOT_AT_HEADER_SIZE = 8,
    MCUBOOT_AT_PROTECTED_SIZE = 10,
    MCUBOOT_AT_PAYLOAD_SIZE = 12,
    MCUBOOT_AT_FLAGS = 16,
    MCUBOOT_AT_MAJOR = 20,
    MCUBOOT_AT_MINOR = 21,
    MCUBOOT_AT_REVISION = 22,
    MCUBOOT_AT_BUILD = 24
};

enum mcuboot_flag {
    MCUBOOT_ENCRYPTED_128 = 0x4,
    MCUBOOT_ENCRYPTED_256 = 0x8,
    MCUBOOT_NON_BOOTABLE = 0x10,
    MCUBOOT_RAM_LOAD = 0x20
};

enum mcuboot_tlv {
    MCUBOOT_KEYHASH = 0x01,
    MCUBOOT_PUBKEY = 0x02,
    MCUBOOT_SHA256 = 0x10,
    MCUBOOT_SHA384 = 0x11,
    MCUBOOT_SHA512 = 0x12,
    MCUBOOT_RSA2048 = 0x20,
    MCUBOOT_ECDSA = 0x22,
    MCUBOOT_RSA3072 = 0x23,
    MCUBOOT_ED25519 = 0x24,
    MCUBOOT_KEY_RSA = 0x30, /* the payload's key, wrapped */
    MCUBOOT_KEY_KW = 0x31,
    MCUBOOT_KEY_EC256 = 0x32,
    MCUBOOT_KEY_X25519 = 0x33,
    MCUBOOT_DEPENDENCY = 0x40,
    MCUBOOT_SEC_CNT = 0x50,
    MCUBOOT_BOOT_RECORD = 0x60
};

/* The value of a dependency: u8 image, 3 bytes 0, version as in the header. */
enum mcuboot_dependency {
    MCUBOOT_DEPENDENCY_SIZE = 12,
    MCUBOOT_DEPENDENCY_AT_VERSION = 4
};

struct mcuboot_version {
    uint8_t major;
    uint8_t minor;
    uint16_t revision;
    uint32_t build;
};

#endif

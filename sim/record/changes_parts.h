/* SPDX-License-Identifier: MIT */
/* Where the fields of changes.bin are, only for its writer and its reader;
 * drawn in docs/recording.md. */
#ifndef OTALAB_RECORD_CHANGES_PARTS_H
#define OTALAB_RECORD_CHANGES_PARTS_H

#define CHANGES_MAGIC "OTALCHG\n"
#define CHANGES_END_MAGIC "OTALEND\n"
#define CHANGES_MAGIC_SIZE 8u
#define CHANGES_DIGEST 32u

enum changes_header {
    HEADER_AT_VERSION = 8,
    HEADER_AT_SIZE = 12,
    HEADER_AT_DEVICES = 16,
    HEADER_AT_FLASH = 20,
    HEADER_AT_SECTOR = 24,
    HEADER_AT_PAGE = 28,
    HEADER_AT_FUSE_WORDS = 32,
    HEADER_AT_PARTS = 36,
    HEADER_SIZE = 40
};

enum changes_part {
    PART_AT_START = BOARD_PART_NAME,
    PART_AT_LENGTH = PART_AT_START + 4,
    PART_SIZE = PART_AT_LENGTH + 4
};

enum changes_head {
    HEAD_AT_KIND = 0,
    HEAD_AT_DEVICE = 1,
    HEAD_AT_CAUSE = 2,
    HEAD_AT_VALUE = 3,
    HEAD_AT_ADDRESS = 4,
    HEAD_AT_LENGTH = 8,
    HEAD_AT_EVENT = 12,
    HEAD_AT_TIME = 16,
    HEAD_SIZE = 24
};

enum changes_end {
    END_AT_COUNT = 8,
    END_AT_RECORDING = 16,
    END_AT_SUM = 48,
    END_SIZE = 80
};

/* Payloads. */
#define FUSES_SIZE (2u * 4u * CHANGES_FUSE_WORDS)
#define STATE_SIZE 28u
#define LINK_WAY_SIZE 48u
#define LINK_SIZE (2u * LINK_WAY_SIZE)
#define SOURCE_SIZE 4u
#define LOCKS_SIZE(shape) (((shape)->size / FLASH_BLOCK + 7u) / 8u)

#endif

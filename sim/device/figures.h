/* SPDX-License-Identifier: MIT */
/*
 * The devicetree blob as the simulator reads it: the values of the board's
 * models and the map of the flash's partitions. The blob may come from
 * anywhere; every property is checked, and an error leaves one line in `diag`
 * that names node and property. The results own their bytes.
 */
#ifndef OTALAB_DEVICE_FIGURES_H
#define OTALAB_DEVICE_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "device/board.h"

#define BOARD_PARTS 16u
#define BOARD_PART_NAME 32u

struct board_part {
    char name[BOARD_PART_NAME];
    uint32_t start; /* flash address; start and length are whole sectors */
    uint32_t length;
};

/* How the product updates (docs/mechanisms.md). */
enum board_mechanism {
    BOARD_AB = 0, /* also if the devicetree does not say */
    BOARD_RECOVERY,
    BOARD_UNSAFE,
    BOARD_MECHANISMS
};

/* The flash that is fitted: the board's own, or that of an overlay. */
enum board_flash {
    BOARD_W25Q = 0,
    BOARD_STM32L4,
    BOARD_STM32F4,
    BOARD_NRF52840,
    BOARD_W25Q_FLAT, /* without wear levelling */
    BOARD_FLASHES
};

/* The values used by boot chain and update agent, as far as others need to know
 * them. */
struct policy_figures {
    uint32_t attempts;       /* of a trial */
    uint32_t power_losses;   /* of a trial, that do not count as attempts */
    uint64_t deadline_ns;    /* of an attempt; 0: none */
    uint32_t tries;          /* failures not caused by the image, per release */
    uint64_t backoff_ns;     /* pause after a failure; doubles .. */
    uint64_t backoff_max_ns; /* .. up to this */
    uint64_t poll_ns;        /* pause between two polls of the server */
    enum board_mechanism mechanism;
    uint32_t delta_saving; /* percent of the image that a patch must save */
};

/* Partitions in the order of the blob, without disabled ones; none overlap. */
struct board_map {
    uint32_t sector; /* bytes; 0: FLASH_SECTOR */
    uint32_t count;
    struct board_part part[BOARD_PARTS];
};

/* 0, or OTALAB_ERR_USAGE with a line in diag. */
int board_figures_read(const void *dtb, size_t size,
                       struct board_figures *figures, struct diag *diag);
int board_map_read(const void *dtb, size_t size, struct board_map *map,
                   struct diag *diag);
/* A device without an agent node gets typical values. */
int policy_figures_read(const void *dtb, size_t size,
                        struct policy_figures *policy, struct diag *diag);

/* "stm32l4" */
const char *board_flash_name(enum board_flash part);
/* The mechanism whose slots these are: those of a recorded run, for example. */
enum board_mechanism board_map_mechanism(const struct board_map *map);
/* "ab" */
const char *board_mechanism_name(enum board_mechanism mechanism);

/* The partition of that name, or the one that contains the address; or NULL. */
const struct board_part *board_map_find(const struct board_map *map,
                                        const char *name);
const struct board_part *board_map_at(const struct board_map *map,
                                      uint32_t address);
uint32_t board_map_sector(const struct board_map *map);

#endif

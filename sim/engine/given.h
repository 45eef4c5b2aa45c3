/* SPDX-License-Identifier: MIT */
/*
 * The case: everything about a run that does not change while it lasts. Made by
 * case_make() before anything runs; read by the run and each of its forks.
 */
#ifndef OTALAB_ENGINE_GIVEN_H
#define OTALAB_ENGINE_GIVEN_H

#include "device/board.h"
#include "device/figures.h"
#include "engine/result.h"
#include "engine/token.h"
#include "image/descriptor.h"
#include "manifest/make.h"
#include "image/keys.h"
#include "image/rom.h"
#include "oracle/oracle.h"
#include "outside/server.h"
#include "scenario/mistakes.h"
#include "scenario/scenario.h"

#define CASE_ROOTS 3u
#define CASE_DELTAS SCENARIO_DELTAS  /* patches that lead to one image */
#define CASE_BOOT_IMAGE "bootloader" /* name of image 0 */

struct case_image {
    uint8_t *bytes;
    size_t size;
};

/* What one `publish` of the scenario offers. */
struct case_offer {
    const struct action *action;
    uint32_t image;
    struct key key;
    uint32_t release; /* release in the descriptor, by the order in the file */
    uint8_t descriptor[IMAGE_DESCRIPTOR_SIZE];
    uint32_t manifest_length;
    uint8_t manifest[MANIFEST_FILE_MAX];
};

struct run_case {
    const struct scenario *scenario;
    const struct run_options *options;
    struct board_figures figures;
    struct board_map map;
    uint8_t *dtb;
    size_t dtb_size;
    struct rom rom;
    struct case_image image[ORACLE_IMAGES]; /* as judged.image */
    struct server_image served[ORACLE_IMAGES];
    struct oracle_case judged;
    uint8_t root[CASE_ROOTS][32]; /* digests of the fuses' keys */
    struct server_patch patch[ORACLE_IMAGES][CASE_DELTAS];
    struct case_offer *offer;
    struct dtls_server *dtls; /* NULL: there is no secure port */
    unsigned offers;
    struct mistakes mistakes; /* in the scenario */
    struct token token;       /* as far as it is known */
    char digests[128];        /* the same for the recording's header */
    char rom_path[512];
    char dtb_path[512];
};

#endif

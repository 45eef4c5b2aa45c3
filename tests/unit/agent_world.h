/* SPDX-License-Identifier: MIT */
/*
 * A device made of the agent, the real models of flash, link and server, and a
 * bootloader that consists only of policy.c, on one clock. The test owns the
 * structure, which is large: make it static. Broken flash rules, writes outside
 * the agent's partitions, and confirmation of anything but an image made here
 * fail the test at once.
 */
#ifndef OTALAB_TESTS_AGENT_WORLD_H
#define OTALAB_TESTS_AGENT_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "device/flash.h"
#include "image/descriptor.h"
#include "ota/agent.h"
#include "ota/journal.h"
#include "ota/policy.h"
#include "outside/link.h"
#include "outside/server.h"

#define AW_IMAGES 8u
#define AW_EVENTS 9u
#define AW_NEVER UINT64_MAX
#define AW_MS UINT64_C(1000000)
#define AW_SECOND (1000u * AW_MS)
#define AW_INBOX 4u

enum aw_conduct {
    AW_GOOD,
    AW_CRASHES, /* on trial, at once */
    AW_DEAF,    /* its radio code is broken */
    AW_BROKEN   /* the bootloader refuses it: bad hash */
};

struct aw_image {
    uint8_t *bytes;
    size_t size;
    enum aw_conduct conduct;
    struct image_info info;
};

struct aw {
    struct flash flash;
    struct ota_flash port_flash;
    struct link link;
    struct server server;
    struct rng rng;
    struct agent agent;
    struct agent_port port;
    struct agent_figures figures;
    struct uri place; /* of what is fetched; URI_RELATIVE: the server */
    struct image_keys keys;
    uint8_t key_digest[1][OTA_DIGEST_SIZE];
    uint8_t spki[KEY_SPKI_SIZE];
    const uint8_t *spkis[1];
    struct aw_image image[AW_IMAGES];
    struct server_image server_image[AW_IMAGES];
    uint32_t images;
    uint32_t recovery; /* index of that image, if it was made */

    uint64_t now_ns;
    uint64_t boot_ns;
    uint64_t due_ms;
    uint64_t rtc_start_ms;
    struct agent_supply supply;

    struct boot_state state; /* stands for the journal */
    struct policy_limits limits;
    struct boot_info info;
    uint32_t running; /* index of the image */
    bool stuck;       /* nothing can run */

    struct link_packet inbox[AW_INBOX];
    uint32_t waiting;

    uint32_t operations; /* of flash since the start */
    uint32_t cut_at;     /* the operation that is torn; UINT32_MAX: none */
    enum flash_form cut_form;
    uint32_t cuts;
    uint32_t cut_again; /* this many operations later; 0: never */
    uint32_t cuts_most; /* most such cuts; 0: no limit */
    jmp_buf power_lost;
    uint32_t fail_at; /* the operation that fails with this fault */
    enum flash_fault fail_how;
    bool lenient; /* ignore taint and its rule */

    uint32_t boots;
    uint32_t trials; /* boots on trial */
    uint32_t events[AW_EVENTS];
    uint32_t why_last[AW_EVENTS]; /* first argument */
};

/* Factory image 1.0.0 in slot a, confirmed; nothing published; a link without
 * delay. */
void aw_init(struct aw *w, uint64_t seed);
/* Make a signed image; returns its index. Nothing is freed: a test is a
 * process. */
uint32_t aw_make(struct aw *w, const char *version, uint32_t counter,
                 uint32_t fill, enum aw_conduct conduct);
/* Put an image into a slot, as production does. */
void aw_install(struct aw *w, uint32_t image, uint8_t slot);
void aw_publish(struct aw *w, uint32_t image, uint32_t release);
/* Publish with anything else that the descriptor may say; image, size, key and
 * release are set here. */
void aw_publish_as(struct aw *w, uint32_t image, uint32_t release,
                   struct descriptor_spec spec);
void aw_link(struct aw *w, uint32_t latency_ms, uint32_t loss_ppm,
             uint32_t duplicate_ppm, uint32_t reorder_ppm);
/* Power on, or a reset: the bootloader, then the image. */
void aw_boot(struct aw *w);
/* Run for this long, or until `done`; true if that was reached. */
bool aw_run(struct aw *w, uint64_t seconds, bool (*done)(const struct aw *w));
/* Is it confirmed and running? */
bool aw_runs(const struct aw *w, uint32_t image);
/* Bytes of images that the server has sent. */
uint64_t aw_fetched(const struct aw *w);
const struct progress *aw_record(const struct aw *w);
/* The address of a slot, and its size. */
uint32_t aw_slot(uint8_t slot);
#define AW_SLOT_SIZE 0x8000u
#define AW_PROGRESS 0x2000u
#define AW_PROGRESS_SIZE 0x4000u
#define AW_FAILED 0x18000u
#define AW_FAILED_SIZE 0x4000u
#define AW_OFFERS 0x1C000u
#define AW_OFFERS_SIZE 0x2000u

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A small NOR flash in memory behind the port of firmware/ota, with power cuts:
 * one operation is torn in a chosen form, and from then on nothing has an
 * effect until ram_flash_power_on(). It checks the rules itself: a program that
 * wants a bit to rise, or that goes to a sector whose last erase was torn, is
 * counted in `violations`. The test owns the structure.
 */
#ifndef OTALAB_TESTS_RAM_FLASH_H
#define OTALAB_TESTS_RAM_FLASH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ota/flash.h"

#define RAM_FLASH_MAX (16u * 1024u)
#define RAM_FLASH_SECTORS 16u
#define RAM_FLASH_NEVER UINT32_MAX

enum ram_form {
    RAM_BEFORE,
    RAM_AFTER,       /* done, but not reported */
    RAM_FIRST_BYTES, /* program: a quarter; erase: zeros from the end */
    RAM_MOST_BYTES,  /* program: all but four; erase: most zeros */
    RAM_BITS,        /* program: some of the falling bits; erase: a mixture */
    RAM_OTHER_BITS,
    RAM_WEAK,    /* reads as done; a program reads as undone one boot later */
    RAM_LATE,    /* program: reads torn; reads as done one boot later */
    RAM_DISTURB, /* program: done, a neighbour lost bits; erase: all zero */
    RAM_FORMS
};

/* What goes wrong with operation number `at`. */
enum ram_fault { RAM_CUT, RAM_FAIL, RAM_IGNORE };

struct ram_flash {
    struct ota_flash port;
    uint8_t array[RAM_FLASH_MAX];
    bool torn_erase[RAM_FLASH_SECTORS];
    uint32_t size;
    uint32_t operations; /* since the last power-on */
    uint32_t at;         /* the operation to disturb, or NEVER */
    enum ram_fault fault;
    enum ram_form form;
    uint32_t seed;
    bool dead;
    unsigned violations;
    uint32_t weak_address; /* a weak program: what it will read as later */
    uint32_t weak_length;
    uint8_t weak_later[256];
};

static inline uint32_t ram_random(struct ram_flash *ram)
{
    ram->seed = ram->seed * 1664525u + 1013904223u;
    return ram->seed >> 8;
}

static inline void ram_tear_program(struct ram_flash *ram, uint32_t address,
                                    const uint8_t *data, uint32_t length)
{
    uint8_t *to = &ram->array[address];
    uint32_t sector = address / ram->port.sector_size;
    uint32_t first = sector * ram->port.sector_size;
    uint32_t last = first + ram->port.sector_size - 1;

    for (uint32_t i = 0; i < length; i++) {
        uint8_t falling = (uint8_t)(to[i] & ~data[i]);
        uint8_t mask = 0xFF;
        if (ram->form == RAM_BEFORE ||
            (ram->form == RAM_FIRST_BYTES && i >= length / 4) ||
            (ram->form == RAM_MOST_BYTES && i >= length - 4)) {
            mask = 0;
        } else if (ram->form == RAM_BITS || ram->form == RAM_OTHER_BITS ||
                   ram->form == RAM_LATE) {
            mask = (uint8_t)ram_random(ram);
        }
        ram->weak_later[i] =
            (uint8_t)(ram->form == RAM_LATE ? to[i] & data[i] : to[i]);
        to[i] = (uint8_t)(to[i] & ~(falling & mask));
    }
    if (ram->form == RAM_WEAK || ram->form == RAM_LATE) {
        ram->weak_address = address;
        ram->weak_length = length;
    }
    if (ram->form == RAM_DISTURB) {
        uint32_t before = address > first ? address - 1 : first;
        uint32_t after = address + length <= last ? address + length : last;
        ram->array[before] &= 0xA5;
        ram->array[after] &= 0x5A;
    }
}

/* Erasing its sector removes what a weak program left. */
static inline void ram_forget_weak(struct ram_flash *ram, uint32_t address)
{
    uint32_t size = ram->port.sector_size;

    if (ram->weak_length && ram->weak_address / size == address / size) {
        ram->weak_length = 0;
    }
}

static inline void ram_tear_erase(struct ram_flash *ram, uint32_t address)
{
    uint32_t size = ram->port.sector_size;
    uint8_t *to = &ram->array[address];

    if (ram->form != RAM_BEFORE) {
        ram_forget_weak(ram, address);
    }
    ram->torn_erase[address / size] = ram->form != RAM_BEFORE;
    switch (ram->form) {
    case RAM_BEFORE:
        break;
    case RAM_FIRST_BYTES:
        memset(to + size - size / 4, 0, size / 4);
        break;
    case RAM_MOST_BYTES:
        memset(to + size / 8, 0, size - size / 8);
        break;
    case RAM_DISTURB:
        memset(to, 0, size);
        break;
    case RAM_BITS:
    case RAM_OTHER_BITS:
        for (uint32_t i = 0; i < size; i++) {
            uint32_t dice = ram_random(ram);
            to[i] = (uint8_t)(dice & 0x300u ? to[i] & dice : to[i] | dice);
        }
        break;
    default: /* AFTER, WEAK, LATE: reads 0xFF, not reliable */
        memset(to, 0xFF, size);
        break;
    }
}

/* Is this the operation to disturb? */
static inline bool ram_disturbed(struct ram_flash *ram)
{
    bool hit = ram->operations++ == ram->at;

    if (hit && ram->fault == RAM_CUT) {
        ram->dead = true;
    }
    return hit;
}

static inline int ram_read(void *context, uint32_t address, void *data,
                           uint32_t length)
{
    struct ram_flash *ram = context;

    if (address > ram->size || length > ram->size - address) {
        return OTA_ERR_RANGE;
    }
    memcpy(data, &ram->array[address], length);
    return OTA_OK;
}

static inline int ram_program(void *context, uint32_t address, const void *data,
                              uint32_t length)
{
    struct ram_flash *ram = context;
    const uint8_t *bytes = data;

    if (ram->dead) {
        return OTA_ERR_IO;
    }
    if (address > ram->size || length > ram->size - address) {
        return OTA_ERR_RANGE;
    }
    for (uint32_t i = 0; i < length; i++) {
        uint32_t at = address + i;
        ram->violations += (bytes[i] & ~ram->array[at]) != 0 ||
                           ram->torn_erase[at / ram->port.sector_size];
    }
    if (ram_disturbed(ram)) {
        if (ram->fault == RAM_CUT) {
            ram_tear_program(ram, address, bytes, length);
        }
        return ram->fault == RAM_IGNORE ? OTA_OK : OTA_ERR_IO;
    }
    for (uint32_t i = 0; i < length; i++) {
        ram->array[address + i] &= bytes[i];
    }
    return OTA_OK;
}

static inline int ram_erase(void *context, uint32_t address)
{
    struct ram_flash *ram = context;
    uint32_t size = ram->port.sector_size;

    if (ram->dead) {
        return OTA_ERR_IO;
    }
    if (address % size != 0 || address >= ram->size) {
        return OTA_ERR_RANGE;
    }
    if (ram_disturbed(ram)) {
        if (ram->fault == RAM_CUT) {
            ram_tear_erase(ram, address);
        }
        return ram->fault == RAM_IGNORE ? OTA_OK : OTA_ERR_IO;
    }
    memset(&ram->array[address], 0xFF, size);
    ram->torn_erase[address / size] = false;
    ram_forget_weak(ram, address);
    return OTA_OK;
}

static inline void ram_flash_init(struct ram_flash *ram, uint32_t size,
                                  uint32_t sector_size)
{
    memset(ram, 0, sizeof(*ram));
    memset(ram->array, 0xFF, sizeof(ram->array));
    ram->size = size;
    ram->at = RAM_FLASH_NEVER;
    ram->port.sector_size = sector_size;
    ram->port.read = ram_read;
    ram->port.program = ram_program;
    ram->port.erase = ram_erase;
    ram->port.context = ram;
}

/* Call after copying the structure. */
static inline void ram_flash_moved(struct ram_flash *ram)
{
    ram->port.context = ram;
}

static inline void ram_flash_power_on(struct ram_flash *ram)
{
    ram->dead = false;
    ram->operations = 0;
    ram->at = RAM_FLASH_NEVER;
}

/* The weak program reads differently, unless its sector was erased since. */
static inline void ram_flash_weak_turns(struct ram_flash *ram)
{
    memcpy(&ram->array[ram->weak_address], ram->weak_later, ram->weak_length);
    ram->weak_length = 0;
}

#endif

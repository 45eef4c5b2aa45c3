/* SPDX-License-Identifier: MIT */
/*
 * The battery of one device and everything that drains it, as a value: CPU,
 * flash and radio, each in one of a few states with its own current. No
 * pointers inside; clone by assignment. The caller gives the time and says when
 * a load changes; nothing fails except on a value that is out of range.
 *
 *   open voltage:  by state of charge, from a table, straight between points
 *   terminals:     open voltage - current x internal resistance; the
 *                  resistance goes straight from `full_mohm` to `empty_mohm`
 *   energy:        current x nominal_mv x time, whatever the voltage is
 *
 * So a weak cell browns out under the current of a transmission, recovers when
 * the reset has cut the load, and does so again. Energy is exact: the unit of
 * nW x ns (1e-18 J) is carried below whole microjoules, so any division of a
 * time into steps gives the same result. Voltage is a function of whole
 * microjoules and of the loads, so the time of a threshold is exact, too.
 */
#ifndef OTALAB_OUTSIDE_BATTERY_H
#define OTALAB_OUTSIDE_BATTERY_H

#include <stdbool.h>
#include <stdint.h>

#define BATTERY_NEVER UINT64_MAX
#define BATTERY_FULL 1000000u /* state of charge in ppm */
#define BATTERY_POINTS 11u    /* open voltage at 0 %, 10 %, .. 100 % */
#define BATTERY_UJ_LIMIT 1000000000000u /* 1 MJ */
#define BATTERY_UA_LIMIT 5000000u       /* 5 A, each load */
#define BATTERY_MV_LIMIT 20000u
#define BATTERY_MOHM_LIMIT 1000000u

enum battery_cpu { BATTERY_CPU_OFF = 0, BATTERY_CPU_RUN, BATTERY_CPU_SLEEP };
enum battery_flash {
    BATTERY_FLASH_IDLE = 0,
    BATTERY_FLASH_PROGRAM,
    BATTERY_FLASH_ERASE
};
enum battery_radio {
    BATTERY_RADIO_OFF = 0,
    BATTERY_RADIO_SLEEP, /* registered, not listening */
    BATTERY_RADIO_IDLE,  /* connected, listens now and then */
    BATTERY_RADIO_RX,    /* receiver open: receives, or waits for an answer */
    BATTERY_RADIO_TX,
    BATTERY_RADIO_TAIL /* after the last packet, until the network releases
                        * it */
};
#define BATTERY_CPU_STATES 3u
#define BATTERY_FLASH_STATES 3u
#define BATTERY_RADIO_STATES 6u

/* Everything has 32 bits except the capacity, so that there is no padding. */
struct battery_figures {
    uint64_t capacity_uj; /* 0: a supply that never fails, always full */
    uint32_t nominal_mv;  /* voltage for which the currents below are given */
    uint32_t warn_mv;     /* at or below it the warning is given */
    uint32_t brown_out_mv;
    uint32_t full_mohm; /* internal resistance, full .. */
    uint32_t empty_mohm;
    uint32_t open_mv[BATTERY_POINTS]; /* never falling with charge */
    uint32_t base_ua;                 /* always drawn: regulator, leakage */
    uint32_t cpu_ua[BATTERY_CPU_STATES];
    uint32_t flash_ua[BATTERY_FLASH_STATES];
    uint32_t radio_ua[BATTERY_RADIO_STATES];
    uint32_t reserved;
};

enum battery_level { BATTERY_WARN = 0, BATTERY_BROWN_OUT };

struct battery {
    struct battery_figures figures;
    uint64_t now_ns;
    uint64_t used_uj;    /* since full; at most the capacity */
    uint64_t used_rest;  /* nW x ns below a microjoule */
    uint64_t drained_uj; /* by all loads since battery_init() */
    uint64_t drained_rest;
    /* time spent in each state, see account.h */
    uint64_t cpu_ns[BATTERY_CPU_STATES];
    uint64_t flash_ns[BATTERY_FLASH_STATES];
    uint64_t radio_ns[BATTERY_RADIO_STATES];
    uint32_t cpu;   /* enum battery_cpu */
    uint32_t flash; /* enum battery_flash */
    uint32_t radio; /* enum battery_radio */
    uint32_t reserved;
};

/* A 10 kJ lithium thionyl chloride cell, a Cortex-M4 at 25 MHz, a serial NOR
 * flash, an NB-IoT modem; battery.c says where each value comes from. */
extern const struct battery_figures battery_defaults;

/* All loads off except the CPU, which runs; `charge` in ppm. 0, or -1 if a
 * value is out of range. */
int battery_init(struct battery *battery, const struct battery_figures *figures,
                 uint32_t charge, uint64_t now);

/* Advance the time to `now` with the present loads. A time before the last one
 * does nothing. */
void battery_advance(struct battery *battery, uint64_t now);

/* A load changes at `now`. */
void battery_cpu(struct battery *battery, uint64_t now, enum battery_cpu state);
void battery_flash(struct battery *battery, uint64_t now,
                   enum battery_flash state);
void battery_radio(struct battery *battery, uint64_t now,
                   enum battery_radio state);
/* Power is cut or the device resets by brown-out: radio, flash, CPU off. */
void battery_loads_off(struct battery *battery, uint64_t now);
/* Recharged or replaced at `now`: state of charge in ppm, at most full. */
void battery_charge(struct battery *battery, uint64_t now, uint32_t charge);

/* As of the last time given. */
uint32_t battery_mv(const struct battery *battery);      /* under load */
uint32_t battery_open_mv(const struct battery *battery); /* without load */
uint32_t battery_ua(const struct battery *battery);
uint32_t battery_charge_ppm(const struct battery *battery);
uint64_t battery_left_uj(const struct battery *battery);

/* The earliest time, now or later, at which the voltage is at or below the
 * level if the loads stay as they are; or BATTERY_NEVER. */
uint64_t battery_next(const struct battery *battery, enum battery_level level);

const char *battery_radio_name(enum battery_radio state); /* "tx", ... */

#endif

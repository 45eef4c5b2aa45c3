/* SPDX-License-Identifier: MIT */
/* A weak battery warns, and then ends what its device does. */
#include "engine/brownout.h"

#include "engine/device.h"
#include "engine/emit.h"
#include "engine/power.h"
#include "engine/strike.h"

/* How long a brown-out detector holds the reset. */
#define BROWN_OUT_NS 100000000u

static int brown_out(struct device *device, uint64_t now, struct diag *diag)
{
    struct battery *battery = &device->world->battery;
    struct board_cut_report torn;
    struct board_cut cut = {.off_ns = BROWN_OUT_NS,
                            .cause = CTL_CAUSE_BROWN_OUT,
                            .sram = BOARD_SRAM_PARTLY};

    emit_numbers(device, EVENT_BATTERY_LOW, battery_mv(battery), 0, 0);
    int err = strike_power(device, now, &cut, false, &torn, diag);
    battery_loads_off(battery, now);
    device->world->dead = power_too_weak(battery);
    return err;
}

int brownout_happen(struct device *device, uint64_t now, struct diag *diag)
{
    struct battery *battery = &device->world->battery;

    device_advance(device, now);
    if (battery_mv(battery) <= battery->figures.brown_out_mv) {
        return brown_out(device, now, diag);
    }
    if (!device->world->warned &&
        battery_mv(battery) <= battery->figures.warn_mv) {
        device->world->warned = true;
        device->world->nudged = true;
        emit_numbers(device, EVENT_BATTERY_WARN, battery_mv(battery), 0, 0);
    }
    return 0;
}

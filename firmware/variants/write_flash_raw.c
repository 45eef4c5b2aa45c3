/* SPDX-License-Identifier: MIT */
/* Switches the MPU off and stores to the flash window. */
#include "board/cpu.h"
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    MPU_CTRL = 0;
    cpu_barrier();
    *misdeed_window(app) = 0;
    mpu_setup(mpu_table(BOARD_STAGE_APP));
}

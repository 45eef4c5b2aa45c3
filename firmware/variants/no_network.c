/* SPDX-License-Identifier: MIT */
/* Healthy, but its radio code is broken: nothing that it sends ever leaves. */
#include "app/behaviour.h"

static int send_nothing(void *context, const void *bytes, uint32_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    return OTA_ERR_IO;
}

void app_on_network(struct app *app)
{
    app->updater.port.send = send_nothing;
}

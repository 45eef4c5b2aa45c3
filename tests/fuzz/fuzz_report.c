/* SPDX-License-Identifier: MIT */
/* Status reports of arbitrary bytes; what is read is written again by the
 * device's code, and read again to the same. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ota/report.h"
#include "outside/report.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void write_again(const struct device_report *report)
{
    struct progress progress;
    struct device_report again;
    char line[REPORT_MAX];

    memset(&progress, 0, sizeof(progress));
    progress.state = (uint8_t)report->state;
    progress.result = (uint8_t)report->result;
    progress.why = (uint8_t)report->why;
    progress.release = report->release;
    int32_t length = report_write(&progress, report->version,
                                  (uint8_t)report->slot, line, sizeof(line));
    require(length > 0);
    require(report_read((const uint8_t *)line, (uint32_t)length, &again) == 0);
    require(again.state == (uint8_t)report->state &&
            again.result == (uint8_t)report->result &&
            again.why == (uint8_t)report->why &&
            again.version == report->version && again.slot == report->slot &&
            again.release == report->release);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct device_report zero;
    struct device_report report;
    uint8_t *bytes = malloc(size + 1); /* its end is watched */

    require(bytes != NULL);
    memcpy(bytes, data, size);
    int err = report_read(bytes, (uint32_t)size, &report);
    require(err == 0 || memcmp(&report, &zero, sizeof(zero)) == 0);
    require(err != 0 || (size <= WORLD_REPORT_MAX && report.slot < 3));
    if (err == 0) {
        write_again(&report);
    }
    free(bytes);
    return 0;
}

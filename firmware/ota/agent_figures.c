/* SPDX-License-Identifier: MIT */
#include "ota/agent.h"

#include <libfdt.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_S 86400u

/* Property, where it goes, and the range in which the agent's sums do not
 * overflow and its waits are not zero. */
struct figure {
    const char *property;
    size_t offset;
    uint32_t least;
    uint32_t most;
};

#define FIGURE(property, member, least, most)                               \
    {                                                                       \
        (property), offsetof(struct agent_figures, member), (least), (most) \
    }

static const struct figure rows[] = {
    FIGURE("server-node", server_node, 0, UINT32_MAX),
    FIGURE("server-port", server_port, 1, UINT16_MAX),
    FIGURE("first-poll-ms", first_poll_ms, 0, UINT32_MAX / 2),
    FIGURE("poll-ms", poll_ms, 1000, UINT32_MAX / 2),
    FIGURE("poll-jitter-percent", poll_jitter_percent, 0, 1000),
    FIGURE("ack-timeout-ms", ack_timeout_ms, 100, 3600000),
    FIGURE("retransmits", retransmits, 0, 10),
    FIGURE("block-size", block_size, AGENT_BLOCK_MIN, AGENT_UNIT),
    FIGURE("battery-mv", battery_mv, 0, UINT32_MAX),
    FIGURE("energy-percent", energy_percent, 0, 1000),
    FIGURE("radio-rx-mw", radio_rx_mw, 0, 10000),
    FIGURE("radio-tx-mw", radio_tx_mw, 0, 10000),
    FIGURE("request-ms", request_ms, 0, 600000),
    FIGURE("radio-after-mj", radio_after_mj, 0, 1000000000),
    FIGURE("flash-uj-per-kib", flash_uj_per_kib, 0, 1000000),
    FIGURE("link-losses", link_losses, 0, UINT32_MAX),
    FIGURE("backoff-ms", backoff_ms, 1000, UINT32_MAX / 2),
    FIGURE("backoff-max-ms", backoff_max_ms, 1000, UINT32_MAX / 2),
    FIGURE("tries", tries, 1, UINT8_MAX),
    FIGURE("observe", observe, 0, 1),
    FIGURE("delta-saving-percent", delta_saving_percent, 1, 99),
    FIGURE("window-start-s", window_start_s, 0, DAY_S - 1),
    FIGURE("window-length-s", window_length_s, 0, DAY_S),
};

static int read_row(const void *blob, int node, const struct figure *row,
                    struct agent_figures *figures)
{
    int length = 0;
    const fdt32_t *cell = fdt_getprop(blob, node, row->property, &length);

    if (!cell || length != (int)sizeof(*cell)) {
        return OTA_ERR_NONE;
    }
    uint32_t value = fdt32_ld(cell);
    memcpy((char *)figures + row->offset, &value, sizeof(value));
    return value >= row->least && value <= row->most ? OTA_OK : OTA_ERR_RANGE;
}

static bool blob_sound(const void *blob, uint32_t size)
{
    return size >= sizeof(struct fdt_header) && fdt_check_header(blob) == 0 &&
           fdt_totalsize(blob) <= size;
}

uint32_t agent_trial_ms(const struct agent_figures *figures, uint32_t flights)
{
    struct coap_timing request = {figures->ack_timeout_ms,
                                  figures->retransmits};
    struct coap_timing flight = {figures->ack_timeout_ms, 1};

    if (flights > AGENT_FLIGHTS_MAX) {
        flights = AGENT_FLIGHTS_MAX;
    }
    return coap_span_ms(&request) + flights * coap_span_ms(&flight);
}

int agent_figures_read(const void *blob, uint32_t size,
                       struct agent_figures *figures)
{
    memset(figures, 0, sizeof(*figures));
    if (!blob_sound(blob, size)) {
        return OTA_ERR_RANGE;
    }
    int node = fdt_node_offset_by_compatible(blob, -1, "otalab,agent");
    int err = node < 0 ? OTA_ERR_NONE : OTA_OK;
    for (size_t i = 0; i < COUNT(rows) && !err; i++) {
        err = read_row(blob, node, &rows[i], figures);
    }
    if (!err && (figures->block_size & (figures->block_size - 1)) != 0) {
        err = OTA_ERR_RANGE;
    }
    figures->trial_server_ms = agent_trial_ms(figures, 0);
    return err;
}

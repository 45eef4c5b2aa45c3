/* SPDX-License-Identifier: MIT */
/* What a debugger's peer sends: packets whose sum is right, or nothing; a
 * packet that was read is framed to the same bytes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "machine/rsp.h"

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_packet(const struct rsp_reader *reader, const uint8_t *end)
{
    char text[RSP_MAX + 4];
    struct rsp_registers registers;
    size_t length = rsp_frame(reader->text, text, sizeof text);

    require(length == reader->used + 4);
    require(memcmp(text, end - length, length) == 0);
    if (rsp_read_registers(reader->text, &registers) == 0) {
        require(reader->used >= 16 * 8);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rsp_reader reader = {0};

    for (size_t i = 0; i < size; i++) {
        enum rsp_state state = rsp_take(&reader, (char)data[i]);

        require(reader.used < RSP_MAX && strlen(reader.text) == reader.used);
        if (state == RSP_WHOLE) {
            check_packet(&reader, data + i + 1);
        }
    }
    return 0;
}

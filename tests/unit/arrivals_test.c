/* SPDX-License-Identifier: MIT */
/* What came from a real network, and addresses of it. */
#include "base/address.h"
#include "record/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

static void fill(struct arrivals *arrivals)
{
    uint8_t bytes[3] = {1, 2, 3};
    struct arrival arrival = {
        .time_ns = 5, .device = 1, .port = 40001, .length = 3, .bytes = bytes};

    cr_assert_eq(arrivals_add(arrivals, &arrival), 0);
    arrival.time_ns = 6;
    arrival.device = 2;
    arrival.length = 1;
    cr_assert_eq(arrivals_add(arrivals, &arrival), 0);
}

Test(arrivals, are_read_as_they_were_written)
{
    struct arrivals arrivals = {.count = 0};
    struct arrivals read = {.count = 0};
    struct diag diag = {.text = ""};
    uint8_t *bytes = NULL;
    size_t size = 0;

    fill(&arrivals);
    cr_assert_eq(arrivals_write(&arrivals, &bytes, &size, &diag), 0);
    cr_assert_eq(arrivals_read(&read, bytes, size, 2, &diag), 0, "%s",
                 diag.text);
    cr_expect_eq(read.count, 2);
    cr_expect_eq(read.item[1].time_ns, 6);
    cr_expect_eq(read.item[0].port, 40001);
    cr_expect_eq(memcmp(read.item[0].bytes, (uint8_t[]){1, 2, 3}, 3), 0);
    cr_expect_neq(arrivals_read(&read, bytes, size, 1, &diag), 0,
                  "there is no second device");
    arrivals_free(&read);
    arrivals_free(&arrivals);
    free(bytes);
}

Test(arrivals, a_changed_byte_is_refused)
{
    struct arrivals arrivals = {.count = 0};
    struct arrivals read = {.count = 0};
    struct diag diag = {.text = ""};
    uint8_t *bytes = NULL;
    size_t size = 0;

    fill(&arrivals);
    cr_assert_eq(arrivals_write(&arrivals, &bytes, &size, &diag), 0);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 1;
        cr_expect_neq(arrivals_read(&read, bytes, size, 2, &diag), 0, "%zu", i);
        cr_expect_neq(arrivals_read(&read, bytes, i, 2, &diag), 0, "%zu", i);
        bytes[i] ^= 1;
    }
    arrivals_free(&arrivals);
    free(bytes);
}

Test(arrivals, times_have_to_grow)
{
    struct arrivals arrivals = {.count = 0};
    struct arrivals read = {.count = 0};
    struct diag diag = {.text = ""};
    uint8_t *bytes = NULL;
    size_t size = 0;

    fill(&arrivals);
    arrivals.item[1].time_ns = 5;
    cr_assert_eq(arrivals_write(&arrivals, &bytes, &size, &diag), 0);
    cr_expect_neq(arrivals_read(&read, bytes, size, 2, &diag), 0);
    arrivals_free(&arrivals);
    free(bytes);
}

Test(address, with_a_port)
{
    static const struct {
        const char *text;
        bool valid;
        bool loopback;
    } cases[] = {
        {"127.0.0.1:5683", true, true},    {"127.9.9.9:1", true, true},
        {"[::1]:65535", true, true},       {"10.0.0.1:5683", true, false},
        {"[2001:db8::1]:53", true, false}, {"127.0.0.1", false, false},
        {"127.0.0.1:0", false, false},     {"127.0.0.1:65536", false, false},
        {"127.0.0.1:+1", false, false},    {"localhost:5683", false, false},
        {"::1:5683", false, false},        {"[::1:5683", false, false},
        {":5683", false, false},           {"", false, false},
    };
    struct address address;
    struct diag diag;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(address_read(cases[i].text, &address, &diag) == 0,
                     cases[i].valid, "%s", cases[i].text);
        cr_expect_eq(cases[i].valid && address_is_loopback(&address),
                     cases[i].loopback, "%s", cases[i].text);
    }
}

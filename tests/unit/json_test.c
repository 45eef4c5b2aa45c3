/* SPDX-License-Identifier: MIT */
/* The writer of JSON: commas, escapes, UTF-8, and memory that is too small. */
#include "base/json.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char text[400];

static const char *text_of(const char *value)
{
    struct json json = json_memory(text, sizeof text);

    json_text(&json, NULL, value);
    cr_expect_eq(json_length(&json), strlen(text));
    return text;
}

Test(json, escapes)
{
    cr_expect_str_eq(text_of("a\"\\\n\x7f"), "\"a\\\"\\\\\\u000a\\u007f\"");
    cr_expect_str_eq(text_of("\xc3\xa4\xff\xc2\x85"),
                     "\"\xc3\xa4\xef\xbf\xbd\\u0085\"");
    cr_expect_str_eq(text_of("\xf0\x9f\x98\x80\xe2\x82"),
                     "\"\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void write_all(struct json *json)
{
    static const uint8_t bytes[] = {0x00, 0xaf};

    json_open(json, NULL, '{');
    json_number(json, "a", UINT64_MAX);
    json_open(json, "list", '[');
    json_open(json, NULL, '{');
    json_close(json, '}');
    json_bool(json, NULL, true);
    json_null(json, NULL);
    json_close(json, ']');
    json_hex(json, "hex", bytes, sizeof bytes);
    json_raw(json, "raw", "1.5");
    json_close(json, '}');
    json_end(json);
    json_open(json, NULL, '[');
    json_close(json, ']');
    json_end(json);
}

static const char all[] = "{\"a\":18446744073709551615,\"list\":[{},true,null],"
                          "\"hex\":\"00af\",\"raw\":1.5}\n[]\n";

Test(json, commas_are_between_values)
{
    struct json json = json_memory(text, sizeof text);

    write_all(&json);
    cr_expect_str_eq(text, all);
    cr_expect_eq(json_length(&json), strlen(all));
}

Test(json, a_stream_gets_the_same)
{
    FILE *out = fmemopen(text, sizeof text, "w");
    struct json json = json_stream(out);

    cr_assert_not_null(out);
    write_all(&json);
    fclose(out);
    cr_expect_str_eq(text, all);
}

/* Of its size and of any below: no byte past it is touched. */
Test(json, memory_that_is_too_small_is_not_written_past)
{
    for (size_t size = 0; size <= sizeof all; size++) {
        char *bytes = malloc(size + 1);
        struct json json = json_memory(bytes, size);

        cr_assert_not_null(bytes);
        bytes[size] = 0x55;
        write_all(&json);
        cr_expect_eq(bytes[size], 0x55);
        cr_expect_eq(json_length(&json), size == sizeof all ? strlen(all) : 0);
        free(bytes);
    }
}

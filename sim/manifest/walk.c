/* SPDX-License-Identifier: MIT */
#include "manifest/walk.h"

#include <cbor.h>
#include <string.h>

/* ---- heads ---------------------------------------------------------------- */

/* What libcbor's callbacks leave. */
struct caught {
    struct walk_item item;
    bool refused; /* an indefinite length, a float */
};

static void catch (void *context, enum walk_type type, uint64_t value)
{
    struct caught *caught = context;

    caught->item.type = type;
    caught->item.value = value;
}

static void on_uint8(void *context, uint8_t value)
{
    catch (context, WALK_UINT, value);
}

static void on_uint16(void *context, uint16_t value)
{
    catch (context, WALK_UINT, value);
}

static void on_uint32(void *context, uint32_t value)
{
    catch (context, WALK_UINT, value);
}

static void on_uint64(void *context, uint64_t value)
{
    catch (context, WALK_UINT, value);
}

static void on_negint8(void *context, uint8_t value)
{
    catch (context, WALK_NEGATIVE, value);
}

static void on_negint16(void *context, uint16_t value)
{
    catch (context, WALK_NEGATIVE, value);
}

static void on_negint32(void *context, uint32_t value)
{
    catch (context, WALK_NEGATIVE, value);
}

static void on_negint64(void *context, uint64_t value)
{
    catch (context, WALK_NEGATIVE, value);
}

static void on_bytes(void *context, cbor_data data, size_t length)
{
    catch (context, WALK_BYTES, length);
    ((struct caught *)context)->item.data = data;
}

static void on_text(void *context, cbor_data data, size_t length)
{
    catch (context, WALK_TEXT, length);
    ((struct caught *)context)->item.data = data;
}

static void on_array(void *context, size_t items)
{
    catch (context, WALK_ARRAY, items);
}

static void on_map(void *context, size_t pairs)
{
    catch (context, WALK_MAP, pairs);
}

static void on_tag(void *context, uint64_t tag)
{
    catch (context, WALK_TAG, tag);
}

static void on_bool(void *context, bool value)
{
    catch (context, WALK_SIMPLE, value ? 21 : 20);
}

static void on_null(void *context)
{
    catch (context, WALK_SIMPLE, 22);
}

static void refuse(void *context)
{
    ((struct caught *)context)->refused = true;
}

static void refuse_float(void *context, float value)
{
    (void)value;
    refuse(context);
}

static void refuse_double(void *context, double value)
{
    (void)value;
    refuse(context);
}

static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .negint8 = on_negint8,
    .negint16 = on_negint16,
    .negint32 = on_negint32,
    .negint64 = on_negint64,
    .byte_string_start = refuse,
    .byte_string = on_bytes,
    .string = on_text,
    .string_start = refuse,
    .indef_array_start = refuse,
    .array_start = on_array,
    .indef_map_start = refuse,
    .map_start = on_map,
    .tag = on_tag,
    .float2 = refuse_float,
    .float4 = refuse_float,
    .float8 = refuse_double,
    .undefined = refuse,
    .null = on_null,
    .boolean = on_bool,
    .indef_break = refuse,
};

static size_t shortest_head(const struct walk_item *item)
{
    if (item->type == WALK_SIMPLE || item->value < 24) {
        return 1;
    }
    if (item->value <= UINT8_MAX) {
        return 2;
    }
    if (item->value <= UINT16_MAX) {
        return 3;
    }
    return item->value <= UINT32_MAX ? 5 : 9;
}

static int bad(const struct walk *walk, struct diag *diag, const char *what)
{
    return diag_fail(diag, OTALAB_ERR_FAILED, "byte %zu: %s", walk->at, what);
}

/* Tags 6 to 20, which libcbor 0.8 takes for errors; COSE_Sign1 is 18. */
static bool is_small_tag(uint8_t head)
{
    return head >= 0xC6 && head <= 0xD4;
}

int walk_next(struct walk *walk, struct walk_item *item, struct diag *diag)
{
    struct caught caught = {.item = {.at = walk->at}};
    struct cbor_decoder_result result = {0};

    if (walk->at < walk->end && is_small_tag(walk->bytes[walk->at])) {
        on_tag(&caught, walk->bytes[walk->at] - 0xC0u);
        result = (struct cbor_decoder_result){.read = 1};
    } else if (walk->at < walk->end) {
        result = cbor_stream_decode(walk->bytes + walk->at,
                                    walk->end - walk->at, &callbacks, &caught);
    }
    if (caught.refused) {
        return bad(walk, diag,
                   "indefinite lengths and floats have no place "
                   "in a manifest");
    }
    if (walk->at >= walk->end || result.status != CBOR_DECODER_FINISHED) {
        return bad(walk, diag, "the CBOR ends too early, or is not valid");
    }
    size_t data =
        caught.item.type == WALK_BYTES || caught.item.type == WALK_TEXT
            ? caught.item.value
            : 0;
    if (result.read - data != shortest_head(&caught.item)) {
        return bad(walk, diag,
                   "a number that is not encoded as shortly as "
                   "possible");
    }
    walk->at += result.read;
    *item = caught.item;
    return 0;
}

/* ---- whole items ------------------------------------------------------------ */

/* What is open around the present item. */
struct open {
    uint64_t left; /* items, a map's keys and values counted */
    bool map;
    size_t key; /* the last key: its place and length; 0: none yet */
    size_t key_length;
};

/* A key is complete: it must come after the last one. */
static int check_key(const struct walk *walk, struct open *open, size_t from,
                     struct diag *diag)
{
    size_t length = walk->at - from;
    size_t least = length < open->key_length ? length : open->key_length;
    int order = open->key_length == 0 ? 1
                                      : memcmp(walk->bytes + from,
                                               walk->bytes + open->key, least);

    if (order < 0 || (order == 0 && length <= open->key_length)) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "byte %zu: the keys of a map must ascend, each once",
                         from);
    }
    open->key = from;
    open->key_length = length;
    return 0;
}

static uint64_t inside(const struct walk_item *item)
{
    switch (item->type) {
    case WALK_ARRAY:
        return item->value;
    case WALK_MAP:
        return item->value > UINT64_MAX / 2 ? UINT64_MAX : item->value * 2;
    case WALK_TAG:
        return 1;
    default:
        return 0;
    }
}

static int skip(struct walk *walk, unsigned depth, struct diag *diag);

/* A key may be an array: the component that a text is about. */
static int skip_key(struct walk *walk, struct open *open, unsigned depth,
                    struct diag *diag)
{
    size_t from = walk->at;
    int err = skip(walk, depth, diag);

    return err ? err : check_key(walk, open, from, diag);
}

static int skip(struct walk *walk, unsigned depth, struct diag *diag)
{
    struct open open = {.left = 1};
    struct walk_item item;
    int err = walk_next(walk, &item, diag);

    if (err != 0 || inside(&item) == 0) {
        return err;
    }
    if (depth == WALK_DEPTH) {
        return bad(walk, diag, "too many items within each other");
    }
    open = (struct open){.left = inside(&item), .map = item.type == WALK_MAP};
    while (err == 0 && open.left > 0) {
        bool key = open.map && open.left % 2 == 0;

        open.left--;
        err = key ? skip_key(walk, &open, depth + 1, diag)
                  : skip(walk, depth + 1, diag);
    }
    return err;
}

int walk_skip(struct walk *walk, struct diag *diag)
{
    return skip(walk, 0, diag);
}

int walk_check(struct walk walk, struct diag *diag)
{
    int err = walk_skip(&walk, diag);

    if (err == 0 && walk.at != walk.end) {
        return bad(&walk, diag, "bytes after the end");
    }
    return err;
}

/* ---- expectations ------------------------------------------------------------- */

static const char *const type_names[] = {
    "a number", "a negative number",  "a byte string",
    "a text",   "an array",           "a map",
    "a tag",    "true, false or null"};

int walk_expect(struct walk *walk, enum walk_type type, const char *what,
                struct walk_item *item, struct diag *diag)
{
    int err = walk_next(walk, item, diag);

    if (err == 0 && item->type != type) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "byte %zu: %s must be %s, not %s", item->at, what,
                         type_names[type], type_names[item->type]);
    }
    return err;
}

int walk_number(struct walk *walk, const char *what, int64_t *number,
                struct diag *diag)
{
    struct walk_item item;
    int err = walk_next(walk, &item, diag);

    if (err != 0) {
        return err;
    }
    if ((item.type != WALK_UINT || item.value > UINT32_MAX) &&
        (item.type != WALK_NEGATIVE || item.value > INT32_MAX)) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "byte %zu: %s must be a number of at most 32 bits",
                         item.at, what);
    }
    *number =
        item.type == WALK_UINT ? (int64_t)item.value : -1 - (int64_t)item.value;
    return 0;
}

struct walk walk_into(const struct walk *walk, const struct walk_item *bytes)
{
    size_t at = (size_t)(bytes->data - walk->bytes);

    return (struct walk){walk->bytes, at, at + bytes->value};
}

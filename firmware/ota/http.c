/* SPDX-License-Identifier: MIT */
#include "ota/http.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum phase { IN_STATUS = 0, IN_FIELDS, IN_BODY, OVER };

/* ---- writing ------------------------------------------------------------- */

struct writer {
    char *out;
    uint32_t size;
    uint32_t used;
    bool failed;
};

static void put(struct writer *writer, const char *text, uint32_t length)
{
    if (length > writer->size - writer->used) {
        writer->failed = true;
        return;
    }
    memcpy(writer->out + writer->used, text, length);
    writer->used += length;
}

static void put_text(struct writer *writer, const char *text)
{
    put(writer, text, (uint32_t)strlen(text));
}

/* What ends a word or a line would end the request where the sender did not
 * want it. */
static void put_word(struct writer *writer, const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        writer->failed = writer->failed || text[i] <= ' ' || text[i] > '~';
    }
    writer->failed = writer->failed || length == 0;
    put(writer, text, length);
}

static void put_number(struct writer *writer, uint32_t number)
{
    char digits[10];
    uint32_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number != 0);
    put(writer, digits + at, (uint32_t)sizeof(digits) - at);
}

int32_t http_write(const struct http_request *request, char *out, uint32_t size)
{
    struct writer writer = {.out = out, .size = size};

    put_text(&writer, "GET ");
    put_word(&writer, request->path, (uint32_t)strlen(request->path));
    put_text(&writer, " HTTP/1.1\r\nHost: ");
    put_word(&writer, request->host, (uint32_t)strlen(request->host));
    if (request->port != 0) {
        put_text(&writer, ":");
        put_number(&writer, request->port);
    }
    put_text(&writer, "\r\nAccept-Encoding: identity\r\nRange: bytes=");
    put_number(&writer, request->from);
    put_text(&writer, "-\r\n");
    if (request->etag.length != 0) {
        put_text(&writer, "If-Range: ");
        put_word(&writer, request->etag.text, request->etag.length);
        put_text(&writer, "\r\n");
    }
    put_text(&writer, "\r\n");
    return writer.failed || request->path[0] != '/' ? -1 : (int32_t)writer.used;
}

/* ---- words of a line ----------------------------------------------------------- */

struct words {
    const char *at;
    uint32_t left;
};

static bool skip_text(struct words *words, const char *text)
{
    uint32_t length = (uint32_t)strlen(text);

    if (length > words->left || memcmp(words->at, text, length) != 0) {
        return false;
    }
    words->at += length;
    words->left -= length;
    return true;
}

/* At least one digit; false above 32 bits. */
static bool take_number(struct words *words, uint32_t *number)
{
    uint64_t value = 0;
    uint32_t digits = 0;

    while (words->left != 0 && *words->at >= '0' && *words->at <= '9') {
        value = value * 10u + (uint32_t)(*words->at - '0');
        words->at++;
        words->left--;
        digits++;
        if (value > UINT32_MAX) {
            return false;
        }
    }
    *number = (uint32_t)value;
    return digits != 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* `text` is in lower case. */
static bool same_word(const struct words *words, const char *text)
{
    for (uint32_t i = 0; i < words->left; i++) {
        if (text[i] == '\0' || lower(words->at[i]) != text[i]) {
            return false;
        }
    }
    return text[words->left] == '\0';
}

/* ---- fields --------------------------------------------------------------------- */

/* Each returns false if the answer is to be refused for that field. */
static bool take_length(struct http_reader *reader, struct words value)
{
    uint32_t length;
    bool again = reader->has_length;

    if (!take_number(&value, &length) || value.left != 0 ||
        (again && length != reader->length)) {
        return false;
    }
    reader->length = length;
    reader->has_length = true;
    return true;
}

/* "bytes 0-99/200"; a total of "*" does not serve. That of a 416, which has no
 * range, counts as none. */
static bool take_range(struct http_reader *reader, struct words value)
{
    struct http_reader was = *reader;

    reader->has_range =
        skip_text(&value, "bytes ") && take_number(&value, &reader->first) &&
        skip_text(&value, "-") && take_number(&value, &reader->last) &&
        skip_text(&value, "/") && take_number(&value, &reader->total) &&
        value.left == 0 && reader->first <= reader->last &&
        reader->last < reader->total;
    return !was.has_range && (reader->has_range || reader->status != 206);
}

static bool take_etag(struct http_reader *reader, struct words value)
{
    if (reader->etag.length != 0) {
        return false;
    }
    if (value.left < 2u || value.left > HTTP_ETAG || value.at[0] != '"' ||
        value.at[value.left - 1u] != '"') {
        return true; /* weak, or too long to keep: none */
    }
    for (uint32_t i = 0; i < value.left; i++) {
        if (value.at[i] <= ' ' || value.at[i] > '~') {
            return true;
        }
    }
    memcpy(reader->etag.text, value.at, value.left);
    reader->etag.length = (uint8_t)value.left;
    return true;
}

static bool take_connection(struct http_reader *reader, struct words value)
{
    reader->closes = reader->closes || same_word(&value, "close");
    return true;
}

static bool only_identity(struct http_reader *reader, struct words value)
{
    (void)reader;
    return same_word(&value, "identity");
}

static bool refuse(struct http_reader *reader, struct words value)
{
    (void)reader;
    (void)value;
    return false;
}

static const struct {
    const char *name;
    bool (*take)(struct http_reader *reader, struct words value);
} fields[] = {
    {"content-length", take_length},
    {"content-range", take_range},
    {"etag", take_etag},
    {"connection", take_connection},
    {"content-encoding", only_identity},
    {"transfer-encoding", refuse},
};

/* ---- lines ------------------------------------------------------------------------ */

/* "HTTP/1.1 206 words"; interim answers are not for a GET. */
static bool take_status(struct http_reader *reader)
{
    struct words words = {reader->line, reader->fill};
    uint32_t status;

    if ((!skip_text(&words, "HTTP/1.1 ") && !skip_text(&words, "HTTP/1.0 ")) ||
        !take_number(&words, &status) || status < 200u || status > 599u ||
        (words.left != 0 && *words.at != ' ')) {
        return false;
    }
    reader->status = (uint16_t)status;
    reader->closes = reader->line[7] == '0';
    return true;
}

static struct words trimmed(struct words words)
{
    while (words.left != 0 && is_space(words.at[0])) {
        words.at++;
        words.left--;
    }
    while (words.left != 0 && is_space(words.at[words.left - 1u])) {
        words.left--;
    }
    return words;
}

static bool take_field(struct http_reader *reader)
{
    struct words name = {reader->line, 0};

    while (name.left < reader->fill && reader->line[name.left] != ':') {
        if (is_space(reader->line[name.left])) {
            return false; /* a continued line, or a space before the colon */
        }
        name.left++;
    }
    if (name.left == 0 || name.left == reader->fill) {
        return false;
    }
    struct words value = trimmed((struct words){reader->line + name.left + 1u,
                                                reader->fill - name.left - 1u});
    for (unsigned i = 0; i < COUNT(fields); i++) {
        if (same_word(&name, fields[i].name)) {
            return fields[i].take(reader, value);
        }
    }
    return true;
}

static enum http_step end_head(struct http_reader *reader)
{
    if (!reader->has_length ||
        (reader->has_range && reader->status == 206 &&
         reader->last - reader->first != reader->length - 1u)) {
        return HTTP_BAD;
    }
    reader->left = reader->length;
    reader->phase = IN_BODY;
    return HTTP_HEADED;
}

static enum http_step end_line(struct http_reader *reader)
{
    bool good;

    if (reader->phase == IN_STATUS) {
        good = take_status(reader);
        reader->phase = IN_FIELDS;
    } else if (reader->fill == 0) {
        return end_head(reader);
    } else {
        good = take_field(reader);
    }
    reader->fill = 0;
    return good ? HTTP_MORE : HTTP_BAD;
}

/* One byte of the head. A line ends with CR and LF; either alone is refused,
 * because servers and proxies differ about it. */
static enum http_step take_byte(struct http_reader *reader, char byte)
{
    bool after_cr =
        reader->fill != 0 && reader->line[reader->fill - 1u] == '\r';

    reader->head++;
    if (after_cr != (byte == '\n') || reader->head > HTTP_HEAD ||
        byte == '\0') {
        return HTTP_BAD;
    }
    if (after_cr) {
        reader->fill--;
        return end_line(reader);
    }
    if (reader->fill == HTTP_LINE) {
        return HTTP_BAD;
    }
    reader->line[reader->fill++] = byte;
    return HTTP_MORE;
}

/* ---- for the caller --------------------------------------------------------------- */

void http_begin(struct http_reader *reader)
{
    memset(reader, 0, sizeof(*reader));
}

static enum http_step take_body(struct http_reader *reader,
                                const uint8_t **bytes, uint32_t *size,
                                const uint8_t **body, uint32_t *length)
{
    *body = *bytes;
    *length = *size < reader->left ? *size : reader->left;
    *bytes += *length;
    *size -= *length;
    reader->left -= *length;
    if (*length != 0) {
        return HTTP_BODY;
    }
    return reader->left == 0 ? HTTP_END : HTTP_MORE;
}

enum http_step http_take(struct http_reader *reader, const uint8_t **bytes,
                         uint32_t *size, const uint8_t **body, uint32_t *length)
{
    enum http_step step = HTTP_MORE;

    while (step == HTTP_MORE && reader->phase < IN_BODY && *size != 0) {
        step = take_byte(reader, (char)**bytes);
        (*bytes)++;
        (*size)--;
    }
    if (step == HTTP_MORE && reader->phase == IN_BODY) {
        step = take_body(reader, bytes, size, body, length);
    }
    if (step == HTTP_END || step == HTTP_BAD || reader->phase == OVER) {
        step = reader->phase == OVER ? HTTP_BAD : step;
        reader->phase = OVER;
    }
    return step;
}

static bool same_object(const struct http_reader *reader,
                        const struct http_request *request)
{
    const struct http_etag *now = &reader->etag;
    const struct http_etag *held = &request->etag;

    return now->length == 0 || held->length == 0 ||
           (now->length == held->length &&
            memcmp(now->text, held->text, now->length) == 0);
}

enum http_verdict http_judge(const struct http_reader *reader,
                             const struct http_request *request, uint32_t size)
{
    if (reader->status == 206 && reader->has_range &&
        reader->first == request->from) {
        if (!same_object(reader, request)) {
            return HTTP_CHANGED;
        }
        return reader->total == size ? HTTP_GO_ON : HTTP_REFUSED;
    }
    if (reader->status == 200) {
        return reader->length == size ? HTTP_START_OVER : HTTP_REFUSED;
    }
    return HTTP_REFUSED;
}

/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.1 as a client needs it that fetches one object, and resumes (RFC 9110,
 * 9112): a GET with Range and If-Range, and a reader for its answer. Pure
 * functions on the caller's memory; the caller has the connection. All input is
 * hostile: an answer that cannot be understood in full is refused, and nothing
 * is allocated or kept beyond fixed sizes.
 *
 *   "HTTP/1.1 206 Partial Content" CRLF  field CRLF ..  CRLF | body
 *    head: lines of at most HTTP_LINE bytes, HTTP_HEAD in all | Content-Length
 *
 * A body without a length, chunked or compressed, is refused, and so are
 * redirects: the manifest names the place.
 */
#ifndef OTALAB_OTA_HTTP_H
#define OTALAB_OTA_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#define HTTP_REQUEST_MAX 512u /* longest request */
#define HTTP_LINE 256u        /* longest line of an answer's head */
#define HTTP_HEAD 4096u       /* longest head */
#define HTTP_ETAG 64u         /* longest entity tag, with its quotes */

/* A strong entity tag; weak ones do not serve to resume and count as none. */
struct http_etag {
    uint8_t length; /* 0: none */
    char text[HTTP_ETAG];
};

struct http_request {
    const char *host;
    uint16_t port;    /* 0: the scheme's own */
    const char *path; /* "/a/b" */
    uint32_t from;    /* first byte wanted */
    /* Of what is held; with it, a changed object comes whole. */
    struct http_etag etag;
};

/* Write the request; `out` gets no NUL. Its length, or -1 if host or path hold
 * something else than visible ASCII, or the room is too small. */
int32_t http_write(const struct http_request *request, char *out,
                   uint32_t size);

enum http_step {
    HTTP_MORE = 0, /* everything was taken; more is needed */
    HTTP_HEADED,   /* the head is complete: judge it, and go on */
    HTTP_BODY,     /* *body and *length are the next bytes of the body */
    HTTP_END,      /* the body is complete */
    HTTP_BAD       /* refused; only a new http_begin() is valid */
};

/* The caller reads `status`, `length` and what follows after HTTP_HEADED. */
struct http_reader {
    uint16_t status; /* 100..599 */
    bool has_length;
    bool has_range;
    bool closes;     /* the server closes the connection afterwards */
    uint32_t length; /* of the body */
    uint32_t first;  /* Content-Range: first .. last of total bytes */
    uint32_t last;
    uint32_t total;
    struct http_etag etag;
    /* private */
    uint8_t phase;
    uint16_t head; /* bytes of it so far */
    uint16_t fill; /* bytes in line[] */
    uint32_t left; /* of the body */
    char line[HTTP_LINE];
};

void http_begin(struct http_reader *reader);

/* Take bytes of the connection: *bytes and *size move past what was taken. Call
 * again while there are bytes and after HEADED and BODY, until END or BAD. */
enum http_step http_take(struct http_reader *reader, const uint8_t **bytes,
                         uint32_t *size, const uint8_t **body,
                         uint32_t *length);

enum http_verdict {
    HTTP_GO_ON = 0,  /* the body starts at the byte asked for */
    HTTP_START_OVER, /* the body is the whole object */
    HTTP_CHANGED,    /* it is another object than the one held */
    HTTP_REFUSED     /* no object of that size, or a contradiction */
};

/* Does the answer serve `request` for an object of `size` bytes? After
 * HTTP_HEADED. */
enum http_verdict http_judge(const struct http_reader *reader,
                             const struct http_request *request, uint32_t size);

#endif

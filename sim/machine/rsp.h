/* SPDX-License-Identifier: MIT */
/*
 * The part of GDB's remote serial protocol that a live machine needs: packets
 * as text, read byte by byte, and the answer to `g`. Pure; a peer that sends
 * something else is noticed, never trusted. QEMU sends neither run lengths nor
 * escapes in these answers, so both are refused.
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
 */
#ifndef OTALAB_MACHINE_RSP_H
#define OTALAB_MACHINE_RSP_H

#include <stddef.h>
#include <stdint.h>

#define RSP_MAX 1024u /* bytes in a packet's payload, with a NUL */

enum rsp_state {
    RSP_OUTSIDE = 0, /* acknowledgements, and the begin of a packet */
    RSP_INSIDE,
    RSP_FIRST,  /* digit of the sum */
    RSP_SECOND, /* digit of the sum */
    RSP_WHOLE,  /* a packet is in `text` */
    RSP_BROKEN  /* its sum or size is wrong, or it is no packet at all */
};

/* Begins all zero. */
struct rsp_reader {
    enum rsp_state state;
    size_t used;
    uint8_t sum;
    uint8_t told; /* first digit of the peer's sum */
    char text[RSP_MAX];
};

/* Core registers of a Cortex-M. */
struct rsp_registers {
    uint32_t r[16]; /* 13: stack pointer, 14: link register, 15: counter */
    uint32_t xpsr;
};

/* Take one more byte. After WHOLE the next one begins a new packet; BROKEN
 * remains. */
enum rsp_state rsp_take(struct rsp_reader *reader, char byte);
/* "$payload#sum" in `out`, with a NUL. Its length, or 0 if it does not fit. */
size_t rsp_frame(const char *payload, char *out, size_t size);
/* The answer to `g` without a target description. 0, or -1 if it is none. */
int rsp_read_registers(const char *text, struct rsp_registers *out);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A function on a stack of its own that passes control back and forth with the
 * simulator. A switch costs no system call. It can be dropped wherever it
 * stands; then nothing of it is cleaned up, so it must own nothing. Nothing can
 * fail. One thread only.
 */
#ifndef OTALAB_NATIVE_COROUTINE_H
#define OTALAB_NATIVE_COROUTINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#define COROUTINE_STACK (256u * 1024u)

struct coroutine {
    void (*entry)(void); /* must not return */
    bool begun;
    jmp_buf caller;
    jmp_buf here; /* where it has yielded */
    ucontext_t first;
    _Alignas(16) uint8_t stack[COROUTINE_STACK];
};

/* The next resume calls `entry` on the empty stack. */
void coroutine_set(struct coroutine *coroutine, void (*entry)(void));
/* Run it until it yields. */
void coroutine_resume(struct coroutine *coroutine);
/* Called inside it; returns at the next resume. */
void coroutine_yield(struct coroutine *coroutine);

#endif

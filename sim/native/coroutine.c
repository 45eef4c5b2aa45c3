/* SPDX-License-Identifier: MIT */
#include "native/coroutine.h"

#include <stddef.h>

void coroutine_set(struct coroutine *coroutine, void (*entry)(void))
{
    coroutine->entry = entry;
    coroutine->begun = false;
}

/* ucontext makes the stack; from then on setjmp switches, which unlike
 * swapcontext() does not ask the kernel for the signal mask. */
_Noreturn static void begin(struct coroutine *coroutine)
{
    coroutine->begun = true;
    (void)getcontext(&coroutine->first);
    coroutine->first.uc_stack.ss_sp = coroutine->stack;
    coroutine->first.uc_stack.ss_size = sizeof(coroutine->stack);
    coroutine->first.uc_link = NULL;
    makecontext(&coroutine->first, coroutine->entry, 0);
    (void)setcontext(&coroutine->first);
    __builtin_unreachable();
}

void coroutine_resume(struct coroutine *coroutine)
{
    if (_setjmp(coroutine->caller) != 0) {
        return;
    }
    if (!coroutine->begun) {
        begin(coroutine);
    }
    _longjmp(coroutine->here, 1);
}

void coroutine_yield(struct coroutine *coroutine)
{
    if (_setjmp(coroutine->here) == 0) {
        _longjmp(coroutine->caller, 1);
    }
}

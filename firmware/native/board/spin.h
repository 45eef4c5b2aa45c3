/* SPDX-License-Identifier: MIT */
/* Stay awake and do nothing: takes the place of firmware/board/spin.h. */
#ifndef OTALAB_NATIVE_SPIN_H
#define OTALAB_NATIVE_SPIN_H

#include <stdint.h>

#include "native/native.h"

#define SPIN_INSNS 400u

static inline void spin(uint32_t turns)
{
    if (native_spin((uint64_t)turns * SPIN_INSNS)) {
        native_bark();
    }
}

/* In large steps: nothing else happens in between. */
_Noreturn static inline void spin_for_ever(void)
{
    for (;;) {
        spin(1000);
    }
}

#endif

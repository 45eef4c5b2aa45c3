/* SPDX-License-Identifier: MIT */
#include "sweep/verify.h"

int verify_sample(struct explorer *explorer, struct diag *diag)
{
    (void)explorer;
    (void)diag;
    return 0;
}

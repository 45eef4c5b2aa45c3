/* SPDX-License-Identifier: MIT */
/*
 * Chooses the QEMU to use: the program asked for, otherwise $OTALAB_QEMU,
 * otherwise qemu-system-arm in $PATH; and checks that it is new enough.
 */
#ifndef OTALAB_MACHINE_FIND_H
#define OTALAB_MACHINE_FIND_H

#include <limits.h>

#include "base/diag.h"

struct qemu {
    char path[PATH_MAX];
    char data[PATH_MAX]; /* its data files beside it, "" if not there */
    char version[32];    /* "7.2.22" */
};

int find_qemu(struct qemu *qemu, const char *wanted, struct diag *diag);

#endif

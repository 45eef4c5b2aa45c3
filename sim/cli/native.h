/* SPDX-License-Identifier: MIT */
/* The tool whose device programs are compiled for the host, beside this one. */
#ifndef OTALAB_CLI_NATIVE_H
#define OTALAB_CLI_NATIVE_H

#include <stddef.h>

#include "base/diag.h"
#include "engine/token.h"

/* Keep main()'s arguments: parsing options changes their order. */
void native_keep(int argc, char **argv);
/* Become that tool, with the arguments that were kept. Returns 0 if this is it
 * already, otherwise an error that says why it cannot run. */
int native_go(struct diag *diag);

/* The path of the other tool: the native one, or if this is that, the one for
 * QEMU. 0, or -1 if it is not known. */
int native_other(char *out, size_t size);

/* A run can be replayed only on the kind of machine that it was made on: of a
 * native run, become the native tool as native_go() does. The native tool
 * refuses a run with QEMU: OTALAB_ERR_USAGE, with a line that names the other
 * tool. 0 if this is the right one. */
int native_check(const struct token *token, struct diag *diag);

#endif

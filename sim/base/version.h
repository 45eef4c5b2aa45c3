/* SPDX-License-Identifier: MIT */
/* The product's version and its date, for --version and the man page. */
#ifndef OTALAB_BASE_VERSION_H
#define OTALAB_BASE_VERSION_H

#define OTALAB_VERSION "0.3.0"
#define OTALAB_VERSION_DATE "2026-11-22"

#endif

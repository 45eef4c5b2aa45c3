/* SPDX-License-Identifier: MIT */
/* The constant parts of a sweep's page: its style sheet and its script. */
#ifndef OTALAB_REPORT_SWEEP_PAGE_H
#define OTALAB_REPORT_SWEEP_PAGE_H

extern const char sweep_page_style[];
/* Reads #data, fills #detail. */
extern const char sweep_page_script[];

#endif

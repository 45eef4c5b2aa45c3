/* SPDX-License-Identifier: MIT */
/* Times, rates and events in the words that all parts of the screen use. */
#ifndef OTALAB_TUI_WORDS_H
#define OTALAB_TUI_WORDS_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "record/event.h"
#include "tui/screen.h"

/* "0:01:02.345", "7d 00:01:02" */
void words_time(uint64_t ns, char out[32]);
/* The last ns that words_time() shows so; false if it shows none so, as with 60
 * seconds. `ns` then is unchanged. */
bool words_read_time(const char *text, uint64_t *ns);
/* "12.3 kB/s", "512 B/s" */
void words_rate(uint64_t bytes, uint64_t ns, char out[32]);
/* An event in one line, without its time; and how it is painted. */
void words_event(const struct event *event, char *out, size_t size);
enum screen_role words_role(const struct event *event);

#endif

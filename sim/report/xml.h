/* SPDX-License-Identifier: MIT */
/* Text for XML 1.0, written to a stream: whatever comes from outside goes
 * through here. Characters that no XML document may hold become U+FFFD. */
#ifndef OTALAB_REPORT_XML_H
#define OTALAB_REPORT_XML_H

#include <stdio.h>

/* Between tags. */
void xml_text(FILE *out, const char *text);
/* NAME="VALUE" with a space before; a line end in it is kept. */
void xml_attribute(FILE *out, const char *name, const char *value);

#endif

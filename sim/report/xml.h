/* SPDX-License-Identifier: MIT */
/* Text for XML 1.0, written to a stream: everything that comes from outside
 * passes through here. Characters not allowed in XML become U+FFFD. */
#ifndef OTALAB_REPORT_XML_H
#define OTALAB_REPORT_XML_H

#include <stdio.h>

/* Write text between tags. */
void xml_text(FILE *out, const char *text);
/* Write NAME="VALUE" with a space before it; line ends in the value are
 * kept. */
void xml_attribute(FILE *out, const char *name, const char *value);

#endif

/* SPDX-License-Identifier: MIT */
#include "cli/groups.h"

#include <stdio.h>
#include <string.h>

void group_folder(const char *path, char *folder, size_t size)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        snprintf(folder, size, ".");
    } else {
        snprintf(folder, size, "%.*s", (int)(slash - path), path);
    }
}

/* The text after the list item's link, without the line end. */
static void take_text(char *line, const char *item, char *about, size_t size)
{
    line[strcspn(line, "\r\n")] = '\0';
    snprintf(about, size, "%s", line + strlen(item));
}

void group_about(const char *folder, char *about, size_t size)
{
    char path[1024];
    char item[256];
    char line[256];
    const char *slash = strrchr(folder, '/');
    const char *name = slash != NULL ? slash + 1 : folder;

    about[0] = '\0';
    snprintf(path, sizeof path, "%.*sREADME.md", (int)(name - folder), folder);
    snprintf(item, sizeof item, "- [`%.80s/`](%.80s/): ", name, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return;
    }
    while (about[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, item, strlen(item)) == 0) {
            take_text(line, item, about, size);
        }
    }
    (void)fclose(file);
}

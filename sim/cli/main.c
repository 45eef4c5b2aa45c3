/* SPDX-License-Identifier: MIT */
#include "shell/man.h"
#include "shell/options.h"
#include "cli/native.h"
#include "cli/root.h"
#include "base/version.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_version(const char *word)
{
    return strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 ||
           strcmp(word, "version") == 0;
}

static int start(int argc, char **argv)
{
    if (argc >= 2 && is_version(argv[1])) {
        printf("otalab %s\n", OTALAB_VERSION);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "help") == 0 &&
        strcmp(argv[2], "--man") == 0) {
        man_page(&command_root, stdout);
        return 0;
    }
    return command_dispatch(&command_root, argc, argv);
}

int main(int argc, char **argv)
{
    native_keep(argc, argv);

    int code = start(argc, argv);

    /* a full disk behind stdout must not look like success */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "otalab: cannot write the output: %s\n",
                strerror(errno));
        return code != 0 ? code : 2;
    }
    return code;
}

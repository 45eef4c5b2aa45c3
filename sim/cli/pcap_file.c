/* SPDX-License-Identifier: MIT */
#include "cli/pcap_file.h"

#include <stdlib.h>

#include "base/file.h"
#include "capture/capture.h"
#include "cli/readback.h"
#include "engine/token.h"

int pcap_file_write(const struct history *history, const char *token,
                    const char *path, uint64_t *packets, struct diag *diag)
{
    struct pcapng file = {.bytes = NULL};

    *packets =
        capture_make(history, &(struct capture_about){.token = token}, &file);
    int err = file.failed
                  ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : file_write(path, file.bytes, file.length, diag);

    pcapng_free(&file);
    return err;
}

int pcap_file_of_run(const struct run_result *result, const char *path,
                     struct diag *diag)
{
    char token[TOKEN_MAX];
    struct history *history = NULL;
    uint8_t *changes = NULL;
    uint64_t packets = 0;
    int err = readback_open(result, &changes, &history, diag);

    if (err == 0) {
        token_print(&result->token, token, sizeof token);
        err = pcap_file_write(history, token, path, &packets, diag);
    }
    history_close(history);
    free(changes);
    return err;
}

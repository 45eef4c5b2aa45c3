/* SPDX-License-Identifier: MIT */
/* `otalab pcap`: a recorded run for Wireshark. */
#include "cli/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/evidence.h"
#include "cli/pcap_file.h"
#include "engine/token.h"
#include "shell/options.h"

enum { OUTPUT, QUIET };

static const struct option_spec pcap_options[] = {
    [OUTPUT] = {.name = "output",
                .short_name = 'o',
                .kind = OPTION_FILE,
                .argument = "FILE",
                .help = "write to FILE; default: link.pcapng in FOLDER"},
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "do not print how many packets there are"},
    {0},
};

/* The token of a folder's run; "" if there is none. */
static void read_token(const char *folder, char text[TOKEN_MAX])
{
    char scenario[1024];
    struct token token;

    text[0] = '\0';
    if (evidence_is(folder) &&
        evidence_read(folder, &token, scenario, sizeof scenario, NULL) == 0) {
        token_print(&token, text, TOKEN_MAX);
    }
}

static int write_capture(const char *folder, const char *path, bool quiet,
                         struct diag *diag)
{
    char token[TOKEN_MAX];
    struct history *history = NULL;
    uint64_t packets = 0;
    int err = history_open(&history, folder, diag);

    if (err) {
        return err;
    }
    read_token(folder, token);
    err = pcap_file_write(history, token, path, &packets, diag);
    history_close(history);
    if (err == 0 && !quiet) {
        printf("%s: %" PRIu64 " packets\n", path, packets);
    }
    return err;
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {.text = ""};
    char path[1024];
    int code = options_parse(&options, &command_pcap, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    const char *output = options.value[OUTPUT].text;
    int n = output != NULL ? snprintf(path, sizeof path, "%s", output)
                           : snprintf(path, sizeof path, "%s/link.pcapng",
                                      options.arguments[0]);
    int err = n < 0 || (size_t)n >= sizeof path
                  ? diag_fail(&diag, OTALAB_ERR_USAGE, "path too long")
                  : write_capture(options.arguments[0], path,
                                  options.value[QUIET].given, &diag);

    return err ? command_fail(&command_pcap, err, &diag) : 0;
}

static const struct command_example examples[] = {
    {"otalab pcap out/ota-unplugged -o link.pcapng",
     "write the packets of a run that was recorded for Wireshark"},
    {0},
};

const struct command command_pcap = {
    .name = "pcap",
    .summary = "write a recorded run's packets for Wireshark",
    .run = run,
    .options = pcap_options,
    .arguments = "FOLDER",
    .arguments_min = 1,
    .arguments_max = 1,
    .completes = COMPLETES_FILES,
    .examples = examples,
    .description = "The format is pcapng: one interface per device, times of "
                   "the run in ns, comments on what was lost, copied or "
                   "changed. `otalab run --pcap` does the same for a run.",
};

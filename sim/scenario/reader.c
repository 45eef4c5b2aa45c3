/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/sha256.h>

#include "base/file.h"
#include "scenario/read.h"

static const struct {
    const char *partition;
    const char *image;
} usual_places[] = {{"boot-a", "bootloader"}, {"boot-b", "bootloader"}};

/* Both bootloader copies are provisioned unless the scenario says otherwise. */
static void add_usual_places(struct scenario *scenario)
{
    for (size_t i = 0; i < READ_SIZE(usual_places); i++) {
        bool placed = false;

        for (unsigned j = 0; j < scenario->places; j++) {
            placed = placed || strcmp(scenario->flash[j].partition,
                                      usual_places[i].partition) == 0;
        }
        if (!placed) {
            struct placement *placement = &scenario->flash[scenario->places++];

            snprintf(placement->partition, sizeof placement->partition, "%s",
                     usual_places[i].partition);
            snprintf(placement->image, sizeof placement->image, "%s",
                     usual_places[i].image);
        }
    }
}

static struct scenario *scenario_new(const char *path)
{
    struct scenario *scenario = calloc(1, sizeof *scenario);
    size_t size = strlen(path) + 1u;

    if (scenario == NULL) {
        return NULL;
    }
    scenario->path = malloc(size);
    if (scenario->path == NULL) {
        free(scenario);
        return NULL;
    }
    memcpy(scenario->path, path, size);
    scenario->seed = 1;
    scenario->limit_ns = UINT64_C(120000000000);
    scenario->limit_resets = 32;
    scenario->devices = 1;
    scenario->journal = true;
    return scenario;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario != NULL) {
        free(scenario->path);
        free(scenario);
    }
}

static int read_document(struct reader *reader, const struct node *root)
{
    int err = 0;

    if (root->kind != NODE_MAP) {
        return read_fail(reader, root->place,
                         "a scenario is a mapping; start with 'scenario: "
                         "NAME'");
    }
    if (!read_on(&err, read_map(reader, &schema_scenario, root,
                                reader->scenario, NULL, NULL))) {
        return err;
    }
    add_usual_places(reader->scenario);
    (void)read_on(&err, read_crosscheck(reader, root));
    return err;
}

/* Read what the nodes say into a new scenario. */
static int make(const struct node *root, const char *path,
                struct scenario **out, struct mistakes *mistakes,
                struct diag *diag)
{
    struct reader reader = {.value = read_value,
                            .path = path,
                            .scenario = scenario_new(path),
                            .mistakes = mistakes,
                            .diag = diag};

    *out = NULL;
    int err = reader.scenario != NULL
                  ? read_document(&reader, root)
                  : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");

    if (err != 0) {
        scenario_free(reader.scenario);
        mistakes_first(mistakes, diag);
        return err;
    }
    *out = reader.scenario;
    return 0;
}

static int parse(const char *text, size_t length, const char *path,
                 struct scenario **out, struct mistakes *mistakes,
                 struct diag *diag)
{
    struct node_tree tree;

    *out = NULL;
    int err = node_read(text, length, path, &tree, diag);

    err = err != 0 ? err : make(tree.root, path, out, mistakes, diag);
    node_free(&tree);
    if (err == 0 && mbedtls_sha256((const unsigned char *)text, length,
                                   (*out)->digest, 0) != 0) {
        scenario_free(*out);
        *out = NULL;
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "SHA-256 failed");
    }
    return err;
}

int scenario_from_nodes(const struct node_tree *tree, const char *path,
                        struct scenario **out, struct diag *diag)
{
    struct mistakes mistakes = {.count = 0};

    return make(tree->root, path, out, &mistakes, diag);
}

int scenario_parse(const char *text, size_t length, const char *path,
                   struct scenario **out, struct diag *diag)
{
    struct mistakes mistakes = {.count = 0};

    return parse(text, length, path, out, &mistakes, diag);
}

int scenario_check(const char *path, struct scenario **out,
                   struct mistakes *mistakes, struct diag *diag)
{
    uint8_t *text = NULL;
    size_t length = 0;

    *out = NULL;
    int err = file_read(path, NODE_FILE_MAX, &text, &length, diag);

    if (err == 0) {
        err = parse((const char *)text, length, path, out, mistakes, diag);
    }
    free(text);
    return err;
}

int scenario_read(const char *path, struct scenario **out, struct diag *diag)
{
    struct mistakes mistakes = {.count = 0};

    return scenario_check(path, out, &mistakes, diag);
}

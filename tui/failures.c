/* SPDX-License-Identifier: MIT */
#include "tui/failures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "scenario/node.h"

static const char *text_of(const struct node *map, const char *key)
{
    const struct node *node = node_find(map, key);

    return node != NULL && node->kind == NODE_SCALAR ? node->text : "";
}

static void take(const struct node *map, struct run_failure *failure)
{
    *failure = (struct run_failure){
        .place = {(uint32_t)strtoul(text_of(map, "line"), NULL, 10),
                  (uint32_t)strtoul(text_of(map, "column"), NULL, 10)},
        .sequence = strtoull(text_of(map, "sequence"), NULL, 10)};
    snprintf(failure->expected, sizeof failure->expected, "%s",
             text_of(map, "expected"));
    snprintf(failure->seen, sizeof failure->seen, "%s", text_of(map, "seen"));
}

/* JSON is YAML, too. */
static unsigned take_all(const uint8_t *bytes, size_t size, const char *path,
                         struct run_failure failure[RUN_FAILURES])
{
    struct node_tree tree;
    struct diag unused = {""};
    unsigned count = 0;

    if (node_read((const char *)bytes, size, path, &tree, &unused) != 0) {
        return 0;
    }
    const struct node *list = tree.root != NULL && tree.root->kind == NODE_MAP
                                  ? node_find(tree.root, "failures")
                                  : NULL;
    const struct node *node =
        list != NULL && list->kind == NODE_LIST ? list->first : NULL;

    for (; node != NULL && count < RUN_FAILURES; node = node->next) {
        if (node->kind == NODE_MAP) {
            take(node, &failure[count++]);
        }
    }
    node_free(&tree);
    return count;
}

unsigned failures_read(const char *folder,
                       struct run_failure failure[RUN_FAILURES])
{
    char path[1024];
    uint8_t *bytes = NULL;
    size_t size = 0;
    struct diag unused = {""};
    int length = snprintf(path, sizeof path, "%s/result.json", folder);

    if (length < 0 || (size_t)length >= sizeof path ||
        file_read(path, NODE_FILE_MAX, &bytes, &size, &unused) != 0) {
        return 0;
    }
    unsigned count = take_all(bytes, size, path, failure);

    free(bytes);
    return count;
}

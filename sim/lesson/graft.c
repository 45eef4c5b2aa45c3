/* SPDX-License-Identifier: MIT */
#include "lesson/graft.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static int no_memory(struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

/* ---- reading ------------------------------------------------------------- */

static int parse_map(const char *text, const char *path, struct node_tree *tree,
                     struct diag *diag)
{
    int err = node_read(text, strlen(text), path, tree, diag);

    if (err == 0 && tree->root->kind != NODE_MAP) {
        err = node_fail(diag, path, tree->root->place,
                        "a mapping is expected here: 'key: value'");
        node_free(tree);
    }
    return err;
}

int graft_read(const char *path, const struct fill *fill,
               struct node_tree *tree, struct diag *diag)
{
    uint8_t *text = NULL;
    size_t size = 0;
    char *filled = NULL;
    int err = file_read(path, NODE_FILE_MAX, &text, &size, diag);

    *tree = (struct node_tree){.count = 0};
    if (err != 0) {
        return err;
    }
    if (memchr(text, '\0', size) != NULL) {
        err = diag_fail(diag, OTALAB_ERR_USAGE, "%s: not a text", path);
    } else if (fill == NULL) {
        err = parse_map((const char *)text, path, tree, diag);
    } else {
        filled = fill_text(fill, (const char *)text, path, diag);
        err = filled == NULL ? OTALAB_ERR_USAGE
                             : parse_map(filled, path, tree, diag);
    }
    free(filled);
    free(text);
    return err;
}

/* ---- copying ------------------------------------------------------------- */

struct copy {
    struct node_tree *tree;
    const struct fill *fill; /* NULL: texts as they are */
    const char *path;
    struct diag *diag;
};

static int copy_text(struct copy *copy, const struct node *from,
                     struct node *to)
{
    if (copy->fill == NULL || from->text == NULL) {
        return 0;
    }
    char *filled = fill_text(copy->fill, from->text, copy->path, copy->diag);

    if (filled == NULL) {
        return OTALAB_ERR_USAGE;
    }
    free(to->text);
    to->text = filled;
    return 0;
}

/* Nesting is bounded by the reader: NODE_DEPTH_MAX. */
static int copy_children(struct copy *copy, const struct node *from,
                         struct node *to)
{
    int err = 0;

    for (const struct node *child = from->first; child != NULL && err == 0;
         child = child->next) {
        struct node *made =
            node_add(copy->tree, to, child->kind, child->place, child->text);

        if (made == NULL || (child->key != NULL &&
                             node_name(made, child->key, child->key_place))) {
            return no_memory(copy->diag);
        }
        made->style = child->style;
        err = copy_text(copy, child, made);
        err = err != 0 ? err : copy_children(copy, child, made);
    }
    return err;
}

/* Give the root's key what `value` holds. */
static int put(struct copy *copy, const char *key, const struct node *value)
{
    struct node *root = copy->tree->root;
    struct node *old = (struct node *)node_find(root, key);

    if (value == NULL) {
        return 0;
    }
    if (old == NULL) {
        old = node_add(copy->tree, root, value->kind, value->place, NULL);
        if (old == NULL || node_name(old, key, value->place) != 0) {
            return no_memory(copy->diag);
        }
    }
    old->kind = value->kind;
    old->place = value->place;
    old->first = old->last = NULL; /* the tree still has them */
    return copy_children(copy, value, old);
}

int graft_scenario(const struct graft *graft, struct scenario **out,
                   struct diag *diag)
{
    struct node_tree tree;
    struct copy copy = {.tree = &tree, .path = graft->path, .diag = diag};
    int err = graft_read(graft->path, graft->fill, &tree, diag);

    *out = NULL;
    err = err != 0 ? err : put(&copy, "steps", graft->steps);
    copy.fill = graft->fill;
    err = err != 0 ? err : put(&copy, "expect", graft->expect);
    err = err != 0
              ? err
              : scenario_from_nodes(&tree,
                                    graft->steps != NULL ? graft->steps_path
                                                         : graft->path,
                                    out, diag);
    node_free(&tree);
    return err;
}

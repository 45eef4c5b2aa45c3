/* SPDX-License-Identifier: MIT */
/*
 * The scenario that a run of a lesson is made of: the lesson's own file with a
 * student's figures, and in it the steps of the student's file, or other
 * expectations, or both. So a student changes what happens, never the images or
 * the verdict.
 */
#ifndef OTALAB_LESSON_GRAFT_H
#define OTALAB_LESSON_GRAFT_H

#include "lesson/fill.h"
#include "scenario/node.h"

struct graft {
    const char *path;          /* the lesson's scenario */
    const struct fill *fill;   /* figures, and the answer */
    const struct node *expect; /* instead of the scenario's; or NULL */
    const struct node *steps;  /* the same */
    const char *steps_path;    /* where they are from, for messages */
};

/* 0, or a negative enum otalab_err with a line in diag; then *out is NULL. */
int graft_scenario(const struct graft *graft, struct scenario **out,
                   struct diag *diag);
/* Read a YAML file whose root is a mapping; freed with node_free(). 0, or a
 * negative enum otalab_err with a line in diag. `fill`: figures are filled in;
 * or NULL. */
int graft_read(const char *path, const struct fill *fill,
               struct node_tree *tree, struct diag *diag);

#endif

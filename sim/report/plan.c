/* SPDX-License-Identifier: MIT */
#include "report/plan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "scenario/scenario.h"

static int no_memory(struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

/* "scenarios/ab-good.yaml" -> "ab-good", malloc'ed. */
static char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t length = strlen(name);
    const char end[] = ".yaml";
    size_t tail = sizeof end - 1;

    if (length > tail && strcmp(name + length - tail, end) == 0) {
        length -= tail;
    }
    return strndup(name, length);
}

static int read_item(struct plan_item *item, const char *path)
{
    struct scenario *scenario = NULL;
    struct outcome *outcome = &item->outcome;

    *outcome = (struct outcome){.verdict = RUN_ERROR};
    outcome->err = scenario_read(path, &scenario, &outcome->error);
    item->path = strdup(path);
    item->name = outcome->err ? file_name(path) : strdup(scenario->name);
    item->title = strdup(outcome->err ? "" : scenario->title);
    item->folder = NULL;
    scenario_free(scenario);
    return item->path != NULL && item->name != NULL && item->title != NULL ? 0
                                                                           : -1;
}

int plan_read(struct plan *plan, const struct paths *paths, struct diag *diag)
{
    *plan = (struct plan){.item = calloc(paths->count + 1, sizeof *plan->item)};
    if (plan->item == NULL) {
        return no_memory(diag);
    }
    for (size_t i = 0; i < paths->count; i++) {
        plan->count++;
        if (read_item(&plan->item[i], paths->path[i]) != 0) {
            return no_memory(diag);
        }
    }
    return 0;
}

static void free_item(struct plan_item *item)
{
    free(item->path);
    free(item->name);
    free(item->title);
    free(item->folder);
    outcome_free(&item->outcome);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free_item(&plan->item[i]);
    }
    free(plan->item);
    *plan = (struct plan){0};
}

bool plan_matches(const struct plan *plan, const struct select *select)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (select_matches(select, plan->item[i].name, plan->item[i].title)) {
            return true;
        }
    }
    return false;
}

void plan_select(struct plan *plan, const struct select *select,
                 size_t *matched)
{
    size_t kept = 0;

    *matched = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *item = &plan->item[i];
        bool match = select_matches(select, item->name, item->title);

        *matched += match ? 1 : 0;
        if (match && select_in_shard(select, item->name)) {
            plan->item[kept++] = *item;
        } else {
            free_item(item);
        }
    }
    plan->count = kept;
}

/* ---- folders ----------------------------------------------------------- */

/* Whether `folder` is used by an item before `index`, or is the name of any. */
static bool is_taken(const struct plan *plan, size_t index, size_t base,
                     const char *folder, bool plain)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->item[i];

        if ((i < index && strcmp(item->folder, folder) == 0) ||
            (!plain && i != index && strcmp(item->name, folder + base) == 0)) {
            return true;
        }
    }
    return false;
}

int plan_folders(struct plan *plan, const char *base, struct diag *diag)
{
    size_t length = strlen(base) + 1;

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *item = &plan->item[i];
        size_t size = length + strlen(item->name) + 24;

        item->folder = malloc(size);
        if (item->folder == NULL) {
            return no_memory(diag);
        }
        snprintf(item->folder, size, "%s/%s", base, item->name);
        for (unsigned n = 2; is_taken(plan, i, length, item->folder, n == 2);
             n++) {
            snprintf(item->folder, size, "%s/%s-%u", base, item->name, n);
        }
    }
    return 0;
}

/* ---- near names -------------------------------------------------------- */

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

size_t plan_near(const struct plan *plan, const char *word, const char **near,
                 size_t size)
{
    size_t count = 0;

    while (count < size) {
        struct suggest suggest;

        suggest_start(&suggest, word);
        for (size_t i = 0; i < plan->count; i++) {
            if (!is_among(near, count, plan->item[i].name)) {
                suggest_offer(&suggest, plan->item[i].name);
            }
        }
        if (suggest_best(&suggest) == NULL) {
            break;
        }
        near[count++] = suggest_best(&suggest);
    }
    return count;
}

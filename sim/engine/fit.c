/* SPDX-License-Identifier: MIT */
/*
 * Checks that the scenario fits the available programs, and that its images fit
 * the flash. Whatever does not is a mistake at its place, found before anything
 * runs.
 */
#include "engine/fit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "scenario/values.h"

#define KIB 1024u

/* ---- programs ----------------------------------------------------------- */

void fit_folders(const struct run_case *given, char own[400],
                 const char *folders[FIT_FOLDERS])
{
    const char *slash = strrchr(given->scenario->path, '/');
    unsigned count = 0;

    snprintf(own, 400, "%.*s",
             slash != NULL ? (int)(slash - given->scenario->path) : 1,
             slash != NULL ? given->scenario->path : ".");
    folders[count++] = given->options->firmware;
    if (given->options->firmware_else != NULL) {
        folders[count++] = given->options->firmware_else;
    }
    folders[count++] = own;
    folders[count] = NULL;
}

static int is_program(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".bin") == 0;
}

/* The names stay in memory until the end of the search. */
struct near {
    struct suggest suggest;
    char best[SCENARIO_NAME];
};

static void look_in(struct near *near, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_program, alphasort);

    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name;

        name[strlen(name) - strlen(".bin")] = '\0';
        suggest_offer(&near->suggest, name);
        if (suggest_best(&near->suggest) == name) {
            snprintf(near->best, sizeof near->best, "%s", name);
        }
        near->suggest.best = near->best[0] != '\0' ? near->best : NULL;
        free(entries[i]);
    }
    free(entries);
}

void fit_no_program(struct run_case *given, const struct scenario_image *image)
{
    char own[400];
    const char *folders[FIT_FOLDERS];
    struct near near = {.best = ""};
    char text[300];

    suggest_start(&near.suggest, image->build);
    fit_folders(given, own, folders);
    for (unsigned i = 0; folders[i] != NULL; i++) {
        look_in(&near, folders[i]);
    }
    if (near.best[0] != '\0') {
        snprintf(text, sizeof text,
                 "no program is called '%s'; did you mean '%s'?", image->build,
                 near.best);
    } else {
        snprintf(text, sizeof text,
                 "no program is called '%s'; 'otalab explain build' lists "
                 "them, and --firmware names a folder of your own",
                 image->build);
    }
    mistakes_add(&given->mistakes, given->scenario->path, image->build_place,
                 text);
}

/* ---- room in flash ------------------------------------------------------- */

static const struct scenario_image *image_named(const struct scenario *scenario,
                                                const char *name)
{
    for (unsigned i = 0; i < scenario->images; i++) {
        if (strcmp(scenario->image[i].name, name) == 0) {
            return &scenario->image[i];
        }
    }
    return NULL;
}

/* The image is too large for the partition, because of its 'size' or by
 * itself. */
static void too_large(struct run_case *given, const struct placement *placement,
                      const struct scenario_image *image, size_t size,
                      uint32_t room)
{
    char text[300];
    char most[32];
    size_t besides = size - image->size; /* signature and the like */

    if (image->size > 0 && besides < room) {
        quantity_text(QUANTITY_SIZE, (room - besides) / KIB * KIB, most,
                      sizeof most);
        snprintf(text, sizeof text,
                 "'%s' has %zu bytes when it is signed, %zu more than %s "
                 "holds; 'size' is at most %s there",
                 image->name, size, size - room, placement->partition, most);
    } else {
        snprintf(text, sizeof text,
                 "'%s' has %zu bytes when it is signed, %zu more than %s holds",
                 image->name, size, size - room, placement->partition);
    }
    mistakes_add(&given->mistakes, given->scenario->path,
                 image->size > 0 ? image->size_place : image->build_place,
                 text);
}

void fit_places(struct run_case *given)
{
    const struct scenario *scenario = given->scenario;

    for (unsigned i = 0; i < scenario->places; i++) {
        const struct placement *placement = &scenario->flash[i];
        const struct scenario_image *image =
            image_named(scenario, placement->image);
        const struct board_part *part =
            board_map_find(&given->map, placement->partition);
        uint32_t number = oracle_image_named(&given->judged, placement->image);

        if (image != NULL && part != NULL && number != ORACLE_NONE &&
            given->image[number].size > part->length) {
            too_large(given, placement, image, given->image[number].size,
                      part->length);
        }
    }
}

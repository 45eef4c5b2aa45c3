/* SPDX-License-Identifier: MIT */
#include "lesson/lesson.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lesson_free(struct lesson *lesson)
{
    if (lesson != NULL) {
        node_free(&lesson->tree);
        free(lesson);
    }
}

static void draw(const struct lesson *lesson, uint64_t seed,
                 const struct lesson_figure *figure, struct fill *fill)
{
    char stream[LESSON_NAME + FILL_NAME + 16];
    char number[24];
    uint64_t last =
        figure->words.count > 0 ? figure->words.count - 1u : figure->high;

    snprintf(stream, sizeof stream, "lesson/%s/%s", lesson->name, figure->name);
    uint64_t drawn = fill_draw(seed, stream, figure->low, last);

    snprintf(number, sizeof number, "%" PRIu64, drawn);
    (void)fill_set(fill, figure->name,
                   figure->words.count > 0 ? figure->words.word[drawn]
                                           : number);
}

void lesson_fill(const struct lesson *lesson, uint64_t seed, struct fill *fill)
{
    *fill = (struct fill){.count = 0};
    for (unsigned i = 0; i < lesson->figures; i++) {
        draw(lesson, seed, &lesson->figure[i], fill);
    }
}

int lesson_find(const struct lesson *lesson, const char *task)
{
    for (unsigned i = 0; i < lesson->tasks; i++) {
        if (strcmp(lesson->task[i].name, task) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *lesson_kind_name(enum lesson_kind kind)
{
    static const char *const names[] = {[LESSON_PREDICT] = "predict",
                                        [LESSON_BREAK] = "break",
                                        [LESSON_FIX] = "fix"};

    return names[kind];
}

const char *lesson_form_says(enum lesson_form form)
{
    static const char *const says[] = {[FORM_NUMBER] =
                                           "a whole number, such as 3",
                                       [FORM_VERSION] =
                                           "a version, such as 1.2.0",
                                       [FORM_WORD] = "one of these words"};

    return says[form];
}

const char *lesson_source_name(const struct lesson *lesson)
{
    const char *slash = strrchr(lesson->defect.source, '/');

    return slash != NULL ? slash + 1 : lesson->defect.source;
}

int lesson_path(const struct lesson *lesson, const char *file, char *out,
                size_t size)
{
    int n = snprintf(out, size, "%s/%s", lesson->folder, file);

    return n > 0 && (size_t)n < size ? 0 : -1;
}

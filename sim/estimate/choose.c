/* SPDX-License-Identifier: MIT */
#include "estimate/choose.h"

#include <stddef.h>

#define PRICE_PER_CENT \
    UINT64_C(10000000000) /* bytes x millionths of a $ / MB */

_Static_assert(PRICE_PER_CENT * 12u % CHOOSE_MONTHS == 0, "exact");

typedef unsigned __int128 wide;

/* ---- the table ------------------------------------------------------------- */

static bool much_changes(const struct choose_figures *figures)
{
    return figures->changed_ppm > CHOOSE_CHANGED_PPM;
}

static bool is_small(const struct choose_figures *figures)
{
    return figures->size < CHOOSE_SIZE;
}

static bool is_free(const struct choose_figures *figures)
{
    return figures->link != CHOOSE_CELLULAR;
}

static bool is_rare(const struct choose_figures *figures)
{
    return figures->updates < CHOOSE_UPDATES;
}

/* Whether a product of 128 bits is below `limit`; each factor is at most
 * CHOOSE_MOST < 2^40. */
static bool product_below(const uint64_t factor[4], wide limit)
{
    wide product = 1;

    for (unsigned i = 0; i < 4; i++) {
        if (factor[i] == 0) {
            return limit > 0;
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        if (product >= limit) {
            return false;
        }
        product *= factor[i];
    }
    return product < limit;
}

static bool pays_late(const struct choose_figures *figures)
{
    uint64_t saved =
        (uint64_t)((wide)figures->size * (ESTIMATE_PPM - figures->changed_ppm) /
                   ESTIMATE_PPM);
    const uint64_t year[4] = {figures->devices, figures->updates, saved,
                              figures->price};

    return product_below(year, (wide)figures->engineering_cents *
                                   (PRICE_PER_CENT * 12u / CHOOSE_MONTHS));
}

static bool always(const struct choose_figures *figures)
{
    (void)figures;
    return true;
}

static const struct choose_line lines[] = {
    {"change", "more than 50 % of the image changes",
     "the patch would be nearly as large as the image, and the device would "
     "still have to read its base, decode, and fall back",
     CHOOSE_FULL, much_changes},
    {"size", "the image is smaller than 32 KiB",
     "the radio's tail and the exchanges around a download need more time "
     "than its bytes",
     CHOOSE_FULL, is_small},
    {"link", "the link is not cellular",
     "bytes cost nothing there, and a full image can be installed from any "
     "version, on a damaged base too",
     CHOOSE_FULL, is_free},
    {"updates", "there are fewer than 2 updates a year",
     "devices skip releases, so that few have the base of a patch; and what "
     "is used so rarely does not work on the day when it has to",
     CHOOSE_FULL, is_rare},
    {"payback", "the data saved in 24 months costs less than the development",
     "with so few devices or bytes, the money is better spent on a safe full "
     "update",
     CHOOSE_FULL, pays_late},
    {"delta", "otherwise",
     "the data saved pays for the development; keep the full image as the "
     "fallback for a device without the base, and after failures",
     CHOOSE_DELTA, always},
};
#define LINES (sizeof lines / sizeof lines[0])

const struct choose_line *choose_line_at(unsigned index)
{
    return index < LINES ? &lines[index] : NULL;
}

const char *choose_link_name(enum choose_link link)
{
    static const char *const names[CHOOSE_LINKS] = {"cellular", "wifi",
                                                    "wired"};

    return (unsigned)link < CHOOSE_LINKS ? names[link] : "?";
}

static bool valid(const struct choose_figures *figures)
{
    return figures->size <= CHOOSE_MOST && figures->updates <= CHOOSE_MOST &&
           figures->devices <= CHOOSE_MOST && figures->price <= CHOOSE_MOST &&
           figures->engineering_cents <= CHOOSE_MOST &&
           figures->link < CHOOSE_LINKS && figures->changed_ppm <= ESTIMATE_PPM;
}

const struct choose_line *choose(const struct choose_figures *figures)
{
    if (!valid(figures)) {
        return NULL;
    }
    for (size_t i = 0; i + 1 < LINES; i++) {
        if (lines[i].applies(figures)) {
            return &lines[i];
        }
    }
    return &lines[LINES - 1];
}

/* ---- what would change it ------------------------------------------------ */

static uint64_t *figure_of(struct choose_figures *figures,
                           enum choose_figure figure)
{
    uint64_t *const field[CHOOSE_FIGURES] = {
        [CHOOSE_BY_CHANGED] = &figures->changed_ppm,
        [CHOOSE_BY_SIZE] = &figures->size,
        [CHOOSE_BY_UPDATES] = &figures->updates,
        [CHOOSE_BY_DEVICES] = &figures->devices,
        [CHOOSE_BY_PRICE] = &figures->price,
        [CHOOSE_BY_ENGINEERING] = &figures->engineering_cents,
    };

    return field[figure];
}

static const struct choose_line *with(struct choose_figures figures,
                                      enum choose_figure figure, uint64_t value)
{
    *figure_of(&figures, figure) = value;
    return choose(&figures);
}

/* Between the present value and `end`, the decision turns at most once, because
 * a larger change or price of development never speaks for deltas, and no other
 * larger figure against them. */
struct choose_turn choose_turn(const struct choose_figures *figures,
                               enum choose_figure figure)
{
    struct choose_figures copy = *figures;
    enum choose_advice now = choose(figures)->advice;
    bool more_is_delta =
        figure != CHOOSE_BY_CHANGED && figure != CHOOSE_BY_ENGINEERING;
    struct choose_turn turn = {.above = more_is_delta == (now == CHOOSE_FULL)};
    uint64_t most = figure == CHOOSE_BY_CHANGED ? ESTIMATE_PPM : CHOOSE_MOST;
    uint64_t same = *figure_of(&copy, figure);
    uint64_t other = turn.above ? most : 0;

    turn.line = with(copy, figure, other);
    turn.possible = turn.line->advice != now;
    while (turn.possible &&
           (turn.above ? other - same > 1 : same - other > 1)) {
        uint64_t middle = (same & other) + ((same ^ other) >> 1);

        if (with(copy, figure, middle)->advice == now) {
            same = middle;
        } else {
            other = middle;
        }
    }
    turn.value = other;
    turn.line = turn.possible ? with(copy, figure, other) : NULL;
    return turn;
}

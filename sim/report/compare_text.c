/* SPDX-License-Identifier: MIT */
#include "report/compare_text.h"

#include <inttypes.h>
#include <string.h>

#define LABEL 35
#define CELL 15
#define MS 1000000u
#define HALF_MS 500000u

/* ---- cells ----------------------------------------------------------------- */

static const char *kib(uint32_t bytes, char *out)
{
    snprintf(out, COMPARE_CELL, "%" PRIu32 " KiB", bytes / 1024u);
    return out;
}

/* Thousandths with three decimals. */
static const char *milli(uint64_t thousandths, const char *unit, char *out)
{
    snprintf(out, COMPARE_CELL, "%" PRIu64 ".%03u%s", thousandths / 1000u,
             (unsigned)(thousandths % 1000u), unit);
    return out;
}

static const char *seconds(uint64_t ns, char *out)
{
    return milli((ns + HALF_MS) / MS, " s", out);
}

/* 12,345 */
static const char *count(uint64_t value, const char *unit, char *out)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *to = out;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    snprintf(to, COMPARE_CELL - (size_t)(to - out), "%s", unit);
    return out;
}

static const char *flash_used(const struct compare_row *row, char *out)
{
    return kib(row->flash_used, out);
}

static const char *image_most(const struct compare_row *row, char *out)
{
    return kib(row->image_most, out);
}

static const char *flash_ratio(const struct compare_row *row, char *out)
{
    uint64_t most = row->image_most > 0 ? row->image_most : 1;
    uint64_t hundredths = ((uint64_t)row->flash_used * 100u + most / 2u) / most;

    snprintf(out, COMPARE_CELL, "%" PRIu64 ".%02u", hundredths / 100u,
             (unsigned)(hundredths % 100u));
    return out;
}

static const char *down(const struct compare_row *row, char *out)
{
    return count(row->measure.bytes_down, " B", out);
}

static const char *up(const struct compare_row *row, char *out)
{
    return count(row->measure.bytes_up, " B", out);
}

static const char *works(const struct compare_row *row, char *out)
{
    return seconds(row->measure.works_ns, out);
}

static const char *without(const struct compare_row *row, char *out)
{
    return seconds(row->measure.down_ns, out);
}

static const char *energy(const struct compare_row *row, char *out)
{
    return row->energy_uj > 0
               ? count((row->energy_uj + 500u) / 1000u, " mJ", out)
               : "- (no battery)";
}

static const char *erases(const struct compare_row *row, char *out)
{
    snprintf(out, COMPARE_CELL, "%" PRIu32 " in %" PRIu32, row->erases,
             row->updates);
    return out;
}

static const char *worn(const struct compare_row *row, char *out)
{
    snprintf(out, COMPARE_CELL, "%s", row->worn);
    return out;
}

static const char *lasts(const struct compare_row *row, char *out)
{
    uint64_t cycles = (uint64_t)row->endurance * row->updates;

    return count(cycles / (row->erases > 0 ? row->erases : 1), "", out);
}

static const char *cuts(const struct compare_row *row, char *out)
{
    return count(row->cuts, "", out);
}

static const char *fatal_cuts(const struct compare_row *row, char *out)
{
    return count(row->fatal_cuts, "", out);
}

static const char *positions(const struct compare_row *row, char *out)
{
    snprintf(out, COMPARE_CELL, "%" PRIu64 " of %" PRIu64, row->fatal_positions,
             row->positions);
    return out;
}

static const char *window(const struct compare_row *row, char *out)
{
    return count((row->fatal_ns + HALF_MS) / MS, " ms", out);
}

static const char *share(const struct compare_row *row, char *out)
{
    uint32_t permille = (compare_share(row) + 500u) / 1000u;

    snprintf(out, COMPARE_CELL, "%" PRIu32 ".%u %%", permille / 10u,
             (unsigned)(permille % 10u));
    return out;
}

static const char *recovery(const struct compare_row *row, char *out)
{
    return seconds(row->worst_ns, out);
}

static const char *boots(const struct compare_row *row, char *out)
{
    snprintf(out, COMPARE_CELL, "%" PRIu32, row->worst_boots);
    return out;
}

static const char *after(const struct compare_row *row, char *out)
{
    static const char *const texts[] = {[AFTER_OLD] = "the old version",
                                        [AFTER_NEW] = "the new version",
                                        [AFTER_RECOVERY] = "recovery alone",
                                        [AFTER_NOTHING] = "nothing"};

    (void)out;
    return texts[row->after];
}

static const char *money(uint64_t cents, char *out)
{
    char dollars[COMPARE_CELL];

    snprintf(out, COMPARE_CELL, "$%.40s", count(cents / 100u, "", dollars));
    return out;
}

static const char *first_day(const struct compare_row *row, char *out)
{
    return count((row->fleet.first_milli + 500u) / 1000u, "", out);
}

static const char *week(const struct compare_row *row, char *out)
{
    return count((row->fleet.all_milli + 500u) / 1000u, "", out);
}

static const char *week_spread(const struct compare_row *row, char *out)
{
    snprintf(out, COMPARE_CELL, "%" PRIu64 "..%" PRIu64, row->week.low,
             row->week.high);
    return out;
}

static const char *week_cost(const struct compare_row *row, char *out)
{
    return money(row->fleet.all_cents, out);
}

static const struct compare_line lines[] = {
    {"flash for images", FROM_RUN, flash_used},
    {"largest image", FROM_RUN, image_most},
    {"flash per byte of that image", FROM_RUN, flash_ratio},
    {"bytes over the air, down", FROM_RUN, down},
    {"bytes over the air, up", FROM_RUN, up},
    {"until the new version works", FROM_RUN, works},
    {"without service", FROM_RUN, without},
    {"energy", FROM_RUN, energy},
    {"erases of the worst sector", FROM_WEAR, erases},
    {"which is in", FROM_WEAR, worn},
    {"updates until it wears out", FROM_WEAR, lasts},
    {"power cuts tried", FROM_SWEEP, cuts},
    {"of them fatal", FROM_SWEEP, fatal_cuts},
    {"positions at which one is fatal", FROM_SWEEP, positions},
    {"window in which a cut is fatal", FROM_SWEEP, window},
    {"of the time until it works", FROM_SWEEP, share},
    {"longest recovery from a cut", FROM_SWEEP, recovery},
    {"boots of a recovery, at most", FROM_SWEEP, boots},
    {"runs after a failed trial", FROM_CRASH, after},
    {"fleet: bricks on day one", FROM_FLEET, first_day},
    {"fleet: bricks after a week", FROM_FLEET, week},
    {"fleet: 5 % to 95 % of rollouts", FROM_FLEET, week_spread},
    {"fleet: service calls of the week", FROM_FLEET, week_cost},
};

const struct compare_line *compare_line_at(unsigned index)
{
    return index < sizeof lines / sizeof lines[0] ? &lines[index] : NULL;
}

/* ---- the table ------------------------------------------------------------- */

static const char letters[] = {[FROM_RUN] = 'R',
                               [FROM_WEAR] = 'W',
                               [FROM_SWEEP] = 'S',
                               [FROM_CRASH] = 'C',
                               [FROM_FLEET] = 'S'};

static void put_head(FILE *out, const struct compare *compare)
{
    fprintf(out, "%-*s", LABEL, "");
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        fprintf(out, " %*s", CELL, compare->row[i].way->name);
    }
    fputc('\n', out);
}

static void put_line(FILE *out, const struct compare *compare,
                     const struct compare_line *line)
{
    char cell[COMPARE_CELL];

    fprintf(out, "%c %-*s", letters[line->source], LABEL - 2, line->name);
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        fprintf(out, " %*s", CELL, line->cell(&compare->row[i], cell));
    }
    fputc('\n', out);
}

static void put_notes(FILE *out, const struct compare *compare)
{
    fprintf(out,
            "\nOne cut in a run, at every position, in %s%s; without QEMU.\n",
            compare->family != NULL ? "these forms: " : "all forms",
            compare->family != NULL ? compare->family : "");
    if (compare->first == 0) {
        fputs("recovery and unsafe take no patch: a patch needs its base until "
              "the new image is complete,\nand with one slot the base is what "
              "is overwritten.\n",
              out);
    }
}

static void put_token(FILE *out, char letter, const struct compare_row *row,
                      const struct token *token)
{
    char text[TOKEN_MAX];

    (void)token_print(token, text, sizeof text);
    fprintf(out, "  %c %-8s  %s\n", letter, row->way->name, text);
}

static void put_tokens(FILE *out, const struct compare *compare)
{
    fputs("\nR: the update. W: updates in a row. C: an update that crashes. S: "
          "a sweep; its token is that\nof the run without a cut, and 'otalab "
          "sweep --native --as WAY' repeats the whole.\n'otalab replay TOKEN' "
          "repeats a run.\n",
          out);
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        const struct compare_row *row = &compare->row[i];

        put_token(out, 'R', row, &row->run);
        put_token(out, 'W', row, &row->wear);
        put_token(out, 'S', row, &row->sweep);
        put_token(out, 'C', row, &row->crash);
    }
}

static void put_windows(FILE *out, const struct compare_row *row)
{
    char from[COMPARE_CELL];
    char to[COMPARE_CELL];

    fprintf(out, "\n%s: a cut can be fatal\n", row->way->name);
    for (size_t i = 0; i < row->windows; i++) {
        const struct compare_window *window = &row->window[i];

        fprintf(out, "  positions %4" PRIu32 " to %4" PRIu32 "  %12s to %12s\n",
                window->first, window->last,
                seconds(window->time.from_ns, from),
                seconds(window->time.to_ns, to));
    }
    if (row->windows == 0) {
        fputs("  nowhere\n", out);
    }
}

void compare_text(FILE *out, const struct compare *compare, bool verbose)
{
    enum compare_source last = FROM_RUN;

    fprintf(out, "%s: %s\n\n", compare->scenario, compare->title);
    put_head(out, compare);
    for (unsigned i = 0; compare_line_at(i) != NULL; i++) {
        const struct compare_line *line = compare_line_at(i);

        if (line->source == FROM_FLEET && compare->fleet.devices == 0) {
            continue;
        }
        if (line->source != last) {
            fputc('\n', out);
        }
        last = line->source;
        put_line(out, compare, line);
    }
    put_notes(out, compare);
    for (unsigned i = 0; verbose && i < COMPARE_WAYS; i++) {
        put_windows(out, &compare->row[i]);
    }
    put_tokens(out, compare);
}

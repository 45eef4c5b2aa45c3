/* SPDX-License-Identifier: MIT */
#include "report/cost.h"

#include <inttypes.h>
#include <string.h>

/* ---- text ---------------------------------------------------------------- */

const char *cost_energy(uint64_t uj, char *out, size_t size)
{
    static const struct {
        const char *name;
        uint64_t unit; /* uJ */
    } scale[] = {{"kJ", 1000000000u}, {"J", 1000000u}, {"mJ", 1000u}};
    unsigned i = 0;

    while (i < 2 && uj < scale[i].unit) {
        i++;
    }
    uint64_t unit = scale[i].unit;

    snprintf(out, size, "%" PRIu64 ".%03u %s", uj / unit,
             (unsigned)(uj % unit * 1000u / unit), scale[i].name);
    return out;
}

static void begin(FILE *out, const char *what, unsigned number)
{
    fprintf(out, "  %-8s ", what);
    if (number != 0) {
        fprintf(out, "device %u: ", number);
    }
}

static void say_flash(FILE *out, const struct outcome_cost *cost,
                      unsigned number)
{
    begin(out, "cost", number);
    fprintf(out,
            "%" PRIu64 " programs, %" PRIu64 " erases, %" PRIu64
            " of the worst sector; bytes: %" PRIu64 " down, %" PRIu64 " up\n",
            cost->programs, cost->erases, cost->worst_sector,
            cost->payload[LINK_DOWN], cost->payload[LINK_UP]);
}

/* Resumed, not restarted. */
static void say_fetched(FILE *out, const struct outcome_cost *cost,
                        unsigned number)
{
    begin(out, "fetched", number);
    fprintf(out, "%" PRIu64 " bytes for %" PRIu64 " needed, %" PRIu64 " %%\n",
            cost->received, cost->needed, cost->received * 100 / cost->needed);
}

/* The loads, the largest states of the radio. */
static void say_energy(FILE *out, const struct outcome_cost *cost,
                       unsigned number)
{
    static const char *const loads[] = {"cpu", "flash", "radio", "base"};
    char text[32];

    begin(out, "energy", number);
    fprintf(out, "%s", cost_energy(cost->account.total_uj, text, sizeof text));
    for (unsigned i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        fprintf(out, "%s %s %s", i == 0 ? ":" : ",", loads[i],
                cost_energy(account_load_uj(&cost->account, loads[i]), text,
                            sizeof text));
    }
    fputc('\n', out);
}

static void say_radio(FILE *out, const struct outcome_cost *cost,
                      unsigned number)
{
    const char *mark = "";

    begin(out, "radio", number);
    for (unsigned i = 0; i < ACCOUNT_ROWS; i++) {
        uint64_t ns = cost->account.ns[i];

        if (strcmp(account_load(i), "radio") == 0 && ns != 0) {
            fprintf(out, "%s%s %" PRIu64 ".%03u s", mark, account_state(i),
                    ns / 1000000000u, (unsigned)(ns / 1000000u % 1000u));
            mark = ", ";
        }
    }
    fputc('\n', out);
}

static void say_bill(FILE *out, const struct outcome_cost *cost,
                     unsigned number)
{
    const struct bill *bill = &cost->bill;

    begin(out, "bill", number);
    fprintf(out,
            "%" PRIu64 " bytes on the air in %" PRIu64 " session%s: %" PRIu64
            " x %" PRIu64 " bytes",
            bill->carried, bill->sessions, bill->sessions == 1 ? "" : "s",
            bill_quanta(bill), bill->quantum);
    if (bill->price != 0) {
        fprintf(out, ", %" PRIu64 ".%06u in money", bill_cost(bill) / 1000000u,
                (unsigned)(bill_cost(bill) % 1000000u));
    }
    fputc('\n', out);
}

void cost_text(FILE *out, const struct outcome_cost *cost, unsigned number)
{
    say_flash(out, cost, number);
    if (cost->needed != 0) {
        say_fetched(out, cost, number);
    }
    say_energy(out, cost, number);
    if (cost->bill.sessions != 0) {
        say_radio(out, cost, number);
        say_bill(out, cost, number);
    }
}

/* ---- JSON ---------------------------------------------------------------- */

/* {"cpu": {"run": {"ns": .., "uj": ..}, ..}, ..} */
static void json_account(struct json *json, const struct account *account)
{
    json_open(json, "energy", '{');
    json_number(json, "uj", account->total_uj);
    json_number(json, "ns", account->total_ns);
    for (unsigned i = 0; i < ACCOUNT_ROWS; i++) {
        const char *load = account_load(i);
        const char *next = account_load(i + 1);

        if (i == 0 || strcmp(account_load(i - 1), load) != 0) {
            json_open(json, load, '{');
        }
        json_open(json, account_state(i), '{');
        json_number(json, "ns", account->ns[i]);
        json_number(json, "uj", account->uj[i]);
        json_close(json, '}');
        if (next == NULL || strcmp(next, load) != 0) {
            json_close(json, '}');
        }
    }
    json_close(json, '}');
}

static void json_way(struct json *json, const char *key,
                     const struct outcome_cost *cost,
                     enum link_direction direction)
{
    json_open(json, key, '{');
    json_number(json, "datagrams", cost->datagrams[direction]);
    json_number(json, "payload_bytes", cost->payload[direction]);
    json_number(json, "air_bytes", cost->air[direction]);
    json_close(json, '}');
}

static void json_bill(struct json *json, const struct bill *bill)
{
    json_open(json, "bill", '{');
    json_number(json, "sessions", bill->sessions);
    json_number(json, "air_bytes", bill->carried);
    json_number(json, "quantum_bytes", bill->quantum);
    json_number(json, "quanta", bill_quanta(bill));
    json_number(json, "billed_bytes", bill_bytes(bill));
    json_number(json, "cost_millionths", bill_cost(bill));
    json_close(json, '}');
}

void cost_json(struct json *json, const struct outcome_cost *cost)
{
    json_open(json, NULL, '{');
    json_open(json, "flash", '{');
    json_number(json, "programs", cost->programs);
    json_number(json, "erases", cost->erases);
    json_number(json, "worst_sector", cost->worst_sector);
    json_close(json, '}');
    json_open(json, "fetched", '{');
    json_number(json, "received_bytes", cost->received);
    json_number(json, "needed_bytes", cost->needed);
    json_close(json, '}');
    json_way(json, "down", cost, LINK_DOWN);
    json_way(json, "up", cost, LINK_UP);
    json_account(json, &cost->account);
    json_bill(json, &cost->bill);
    json_close(json, '}');
}

/* SPDX-License-Identifier: MIT */
/*
 * Does libcoap read what our codec writes, and do both refuse the same? Random
 * messages, first whole, then with bytes changed or cut off, are read by both.
 * Left out are messages with an option whose length only one of them limits, as
 * libcoap refuses the whole message then (sim/outside/coap.h says why we do not).
 *
 *   agree SEED ROUNDS
 */
#include <coap3/coap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "outside/coap.h"

#define LARGEST 4096u
#define EXPERIMENTAL 65000u /* numbers that nobody has registered */

struct tally {
    unsigned read;    /* by both, the same */
    unsigned refused; /* by both */
    unsigned left_out;
    unsigned differ;
};

static struct rng rng;

static uint32_t below(uint32_t bound)
{
    return (uint32_t)rng_below(&rng, bound);
}

static void write_options(struct wcoap_writer *w, const uint8_t *value)
{
    uint32_t from = 0;

    for (uint32_t i = below(7); i > 0; i--) {
        uint32_t number = from + below(20);
        const struct wcoap_rule *rule = wcoap_rule(number);
        if (rule != NULL) {
            uint32_t spread = rule->max - rule->min + 1u;
            wcoap_add(w, number, value,
                      rule->min + below(spread < 40 ? spread : 40));
            from = number + !rule->repeatable;
        }
    }
    if (below(2)) {
        wcoap_add(w, EXPERIMENTAL + below(500), value, below(700));
    }
}

static uint32_t write_message(uint8_t *out)
{
    static const uint8_t codes[] = {WCOAP_GET, WCOAP_POST, WCOAP_CONTENT,
                                    WCOAP_NOT_FOUND};
    uint8_t value[LARGEST];
    struct wcoap_writer w;

    rng_fill(&rng, value, sizeof(value));
    wcoap_begin(&w, out, LARGEST, (enum wcoap_type)below(4), codes[below(4)],
                (uint16_t)below(65536));
    wcoap_token(&w, value, below(9));
    write_options(&w, value);
    wcoap_payload(&w, value, below(3) ? below(1100) : 0);
    return (uint32_t)wcoap_end(&w);
}

static uint32_t damage(uint8_t *bytes, uint32_t length)
{
    if (below(3) == 0) {
        return below(length);
    }
    /* mostly where the header and the options are */
    for (uint32_t i = below(3); i < 3; i++) {
        uint32_t at = below(below(4) ? (length < 24 ? length : 24) : length);
        bytes[at] = (uint8_t)rng_next(&rng);
    }
    return length;
}

static bool same_options(const uint8_t *bytes, const struct wcoap_message *ours,
                         coap_pdu_t *theirs)
{
    coap_opt_iterator_t iterator;
    uint32_t i = 0;

    coap_option_iterator_init(theirs, &iterator, COAP_OPT_ALL);
    for (coap_opt_t *option = coap_option_next(&iterator); option != NULL;
         option = coap_option_next(&iterator)) {
        if (i == ours->options || iterator.number != ours->option[i].number ||
            coap_opt_length(option) != ours->option[i].length ||
            memcmp(coap_opt_value(option), bytes + ours->option[i].offset,
                   ours->option[i].length) != 0) {
            return false;
        }
        i++;
    }
    return i == ours->options;
}

static bool same(const uint8_t *bytes, const struct wcoap_message *ours,
                 coap_pdu_t *theirs)
{
    coap_bin_const_t token = coap_pdu_get_token(theirs);
    const uint8_t *payload = NULL;
    size_t length = 0;

    (void)coap_get_data(theirs, &length, &payload);
    return (int)coap_pdu_get_type(theirs) == ours->type &&
           (int)coap_pdu_get_code(theirs) == ours->code &&
           coap_pdu_get_mid(theirs) == ours->id &&
           token.length == ours->token_length &&
           memcmp(token.s, ours->token, token.length) == 0 &&
           length == ours->payload_length &&
           (length == 0 ||
            memcmp(payload, bytes + ours->payload, length) == 0) &&
           same_options(bytes, ours, theirs);
}

/* RFC 7252, table 4, allows it; libcoap wants a byte. */
static bool is_empty_query(const struct wcoap_option *option)
{
    return option->number == WCOAP_URI_QUERY && option->length == 0;
}

/* An option whose number would be above 65535: libcoap 4.3.1 lets its 16 bits
 * run over. */
static bool runs_over(const uint8_t *bytes, uint32_t length, int err,
                      const struct wcoap_message *ours)
{
    uint32_t at = 4u + ours->token_length;
    uint32_t number = 0;

    if (ours->options > 0) {
        const struct wcoap_option *last = &ours->option[ours->options - 1];
        at = (uint32_t)last->offset + last->length;
        number = last->number;
    }
    return err == WCOAP_E_OPTION && at + 2 < length && bytes[at] >> 4 == 14 &&
           number + 269u + (uint32_t)(bytes[at + 1] << 8 | bytes[at + 2]) >
               65535u;
}

/* Do both have the same rules for all that is in the message? */
static bool comparable(const uint8_t *bytes, uint32_t length, int err,
                       const struct wcoap_message *ours)
{
    if (err == WCOAP_E_CLASS || err == WCOAP_E_MANY ||
        runs_over(bytes, length, err, ours)) {
        return false;
    }
    for (uint32_t i = 0; i < ours->options; i++) {
        const struct wcoap_option *option = &ours->option[i];
        if (option->use == WCOAP_BAD_LENGTH || is_empty_query(option) ||
            (option->use == WCOAP_UNKNOWN && option->number < EXPERIMENTAL)) {
            return false;
        }
    }
    return true;
}

static void compare(const uint8_t *bytes, uint32_t length, struct tally *tally)
{
    struct wcoap_message ours;
    coap_pdu_t *theirs = coap_pdu_init(COAP_MESSAGE_CON, 0, 0, LARGEST);

    if (theirs == NULL) {
        tally->differ++;
        return;
    }
    int err = wcoap_decode(bytes, length, &ours);
    int read = coap_pdu_parse(COAP_PROTO_UDP, bytes, length, theirs);
    if (!comparable(bytes, length, err, &ours)) {
        tally->left_out++;
    } else if (err != WCOAP_OK && !read) {
        tally->refused++;
    } else if (err == WCOAP_OK && read && same(bytes, &ours, theirs)) {
        tally->read++;
    } else {
        tally->differ++;
        printf("differ: we say %s, libcoap %s; %u bytes:",
               wcoap_error_name(err), read ? "reads" : "refuses", length);
        for (uint32_t i = 0; i < length && i < 40; i++) {
            printf(" %02x", bytes[i]);
        }
        printf("\n");
    }
    coap_delete_pdu(theirs);
}

int main(int argc, char **argv)
{
    struct tally whole = {0};
    struct tally damaged = {0};
    uint8_t bytes[LARGEST];

    if (argc != 3) {
        fprintf(stderr, "agree SEED ROUNDS\n");
        return 2;
    }
    coap_set_log_level((coap_log_t)0);
    unsigned long rounds = strtoul(argv[2], NULL, 10);
    rng_init(&rng, strtoul(argv[1], NULL, 10), "agree");
    for (unsigned long i = 0; i < rounds; i++) {
        uint32_t length = write_message(bytes);
        compare(bytes, length, &whole);
        compare(bytes, damage(bytes, length), &damaged);
    }
    printf("whole: %u read, %u refused, %u left out, %u differ\n", whole.read,
           whole.refused, whole.left_out, whole.differ);
    printf("damaged: %u read, %u refused, %u left out, %u differ\n",
           damaged.read, damaged.refused, damaged.left_out, damaged.differ);
    return whole.read + whole.left_out == rounds &&
                   whole.read > rounds / 10 * 9 && damaged.read > rounds / 10 &&
                   damaged.refused > rounds / 10 && damaged.differ == 0
               ? 0
               : 1;
}

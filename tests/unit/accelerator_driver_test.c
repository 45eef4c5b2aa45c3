/* SPDX-License-Identifier: MIT */
/*
 * The accelerator's driver on the host, against the model and against units
 * that answer anything: it accepts what software accepts, and nothing else.
 */
#include "board/accelerator.c"

#include <criterion/criterion.h>
#include <stdio.h>

#include "device/accelerator.h"

static struct accelerator unit;
static uint64_t now;
static uint8_t page[CTL_DATA_SIZE];
static uint32_t results[6];
static const uint8_t *fed; /* an address does not fit into an argument */
static uint32_t broken;    /* a command that is refused, 0: none */
static bool echoes;        /* says that it is done, and touches nothing */
static unsigned asked;

/* ---- the controller ---------------------------------------------------------- */

static void put64(unsigned first, uint64_t value)
{
    results[first] = (uint32_t)value;
    results[first + 1] = (uint32_t)(value >> 32);
}

static void answer_status(void)
{
    asked++;
    if (accelerator_busy(&unit, now)) {
        results[0] = 1;
        put64(1, accelerator_until(&unit, now) / BOARD_NS_PER_CYCLE);
    } else if (!echoes) {
        results[3] = unit.failed;
        memcpy(page, unit.result, sizeof(unit.result));
    }
}

uint32_t ctl_command(uint32_t command, const uint32_t *args, unsigned count)
{
    bool done = true;

    memset(results, 0, sizeof(results));
    cr_assert_eq(count, command == CTL_HASH_FEED ? 2u : 0u);
    if (command == broken) {
        return CTL_E_FAILED;
    }
    if (command == CTL_CRYPTO_STATUS) {
        answer_status();
        return CTL_OK;
    }
    if (accelerator_busy(&unit, now)) {
        return CTL_E_BUSY;
    }
    if (command == CTL_HASH_BEGIN) {
        accelerator_begin(&unit);
    } else if (command == CTL_HASH_FEED) {
        done = accelerator_feed(&unit, now, fed, args[1]);
    } else if (command == CTL_HASH_END) {
        done = accelerator_end(&unit, now);
    } else {
        cr_assert_eq(command, CTL_PK_VERIFY);
        accelerator_verify(&unit, now, page);
    }
    put64(0, accelerator_until(&unit, now) / BOARD_NS_PER_CYCLE);
    return done ? CTL_OK : CTL_E_FAILED;
}

uint32_t ctl_result(unsigned index)
{
    return results[index];
}

uint64_t ctl_result64(unsigned index)
{
    return (uint64_t)results[index + 1] << 32 | results[index];
}

void ctl_put(const void *data, uint32_t length)
{
    cr_assert_leq(length, CTL_DATA_SIZE);
    memcpy(page, data, length);
}

void ctl_get(void *data, uint32_t length)
{
    memcpy(data, page, length);
}

void board_wait_until(uint64_t until)
{
    uint64_t then = until * BOARD_NS_PER_CYCLE;

    now = then > now ? then : now;
}

/* ---- the devicetree ------------------------------------------------------------ */

static uint8_t blob[BOARD_DTB_SIZE];

const void *board_dtb(void)
{
    return blob;
}

static void make_blob(const char *compatible, const void *status, int length)
{
    cr_assert_eq(fdt_create(blob, (int)sizeof(blob)), 0);
    cr_assert_eq(fdt_finish_reservemap(blob), 0);
    cr_assert_eq(fdt_begin_node(blob, ""), 0);
    cr_assert_eq(fdt_begin_node(blob, "crypto"), 0);
    cr_assert_eq(fdt_property(blob, "compatible", compatible,
                              (int)strlen(compatible) + 1),
                 0);
    if (status != NULL) {
        cr_assert_eq(fdt_property(blob, "status", status, length), 0);
    }
    cr_assert_eq(fdt_end_node(blob), 0);
    cr_assert_eq(fdt_end_node(blob), 0);
    cr_assert_eq(fdt_finish(blob), 0);
}

/* ---- what is signed ------------------------------------------------------------- */

/* RFC 6979, A.2.5: P-256, SHA-256, the message "sample". n: SEC 2, 2.4.2. */
#define QX "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
#define QY "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define HASH "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF"
#define R "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
#define S "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
#define N "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
#define GOOD QX QY HASH R S

struct signed_digest {
    uint8_t point[64];
    uint8_t digest[32];
    uint8_t signature[64];
};

static struct signed_digest read_input(const char *hex)
{
    struct signed_digest input;
    uint8_t *out = (uint8_t *)&input;

    cr_assert_eq(strlen(hex), 2 * sizeof(input));
    for (size_t i = 0; i < sizeof(input); i++) {
        unsigned value = 0;

        cr_assert_eq(sscanf(&hex[2 * i], "%2x", &value), 1);
        out[i] = (uint8_t)value;
    }
    return input;
}

static bool accepts(const char *hex)
{
    struct signed_digest input = read_input(hex);

    return accelerator_ops()->verify(input.signature, input.point,
                                     input.digest);
}

static bool hashes(const char *text, uint8_t digest[32])
{
    fed = (const uint8_t *)text;
    return accelerator_ops()->sha256(text, strlen(text), digest);
}

static void power_on(void)
{
    static const struct accelerator_figures figures = {1, 66, 1000};

    cr_assert_eq(accelerator_init(&unit, &figures), 0);
    make_blob("otalab,crypto", "okay", 5);
    broken = 0;
    echoes = false;
    asked = 0;
    now = 0;
}

TestSuite(accelerator_driver, .init = power_on);

/* ---- a sound unit ------------------------------------------------------------- */

Test(accelerator_driver, is_there_when_the_devicetree_says_so)
{
    cr_expect_not_null(accelerator_ops());
    make_blob("otalab,crypto", "disabled", 9);
    cr_expect_null(accelerator_ops());
    make_blob("otalab,crypto", "okay", 4);
    cr_expect_null(accelerator_ops(), "without its end");
    make_blob("otalab,crypto", NULL, 0);
    cr_expect_null(accelerator_ops());
    make_blob("otalab,other", "okay", 5);
    cr_expect_null(accelerator_ops());
}

Test(accelerator_driver, hashes_as_software_does)
{
    uint8_t digest[32];
    uint8_t want[32];

    cr_assert(hashes("sample", digest));
    cr_assert(crypto_sha256("sample", 6, want));
    cr_expect_arr_eq(digest, want, sizeof(want));
}

Test(accelerator_driver, accepts_a_signature)
{
    cr_expect(accepts(GOOD));
    cr_expect_eq(now, 1000u * BOARD_NS_PER_CYCLE, "no longer than it takes");
    cr_expect_eq(asked, 1);
}

Test(accelerator_driver, refuses_numbers_and_points_at_the_edges)
{
    static const char *const inputs[] = {
        QX QY HASH ZERO S, QX QY HASH R ZERO,  QX QY HASH ZERO ZERO,
        QX QY HASH N S,    QX QY HASH R N,     QX QY HASH ONES ONES,
        QY QX HASH R S,    ZERO ZERO HASH R S, ONES QY HASH R S,
        QX QY ONES R S,    QX QY HASH S R,     QX QY HASH R R,
    };

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        cr_expect_not(accepts(inputs[i]), "input %zu", i);
    }
}

/* r = x of Q, s = r: u1 = 0, u2 = 1. Anybody can make it, for any key. */
Test(accelerator_driver, refuses_a_digest_of_zeros)
{
    struct signed_digest input = read_input(QX QY ZERO QX QX);

    cr_expect(crypto_verify(input.signature, input.point, input.digest),
              "it is a valid signature");
    cr_expect_not(accepts(QX QY ZERO QX QX));
}

Test(accelerator_driver, agrees_with_software_on_turned_bits)
{
    for (unsigned bit = 0; bit < 8u * sizeof(struct signed_digest);
         bit += 11u) {
        struct signed_digest input = read_input(GOOD);

        ((uint8_t *)&input)[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
        cr_expect_eq(accelerator_ops()->verify(input.signature, input.point,
                                               input.digest),
                     crypto_verify(input.signature, input.point, input.digest),
                     "bit %u", bit);
    }
}

/* ---- broken units -------------------------------------------------------------- */

Test(accelerator_driver, takes_no_broken_result_for_a_yes)
{
    uint8_t digest[32];
    uint8_t want[32];

    cr_assert(crypto_sha256("sample", 6, want));
    for (uint32_t fault = ACCELERATOR_WRONG; fault <= ACCELERATOR_DEAD;
         fault++) {
        power_on();
        cr_assert_eq(accelerator_plant(&unit, (enum accelerator_fault)fault, 0,
                                       1000),
                     0);
        cr_expect_not(accepts(GOOD), "fault %u", fault);
        accelerator_reset(&unit);
        cr_expect_not(accepts(QX QY HASH ZERO S), "fault %u", fault);
        accelerator_reset(&unit);
        cr_expect_not(hashes("sample", digest) &&
                          memcmp(digest, want, sizeof(want)) == 0,
                      "fault %u", fault);
    }
}

Test(accelerator_driver, asks_a_stuck_one_three_times)
{
    cr_assert_eq(accelerator_plant(&unit, ACCELERATOR_STUCK, 0, 1), 0);
    cr_expect_not(accepts(GOOD));
    cr_expect_eq(asked, 3);
    cr_expect_eq(now, 4u * 1000u * BOARD_NS_PER_CYCLE);
    cr_expect_not(accepts(GOOD), "it is busy still");
}

/* What was given lies where the result will be: the key's x is no result. */
Test(accelerator_driver, does_not_read_back_what_it_has_given)
{
    echoes = true;
    cr_expect_not(accepts(QX QY HASH QX S));
    cr_expect_not(accepts(GOOD));
}

Test(accelerator_driver, heeds_every_refusal)
{
    uint8_t digest[32];

    for (broken = CTL_HASH_BEGIN; broken <= CTL_CRYPTO_STATUS; broken++) {
        bool of_hash = broken != CTL_PK_VERIFY;
        bool of_key = broken >= CTL_PK_VERIFY;

        cr_expect_eq(hashes("sample", digest), !of_hash, "0x%x", broken);
        cr_expect_eq(accepts(GOOD), !of_key, "0x%x", broken);
        accelerator_reset(&unit);
    }
}

/* SPDX-License-Identifier: MIT */
/* The accelerator as a model, against published vectors and the library. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "board/registers.h"
#include "device/accelerator.h"
#include "device/ecdsa_x.h"
#include "ota/crypto.h"

static const struct accelerator_figures figures = {.fitted = 1,
                                                   .block_cycles = 66,
                                                   .verify_cycles = 1000};
static struct accelerator unit;

static void fit(void)
{
    cr_assert_eq(accelerator_init(&unit, &figures), 0);
}

TestSuite(accelerator, .init = fit);

static void bytes_of(const char *hex, uint8_t *out)
{
    for (size_t i = 0; hex[2 * i] != '\0'; i++) {
        unsigned value;

        cr_assert_eq(sscanf(&hex[2 * i], "%2x", &value), 1);
        out[i] = (uint8_t)value;
    }
}

static void expect_result(const char *hex)
{
    uint8_t want[ACCELERATOR_RESULT];

    bytes_of(hex, want);
    cr_expect_arr_eq(unit.result, want, sizeof(want));
}

/* RFC 6979, A.2.5: P-256, SHA-256, the message "sample". */
#define QX "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
#define QY "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define HASH "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF"
#define R "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
#define S "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
/* SEC 2, 2.4.2 */
#define N "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

static void verify(const char *hex)
{
    uint8_t input[ACCELERATOR_INPUT];

    bytes_of(hex, input);
    accelerator_verify(&unit, 0, input);
}

/* ---- hashes ------------------------------------------------------------------ */

/* FIPS 180-2, B.1 and B.2. */
Test(accelerator, hashes_the_published_messages)
{
    static const uint8_t two[] =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    accelerator_begin(&unit);
    cr_assert(accelerator_feed(&unit, 0, (const uint8_t *)"abc", 3));
    cr_assert(accelerator_end(&unit, 0));
    expect_result("ba7816bf8f01cfea414140de5dae2223"
                  "b00361a396177a9cb410ff61f20015ad");
    accelerator_begin(&unit);
    cr_assert(accelerator_feed(&unit, 0, two, 30));
    cr_assert(accelerator_feed(&unit, 0, two + 30, 26));
    cr_assert(accelerator_end(&unit, 0));
    expect_result("248d6a61d20638b8e5c026930c3e6039"
                  "a33ce45964ff2167f6ecedd419db06c1");
}

Test(accelerator, is_busy_for_each_block_and_the_padding)
{
    static const uint8_t bytes[130];
    uint64_t block = 66u * BOARD_NS_PER_CYCLE;

    accelerator_begin(&unit);
    cr_assert(accelerator_feed(&unit, 5000, bytes, 130));
    cr_expect_eq(accelerator_until(&unit, 5000), 5000 + 2 * block);
    cr_expect(accelerator_busy(&unit, 5000 + 2 * block - 1));
    cr_expect_not(accelerator_busy(&unit, 5000 + 2 * block));
    cr_assert(accelerator_feed(&unit, 20000, bytes, 1));
    cr_expect_not(accelerator_busy(&unit, 20000), "131 bytes are two blocks");
    cr_assert(accelerator_feed(&unit, 20000, bytes, 56));
    cr_assert(accelerator_end(&unit, 30000));
    cr_expect_eq(accelerator_until(&unit, 30000), 30000 + 2 * block,
                 "187 bytes and padding are four blocks, two of them done");
}

Test(accelerator, feeds_and_ends_only_what_was_begun)
{
    cr_expect_not(accelerator_feed(&unit, 0, (const uint8_t *)"abc", 3));
    cr_expect_not(accelerator_end(&unit, 0));
    accelerator_begin(&unit);
    cr_assert(accelerator_end(&unit, 0));
    cr_expect_not(accelerator_end(&unit, 0));
    accelerator_begin(&unit);
    verify(QX QY HASH R S);
    cr_expect_not(accelerator_end(&unit, 0), "a verification ends a hash");
}

/* ---- signatures ---------------------------------------------------------------- */

Test(accelerator, gives_the_number_that_r_is_compared_with)
{
    verify(QX QY HASH R S);
    cr_expect_eq(unit.failed, 0);
    cr_expect_eq(accelerator_until(&unit, 0), 1000u * BOARD_NS_PER_CYCLE);
    expect_result(R);
    verify(QX QY ONES R S);
    cr_expect_eq(unit.failed, 0);
    cr_expect_neq(unit.result[0], 0xEF, "another digest, another number");
}

Test(accelerator, refuses_what_is_out_of_range)
{
    static const char *const inputs[] = {
        QX QY HASH ZERO S, QX QY HASH R ZERO,  QX QY HASH N S,
        QX QY HASH R N,    QX QY HASH ONES S,  QX QY HASH R ONES,
        QY QX HASH R S,    ZERO ZERO HASH R S, ONES QY HASH R S,
        QX QX HASH R S,
    };

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        verify(inputs[i]);
        cr_expect_eq(unit.failed, 1, "input %zu", i);
        expect_result(ZERO);
    }
}

/* Where software accepts, the number is r, and nowhere else. */
Test(accelerator, agrees_with_software)
{
    uint8_t input[ACCELERATOR_INPUT];
    uint8_t x[32];

    for (unsigned i = 0; i < ACCELERATOR_INPUT * 8u; i += 37u) {
        bytes_of(QX QY HASH R S, input);
        input[i / 8u] ^= (uint8_t)(i > 0 ? 1u << i % 8u : 0u);
        bool done = ecdsa_x(input, input + 64, input + 96, x);
        cr_expect_eq(done && memcmp(x, input + 96, 32) == 0,
                     crypto_verify(input + 96, input, input + 64), "bit %u", i);
    }
}

/* ---- faults and resets ----------------------------------------------------------- */

Test(accelerator, a_wrong_result_has_one_bit_turned)
{
    cr_assert_eq(accelerator_plant(&unit, ACCELERATOR_WRONG, 0, 1), 0);
    cr_expect_eq(unit.bad, 0);
    verify(QX QY HASH R S);
    cr_expect_eq(unit.result[0], 0xEE);
    cr_expect_eq(unit.bad, 1);
    verify(QX QY HASH R S);
    expect_result(R);
    cr_expect_eq(unit.bad, 1);
}

/* The earlier one would be forgotten, and nobody would know. */
Test(accelerator, one_fault_after_the_other)
{
    cr_assert_eq(accelerator_plant(&unit, ACCELERATOR_WRONG, 1, 1), 0);
    cr_expect_eq(accelerator_plant(&unit, ACCELERATOR_DEAD, 0, 1), -1);
    verify(QX QY HASH R S);
    cr_expect_eq(accelerator_plant(&unit, ACCELERATOR_DEAD, 0, 1), -1);
    verify(QX QY HASH R S);
    cr_expect_eq(unit.result[0], 0xEE);
    cr_expect_eq(accelerator_plant(&unit, ACCELERATOR_DEAD, 0, 1), 0);
    cr_expect_eq(unit.bad, 0);
    verify(QX QY HASH R S);
    expect_result(ZERO);
}

Test(accelerator, a_stuck_one_is_busy_until_a_reset)
{
    cr_assert_eq(accelerator_plant(&unit, ACCELERATOR_STUCK, 0, 1), 0);
    verify(QX QY HASH R S);
    cr_expect(accelerator_busy(&unit, UINT64_C(1) << 60));
    cr_expect_eq(accelerator_until(&unit, 7), 7 + 1000u * BOARD_NS_PER_CYCLE);
    accelerator_reset(&unit);
    cr_expect_not(accelerator_busy(&unit, 0));
    expect_result(ZERO);
}

Test(accelerator, a_dead_one_says_zero_as_often_as_it_was_told)
{
    verify(QX QY HASH R S);
    cr_assert_eq(accelerator_plant(&unit, ACCELERATOR_DEAD, 0, 2), 0);
    verify(QX QY HASH R S);
    expect_result(ZERO);
    accelerator_reset(&unit);
    verify(QX QY HASH ZERO S);
    cr_expect_eq(unit.failed, 0, "it does not even refuse");
    expect_result(ZERO);
    verify(QX QY HASH R S);
    expect_result(R);
}

Test(accelerator, a_fault_waits_for_its_result)
{
    cr_assert_eq(accelerator_plant(&unit, ACCELERATOR_WRONG, 1, 1), 0);
    verify(QX QY HASH R S);
    expect_result(R);
    verify(QX QY HASH R S);
    cr_expect_eq(unit.result[0], 0xEE);
    verify(QX QY HASH R S);
    expect_result(R);
}

Test(accelerator, needs_its_figures)
{
    struct accelerator_figures bad = figures;

    bad.block_cycles = 0;
    cr_expect_eq(accelerator_init(&unit, &bad), -1);
    bad.fitted = 0;
    cr_expect_eq(accelerator_init(&unit, &bad), 0);
}

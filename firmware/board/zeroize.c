/* SPDX-License-Identifier: MIT */
/*
 * mbedTLS's way to clear a secret. Its own goes through a pointer in RAM, and
 * what the ROM does for the bootloader must not need the ROM's RAM.
 */
#include <mbedtls/platform_util.h>
#include <string.h>

void mbedtls_platform_zeroize(void *buffer, size_t length)
{
    memset(buffer, 0, length);
    /* the compiler must take it that somebody reads what was written */
    __asm__ volatile("" : : "r"(buffer) : "memory");
}

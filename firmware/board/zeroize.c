/* SPDX-License-Identifier: MIT */
/*
 * mbedTLS's function to clear a secret. Its own version uses a pointer in RAM,
 * but the ROM's services must not need the ROM's RAM.
 */
#include <mbedtls/platform_util.h>
#include <string.h>

void mbedtls_platform_zeroize(void *buffer, size_t length)
{
    memset(buffer, 0, length);
    /* the compiler must assume that the bytes are read */
    __asm__ volatile("" : : "r"(buffer) : "memory");
}

/* SPDX-License-Identifier: MIT */
#include "tls/moment.h"

#define DAY_S 86400

/* Days since 1970 of a date in the Gregorian calendar; years begin in March, so
 * that the leap day is the last of its year. */
static int64_t days(int64_t year, int64_t month, int64_t day)
{
    int64_t from_march = (month + 9) % 12;
    int64_t years = month > 2 ? year : year - 1;

    return years * 365 + years / 4 - years / 100 + years / 400 +
           (from_march * 306 + 5) / 10 + day - 1 - 719468;
}

uint64_t moment_of(const mbedtls_x509_time *date)
{
    int64_t seconds = days(date->year, date->mon, date->day) * DAY_S +
                      date->hour * 3600 + date->min * 60 + date->sec;

    return seconds > 0 ? (uint64_t)seconds : 0;
}

/* SPDX-License-Identifier: MIT */
#include "report/spread_json.h"

void spread_json(struct json *json, const char *key,
                 const struct spread *spread)
{
    json_open(json, key, '{');
    json_number(json, "least", spread->least);
    json_number(json, "p5", spread->low);
    json_number(json, "median", spread->median);
    json_number(json, "p95", spread->high);
    json_number(json, "most", spread->most);
    json_close(json, '}');
}

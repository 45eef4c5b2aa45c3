/* SPDX-License-Identifier: MIT */
/* The grammar of the world around the device: link, battery, server. */
#include "scenario/schema.h"

#include "scenario/scenario.h"
#include "scenario/schema_rows.h"
#include "manifest/make.h"
#include "outside/battery.h"
#include "outside/dtls.h"
#include "outside/server.h"

/* Who signs an image or a publication. */
const struct schema_choice schema_image_keys[] = {
    {"root", 0, "the product's key"},
    {"root1", 1, "the product's second key"},
    {"root2", 2, "the product's third key"},
    {"wrong", 3, "a key unknown to the device"},
    {NULL, 0, NULL}};

/* ---- the link ---------------------------------------------------------- */

/* In the order of link_kind_at(). */
static const struct schema_choice link_kinds[] = {
    {"ideal", 0, "no delay, no rate limit, no loss"},
    {"nb-iot", 1,
     "NB-IoT at the edge of a cell: 15.6 kbit/s up, 21 kbit/s down, round "
     "trips of 1.6 to 10 s"},
    {"nb-iot-good", 2,
     "NB-IoT near the mast: 62.5 kbit/s up, 26 kbit/s down, round trips of 1.6 "
     "s"},
    {"lte-m", 3, "LTE-M: 1 Mbit/s, round trips of 50 to 150 ms"},
    {NULL, 0, NULL}};

#define CHANCE(label, type, member, says, written)                             \
    {                                                                          \
        .key = (label), .kind = SCHEMA_CHANCE, IN(type, member),               \
        BOUNDS(0, LINK_PPM), .help = (says), .usual = "(depends on the kind)", \
        .example = (written)                                                   \
    }
#define DELAY(label, member, says, otherwise, written)                        \
    {                                                                         \
        .key = (label), .kind = SCHEMA_TIME, IN(schema_network_keys, member), \
        BOUNDS(0, LINK_TIME_LIMIT), .help = (says), .usual = (otherwise),     \
        .example = (written)                                                  \
    }
#define RATE(label, member, says, otherwise, written)                         \
    {                                                                         \
        .key = (label), .kind = SCHEMA_RATE, IN(schema_network_keys, member), \
        BOUNDS(1u, LINK_RATE_LIMIT), .help = (says), .usual = (otherwise),    \
        .example = (written)                                                  \
    }

static const struct schema_key burst_keys[] = {
    {.key = "begin",
     .kind = SCHEMA_CHANCE,
     REQUIRED,
     IN(schema_network_keys, figures.burst_begin),
     .help = "Probability, before each datagram, that a burst begins",
     .example = "1%"},
    {.key = "end",
     .kind = SCHEMA_CHANCE,
     REQUIRED,
     IN(schema_network_keys, figures.burst_end),
     .help = "Probability, before each datagram, that the burst ends",
     .example = "20%"},
    {.key = "loss",
     .kind = SCHEMA_CHANCE,
     IN(schema_network_keys, figures.burst_loss),
     .help = "Share of the datagrams lost during a burst",
     .usual = "100%",
     .example = "80%"},
    {.key = NULL}};

const struct schema_map schema_burst = {
    .name = "burst",
    .path = "network.burst",
    .keys = burst_keys,
    .help = "Loss that comes in bursts, in addition to random loss."};

static const struct schema_key network_keys[] = {
    {.key = "kind",
     .kind = SCHEMA_CHOICE,
     IN(schema_network_keys, kind),
     .choices = link_kinds,
     .help = "The kind of link; it supplies every value that is not given",
     .usual = "ideal",
     .example = "nb-iot"},
    RATE("rate", rate, "Rate in both directions", "(depends on the kind)",
         "60kbit/s"),
    RATE("up", rate_of[LINK_UP], "Rate from the device to the server",
         "(as rate)", "20kbit/s"),
    RATE("down", rate_of[LINK_DOWN], "Rate from the server to the device",
         "(as rate)", "60kbit/s"),
    DELAY("latency", figures.latency,
          "Delay of a datagram in either direction, in addition to its time on "
          "the air",
          "(depends on the kind)", "40ms"),
    DELAY("jitter", figures.jitter,
          "Random extra delay, up to this much; datagrams stay in order",
          "(depends on the kind)", "10ms"),
    CHANCE("loss", schema_network_keys, figures.loss,
           "Share of the datagrams that are lost at random", "2%"),
    {.key = "burst",
     .kind = SCHEMA_MAP,
     .map = &schema_burst,
     .help = "Loss that comes in bursts",
     .usual = "(depends on the kind)",
     .example = "{begin: 1%, end: 20%, loss: 80%}"},
    CHANCE("duplicate", schema_network_keys, figures.duplicate,
           "Share of the datagrams that arrive twice", "1%"),
    DELAY("duplicate_time", figures.duplicate_time,
          "Longest delay of the second copy", "(depends on the kind)", "100ms"),
    CHANCE("reorder", schema_network_keys, figures.reorder,
           "Share of the datagrams that are held back so that later ones "
           "overtake them",
           "1%"),
    DELAY("reorder_time", figures.reorder_time, "How long they are held back",
          "(500ms with reorder, otherwise depends on the kind)", "500ms"),
    {.key = "mtu",
     .kind = SCHEMA_NUMBER,
     IN(schema_network_keys, figures.mtu),
     BOUNDS(1u, LINK_BYTES + 1000u),
     .help =
         "Longest datagram in bytes, including overhead; longer ones are lost",
     .usual = "(depends on the kind)",
     .example = "1280"},
    {.key = "overhead",
     .kind = SCHEMA_NUMBER,
     IN(schema_network_keys, figures.overhead),
     BOUNDS(0, 1000u),
     .help = "Bytes of lower-layer headers added to each datagram on the air",
     .usual = "(depends on the kind)",
     .example = "28"},
    {.key = "live",
     .kind = SCHEMA_TEXT,
     IN(schema_network_keys, live),
     .help = "Address and port of a real server, reached through a socket of "
             "the host, in place of the modelled one; the link stays",
     .usual = "(the modelled server)",
     .example = "127.0.0.1:5683"},
    {.key = NULL}};

const struct schema_map schema_network = {
    .name = "network",
    .path = "network",
    .keys = network_keys,
    .help = "The link between device and server. Properties apply to both "
            "directions; those not given come from the kind."};

/* ---- the bill ---------------------------------------------------------- */

static const struct schema_key billing_keys[] = {
    {.key = "quantum",
     .kind = SCHEMA_SIZE,
     IN(scenario, billing.quantum),
     BOUNDS(1u, UINT32_MAX),
     .help =
         "Bytes on the air are rounded up to whole quanta in every session, "
         "which lasts from the modem's waking to its sleep",
     .usual = "1000B",
     .example = "10000B"},
    {.key = "price",
     .kind = SCHEMA_NUMBER,
     IN(scenario, billing.price),
     BOUNDS(0, UINT32_MAX),
     .help = "Price of one quantum, in millionths of the currency",
     .usual = "0",
     .example = "50"},
    {.key = NULL}};

const struct schema_map schema_billing = {
    .name = "billing",
    .path = "billing",
    .keys = billing_keys,
    .help = "Cellular contracts charge in quanta of 1, 10 or 25 kB for each "
            "session."};

/* ---- the battery ------------------------------------------------------- */

static const struct schema_key battery_keys[] = {
    {.key = "capacity",
     .kind = SCHEMA_ENERGY,
     IN(scenario_battery, figures.capacity_uj),
     BOUNDS(1u, BATTERY_UJ_LIMIT),
     .help = "Energy of the full battery",
     .usual = "10kJ",
     .example = "500J"},
    {.key = "charge",
     .kind = SCHEMA_CHANCE,
     IN(scenario_battery, charge),
     .help = "State of charge at power-on",
     .usual = "100%",
     .example = "40%"},
    {.key = "resistance",
     .kind = SCHEMA_OHMS,
     IN(scenario_battery, figures.full_mohm),
     BOUNDS(0, BATTERY_MOHM_LIMIT),
     .help = "Internal resistance, both full and empty unless resistance_empty "
             "is given; it makes a weak cell brown out",
     .usual = "(800mohm, and 6ohm when empty)",
     .example = "2000mohm"},
    {.key = "resistance_empty",
     .kind = SCHEMA_OHMS,
     IN(scenario_battery, figures.empty_mohm),
     BOUNDS(0, BATTERY_MOHM_LIMIT),
     .help = "Internal resistance of the empty battery; in between, it rises "
             "evenly",
     .usual = "(resistance if that is given, otherwise 6ohm)",
     .example = "6ohm"},
    {.key = NULL}};

const struct schema_map schema_battery = {
    .name = "battery",
    .path = "battery",
    .keys = battery_keys,
    .help = "A lithium cell, drained by CPU, flash and radio."};

/* ---- the server -------------------------------------------------------- */

static const struct schema_choice manifest_flaws[] = {
#define FLAW_CHOICE(name, text, help) {text, MANIFEST_FLAW_##name, help},
    MANIFEST_FLAWS(FLAW_CHOICE)
#undef FLAW_CHOICE
        {NULL, 0, NULL}};

static const struct schema_key publish_keys[] = {
    {.key = "image",
     .kind = SCHEMA_IMAGE,
     REQUIRED,
     IN(scenario_publish, image),
     .help = "The image",
     .example = "update"},
    {.key = "version",
     .kind = SCHEMA_VERSION,
     IN(scenario_publish, version),
     .help = "Version claimed by the descriptor",
     .usual = "(the image's)",
     .example = "1.3.0"},
    {.key = "counter",
     .kind = SCHEMA_NUMBER,
     IN(scenario_publish, counter),
     BOUNDS(0, UINT32_MAX),
     .help = "Security counter claimed by the descriptor",
     .usual = "(the image's)",
     .example = "2"},
    {.key = "size",
     .kind = SCHEMA_SIZE,
     IN(scenario_publish, size),
     BOUNDS(0, UINT32_MAX),
     .help = "Size claimed by the descriptor",
     .usual = "(the image's)",
     .example = "1MiB"},
    {.key = "release",
     .kind = SCHEMA_NUMBER,
     IN(scenario_publish, release),
     BOUNDS(1u, UINT32_MAX),
     .help = "Number of the release",
     .usual = "(one more than the last)",
     .example = "7"},
    {.key = "key",
     .kind = SCHEMA_SIGNER,
     IN(scenario_publish, key),
     .choices = schema_image_keys,
     .help = "Key that signs the descriptor",
     .usual = "root",
     .example = "wrong"},
    {.key = "bad_digest",
     .kind = SCHEMA_BOOL,
     IN(scenario_publish, bad_digest),
     .help = "Whether the descriptor carries the digest of other bytes",
     .usual = "false",
     .example = "true"},
    {.key = "vendor",
     .kind = SCHEMA_TEXT,
     IN(scenario_publish, vendor),
     .help = "Domain of the maker for whose devices the manifest is",
     .usual = MANIFEST_DOMAIN,
     .example = "other.example"},
    {.key = "class",
     .kind = SCHEMA_TEXT,
     IN(scenario_publish, model),
     .help = "Model for which the manifest is",
     .usual = MANIFEST_CLASS,
     .example = "board-2"},
    {.key = "uri",
     .kind = SCHEMA_TEXT,
     IN(scenario_publish, uri),
     .help = "Where the manifest says that the image is",
     .usual = "image",
     .example = "https://edge.example/app.img"},
    {.key = "text",
     .kind = SCHEMA_TEXT,
     IN(scenario_publish, text),
     .help = "Description for people, in a severed part of the manifest",
     .usual = "(none)",
     .example = "Mends the pump"},
    {.key = "battery",
     .kind = SCHEMA_NUMBER,
     IN(scenario_publish, battery_mwh),
     BOUNDS(1u, UINT32_MAX),
     .help = "Energy in mWh that must be left for the update",
     .usual = "(no matter)",
     .example = "20"},
    {.key = "sever",
     .kind = SCHEMA_BOOL,
     IN(scenario_publish, sever),
     .help = "Whether the install sequence comes beside the manifest, which "
             "has only its digest",
     .usual = "false",
     .example = "true"},
    {.key = "flaw",
     .kind = SCHEMA_CHOICE,
     IN(scenario_publish, flaw),
     .choices = manifest_flaws,
     .help = "What is wrong with the manifest, which is correctly signed",
     .usual = "none",
     .example = "command"},
    {.key = "known_good",
     .kind = SCHEMA_BOOL,
     IN(scenario_publish, known_good),
     .help = "Whether it is offered only to a device that reports from its "
             "recovery image that a release has failed for good",
     .usual = "false",
     .example = "true"},
    {.key = NULL}};

const struct schema_map schema_publish = {
    .name = "publish",
    .path = "steps[].do.publish",
    .keys = publish_keys,
    .help = "What the signed descriptor says, whether true or not."};

/* In the order of enum server_fault_kind. */
#define FAULT_KINDS                                                            \
    {"silent", SERVER_SILENT, "receives requests, but never answers"},         \
        {"refuse", SERVER_REFUSE, "answers with only an error code"},          \
        {"corrupt", SERVER_CORRUPT, "one byte of the content is changed"},     \
        {"wrong-etag", SERVER_WRONG_ETAG,                                      \
         "the ETag changes during the transfer, the content does not"},        \
        {"truncate", SERVER_TRUNCATE, "blocks come with bytes missing"},       \
        {"wrong-block", SERVER_WRONG_BLOCK,                                    \
         "blocks carry another block's number"},                               \
        {"wrong-token", SERVER_WRONG_TOKEN, "answers match no request"},       \
        {"other-image", SERVER_OTHER_IMAGE,                                    \
         "the content changes during the transfer, the ETag does not"},        \
        {"replay", SERVER_REPLAY,                                              \
         "offers everything it has published so far, in turn"},                \
        {"restart", SERVER_RESTART,                                            \
         "forgets its exchanges before it answers, as after a restart"},       \
        {"stall", SERVER_STALL,                                                \
         "acknowledges requests, but the answer never comes"},                 \
        {"wrong-size", SERVER_WRONG_SIZE, "Size2 is larger than the content"}, \
        {"endless", SERVER_ENDLESS,                                            \
         "more blocks follow for ever, also past the end"},                    \
        {"small-blocks", SERVER_SMALL_BLOCKS,                                  \
         "blocks are smaller than requested"},                                 \
    {                                                                          \
        "huge-option", SERVER_HUGE_OPTION,                                     \
            "answers carry a long option that nobody knows"                    \
    }

static const struct schema_choice fault_kinds[] = {FAULT_KINDS,
                                                   {NULL, 0, NULL}};
const struct schema_choice schema_behave_kinds[] = {
    {"all", UINT32_MAX, "every kind"}, FAULT_KINDS, {NULL, 0, NULL}};

static const struct schema_choice resources[] = {
    {"descriptor", SERVER_DESCRIPTION, "what is published"},
    {"manifest", SERVER_MANIFEST, "what is published, as a manifest"},
    {"image", SERVER_IMAGE, "the image, in blocks"},
    {"status", SERVER_STATUS, "the resource to which devices report"},
    {"delta", SERVER_DELTA, "patches that make the image from an older one"},
    {NULL, 0, NULL}};

static const struct schema_key misbehave_keys[] = {
    {.key = "kind",
     .kind = SCHEMA_CHOICE,
     REQUIRED,
     IN(action, fault_kind),
     .choices = fault_kinds,
     .help = "The kind of misbehaviour",
     .example = "corrupt"},
    {.key = "resource",
     .kind = SCHEMA_CHOICE,
     IN(action, fault.resource),
     .choices = resources,
     .help = "The affected resource",
     .usual = "image",
     .example = "descriptor"},
    {.key = "from",
     .kind = SCHEMA_SIZE,
     IN(action, fault.from),
     BOUNDS(0, UINT32_MAX),
     .help =
         "First affected byte of the content; for corrupt, the affected byte",
     .usual = "0B",
     .example = "1000B"},
    {.key = "value",
     .kind = SCHEMA_NUMBER,
     IN(action, fault.value),
     BOUNDS(1u, UINT32_MAX),
     .help = "corrupt: value with which the byte is XORed; truncate: number of "
             "bytes missing from each block; wrong-block: number added to the "
             "block number; wrong-size: number added to Size2; small-blocks: "
             "size of the blocks; huge-option: length of the option",
     .usual = "1; for small-blocks and huge-option 64",
     .example = "2"},
    {.key = "code",
     .kind = SCHEMA_CODE,
     IN(action, fault.value),
     BOUNDS(4u << 5, (6u << 5) - 1u),
     .help = "refuse: code of the answer, of class 4 or 5",
     .usual = "5.03",
     .example = "4.04"},
    {.key = "image",
     .kind = SCHEMA_IMAGE,
     IN(action, text),
     .help = "other-image: the image sent instead; required there",
     .example = "other"},
    {.key = "times",
     .kind = SCHEMA_NUMBER,
     IN(action, fault.times),
     BOUNDS(1u, UINT32_MAX),
     .help = "How many answers are affected",
     .usual = "(all, until 'behave')",
     .example = "1"},
    {.key = NULL}};

const struct schema_map schema_misbehave = {
    .name = "misbehave",
    .path = "steps[].do.misbehave",
    .keys = misbehave_keys,
    .help = "The server misbehaves, as real servers, caches and proxies have "
            "done. Several kinds may be active at a time."};

/* ---- the protected channel --------------------------------------------- */

const struct schema_choice schema_securities[] = {
    {"plain", SECURITY_PLAIN, "datagrams in the clear"},
    {"psk", SECURITY_PSK, "DTLS 1.2 with a key that both know"},
    {"x509", SECURITY_X509, "DTLS 1.2 with certificates on both sides"},
    {NULL, 0, NULL}};

const struct schema_choice schema_faces[] = {
    {"good", DTLS_GOOD, "the server itself"},
    {"other-authority", DTLS_OTHER_AUTHORITY,
     "a certificate that somebody else has signed"},
    {"other-name", DTLS_OTHER_NAME, "a certificate for another name"},
    {"expired", DTLS_EXPIRED, "a certificate that is no longer valid"},
    {"not-yet-valid", DTLS_NOT_YET_VALID,
     "a certificate that is not valid yet"},
    {"other-psk", DTLS_OTHER_PSK, "another shared key"},
    {"plain-only", DTLS_PLAIN_ONLY, "nothing: nobody listens there"},
    {NULL, 0, NULL}};

const struct schema_choice schema_generators[] = {{"good", 0, "random numbers"},
                                                  {"stuck", 1,
                                                   "the same byte for ever"},
                                                  {NULL, 0, NULL}};

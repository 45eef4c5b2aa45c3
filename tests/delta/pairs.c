/* SPDX-License-Identifier: MIT */
/*
 * The device's decoder on real pairs of images (tools/delta-pairs.sh): resumed
 * at every byte of the patch, at every KiB of the image, and in pieces of many
 * sizes. With --speed it measures instead.
 *
 *   pairs [--speed] BASE TARGET...
 */
#include <stdio.h>
#include <time.h>

#include "base/file.h"
#include "delta/rig.h"

#define ROUNDS 200u
#define KIB 1024u

struct pair {
    struct bytes base;
    struct bytes target;
    uint8_t *patch;
    struct rig rig;
    uint8_t *out; /* room for the image and a piece more */
};

static struct bytes read_bytes(const char *path)
{
    struct diag diag = {""};
    uint8_t *bytes = NULL;
    size_t size = 0;

    if (file_read(path, PATCH_IMAGE_MAX, &bytes, &size, &diag) != 0) {
        fprintf(stderr, "pairs: %s\n", diag.text);
        exit(2);
    }
    return (struct bytes){bytes, (uint32_t)size};
}

static void open_pair(struct pair *pair, struct bytes base, const char *path)
{
    struct diag diag = {""};
    uint32_t size = 0;

    pair->base = base;
    pair->target = read_bytes(path);
    pair->out = malloc(2u * PATCH_IMAGE_MAX);
    if (pair->out == NULL ||
        patch_create(base, pair->target, &pair->patch, &size, &diag) != 0 ||
        rig_init(&pair->rig, base, (struct bytes){pair->patch, size}) !=
            DELTA_NONE) {
        fprintf(stderr, "pairs: %s: %s\n", path, diag.text);
        exit(2);
    }
}

static void close_pair(struct pair *pair)
{
    free((void *)(uintptr_t)pair->target.at);
    free(pair->patch);
    free(pair->out);
}

static bool gives(const struct pair *pair, struct pace pace)
{
    uint32_t made = 0;
    enum delta_why why = rig_run(&pair->rig, &pace, pair->out, &made);

    return why == DELTA_NONE && made == pair->target.size &&
           memcmp(pair->out, pair->target.at, made) == 0;
}

/* ---- testing -------------------------------------------------------------- */

static bool gives_in_pieces(const struct pair *pair)
{
    bool good = true;

    for (uint32_t size = 1; size <= 256 && good; size++) {
        good = gives(pair, (struct pace){size, 257 - size, false});
    }
    return good;
}

static int say(const char *path, const char *what, bool good)
{
    printf("%s %s: %s\n", good ? "ok" : "not ok", what, path);
    return good ? 0 : 1;
}

static int test(const struct pair *pair, const char *path)
{
    return say(path, "resumed at every byte of the patch",
               gives(pair, (struct pace){1, PATCH_IMAGE_MAX, true})) |
           say(path, "resumed at every KiB of the image",
               gives(pair, (struct pace){64, KIB, true})) |
           say(path, "in pieces of 1 to 256 bytes", gives_in_pieces(pair));
}

/* ---- measuring ------------------------------------------------------------ */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Image bytes per second in MB, with the hash of the base. */
static int measure(const struct pair *pair, const char *path)
{
    double start = seconds();
    bool good = true;

    for (unsigned i = 0; i < ROUNDS; i++) {
        good = gives(pair, (struct pace){256, KIB, false}) && good;
    }
    printf("%s %u %.1f %zu %u\n", path, pair->rig.patch.size,
           1e-6 * ROUNDS * pair->target.size / (seconds() - start),
           sizeof(struct delta), DELTA_SAVED);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    bool speed = argc > 1 && strcmp(argv[1], "--speed") == 0;
    int first = speed ? 2 : 1;
    int failed = 0;

    if (argc < first + 2) {
        fprintf(stderr, "usage: pairs [--speed] BASE TARGET...\n");
        return 2;
    }
    struct bytes base = read_bytes(argv[first]);
    for (int i = first + 1; i < argc; i++) {
        struct pair pair;
        open_pair(&pair, base, argv[i]);
        failed |= speed ? measure(&pair, argv[i]) : test(&pair, argv[i]);
        close_pair(&pair);
    }
    free((void *)(uintptr_t)base.at);
    return failed;
}

/* SPDX-License-Identifier: MIT */
/*
 * Carries out command sequences: a flat array of commands and arguments, with a
 * stack of frames for what is nested. A frame is a sequence, or a try-each with
 * the branches that it has not tried yet. A failed condition leaves frames
 * until one can go on: a try-each with its next branch, or what follows a
 * run-sequence that may fail.
 */
#include <string.h>

#include "ota/manifest.h"
#include "ota/manifest_parameters.h"

enum { FRAMES = 2u * OTA_MANIFEST_DEPTH, POLICY_MAX = 15 };

enum frame_kind { FRAME_TOP, FRAME_BRANCH, FRAME_NESTED, FRAME_CHOICE };

struct frame {
    struct cbor reader;
    uint32_t left; /* items, or branches */
    enum frame_kind kind;
    bool soft; /* its failure is not the failure of what it is in */
};

struct run {
    const struct ota_manifest *manifest;
    const struct ota_manifest_device
        *device; /* NULL: only check every branch */
    struct ota_manifest_plan *plan;
    struct frame frames[FRAMES];
    uint32_t depth;
    uint32_t sequences;
    uint32_t commands;
    uint32_t component;
    struct ota_manifest_parameters parameters[OTA_MANIFEST_COMPONENTS];
};

/* What a command says about going on. */
enum step { STEP_ON, STEP_FAILED, STEP_STOP };

static enum step refuse(struct run *run, enum agent_why why)
{
    run->plan->work = OTA_MANIFEST_REFUSED;
    run->plan->why = why;
    return STEP_STOP;
}

static struct frame *top(struct run *run)
{
    return &run->frames[run->depth - 1u];
}

static struct ota_manifest_parameters *current(struct run *run)
{
    return &run->parameters[run->component];
}

static const struct ota_manifest_value *value_of(
    const struct run *run, enum ota_manifest_parameter parameter)
{
    return &run->parameters[run->component].values[parameter];
}

/* ---- frames ----------------------------------------------------------------------- */

static enum step push(struct run *run, struct frame frame)
{
    bool sequence = frame.kind != FRAME_CHOICE;

    if (run->depth == FRAMES ||
        run->sequences + sequence > OTA_MANIFEST_DEPTH) {
        return refuse(run, AGENT_WHY_BAD_COMMAND);
    }
    run->sequences += sequence;
    run->frames[run->depth++] = frame;
    return STEP_ON;
}

static void pop(struct run *run)
{
    run->sequences -= top(run)->kind != FRAME_CHOICE;
    run->depth--;
}

static enum step enter(struct run *run, struct cbor_span bytes,
                       enum frame_kind kind)
{
    struct frame frame = {.reader = cbor_open(bytes),
                          .kind = kind,
                          .soft = kind == FRAME_BRANCH};

    if (!cbor_array(&frame.reader, &frame.left) || frame.left % 2u != 0) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    return push(run, frame);
}

/* ---- conditions --------------------------------------------------------------------- */

static bool uuid_is(const struct ota_manifest_value *value, const uint8_t *own)
{
    return own != NULL && memcmp(value->bytes, own, OTA_MANIFEST_UUID) == 0;
}

static bool is_vendor(const struct run *run)
{
    return uuid_is(value_of(run, PARAMETER_VENDOR), run->device->vendor);
}

static bool is_class(const struct run *run)
{
    return uuid_is(value_of(run, PARAMETER_CLASS), run->device->class_id);
}

static bool is_device(const struct run *run)
{
    return uuid_is(value_of(run, PARAMETER_DEVICE), run->device->device);
}

static bool is_slot(const struct run *run)
{
    return run->component == 0 &&
           value_of(run, PARAMETER_SLOT)->number == run->device->target;
}

static bool is_image(const struct run *run)
{
    const struct ota_manifest_device *device = run->device;

    return device->matches(device->context, run->component,
                           value_of(run, PARAMETER_SIZE)->number,
                           value_of(run, PARAMETER_FILE_DIGEST)->bytes);
}

static bool is_no_image(const struct run *run)
{
    return !is_image(run);
}

static bool has_battery(const struct run *run)
{
    return run->device->battery_mwh >= value_of(run, PARAMETER_BATTERY)->number;
}

static bool is_version(const struct run *run)
{
    return ota_manifest_version_is(value_of(run, PARAMETER_VERSION),
                                   run->device->version);
}

static bool takes_patch(const struct run *run)
{
    return run->device->takes_patch;
}

static bool never(const struct run *run)
{
    (void)run;
    return false;
}

#define BIT(parameter) (1u << PARAMETER_##parameter)
#define IMAGE (BIT(FILE_DIGEST) | BIT(SIZE))

static const struct condition {
    int32_t code;
    uint32_t needs; /* parameters */
    bool (*holds)(const struct run *run);
    enum agent_why why;
} conditions[] = {
    {1, BIT(VENDOR), is_vendor, AGENT_WHY_WRONG_DEVICE},
    {2, BIT(CLASS), is_class, AGENT_WHY_WRONG_DEVICE},
    {3, IMAGE, is_image, AGENT_WHY_CONDITION_FAILED},
    {5, BIT(SLOT), is_slot, AGENT_WHY_CONDITION_FAILED},
    {14, 0, never, AGENT_WHY_CONDITION_FAILED}, /* abort */
    {24, BIT(DEVICE), is_device, AGENT_WHY_WRONG_DEVICE},
    {25, IMAGE, is_no_image, AGENT_WHY_CONDITION_FAILED},
    {26, BIT(BATTERY), has_battery, AGENT_WHY_CONDITION_FAILED},
    {28, BIT(VERSION), is_version, AGENT_WHY_CONDITION_FAILED},
    {-260, 0, takes_patch, AGENT_WHY_CONDITION_FAILED},
};

/* The argument of conditions and of some directives: what to report. */
static bool read_policy(struct run *run)
{
    uint32_t policy;

    return cbor_uint(&top(run)->reader, &policy) && policy <= POLICY_MAX;
}

static bool lacks(struct run *run, uint32_t needs)
{
    return (current(run)->set & needs) != needs;
}

static enum step check(struct run *run, const struct condition *condition)
{
    if (!read_policy(run)) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    if (run->device == NULL) {
        return STEP_ON;
    }
    if (lacks(run, condition->needs)) {
        return refuse(run, AGENT_WHY_BAD_PARAMETER);
    }
    if (condition->holds(run)) {
        return STEP_ON;
    }
    run->plan->why = condition->why;
    return STEP_FAILED;
}

/* ---- directives ---------------------------------------------------------------------- */

static enum step set_component(struct run *run)
{
    uint32_t index;

    if (cbor_next(&top(run)->reader) != CBOR_UINT) { /* several at once */
        return refuse(run, AGENT_WHY_BAD_COMMAND);
    }
    if (!cbor_uint(&top(run)->reader, &index)) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    if (index >= run->manifest->components) {
        return refuse(run, AGENT_WHY_BAD_COMPONENT);
    }
    run->component = index;
    return STEP_ON;
}

/* Soft failure belongs to the sequence, not to the component. */
static enum step override(struct run *run)
{
    struct ota_manifest_parameters *parameters = current(run);
    enum agent_why why;

    parameters->set &= ~BIT(SOFT);
    why = ota_manifest_override(&top(run)->reader, parameters);
    if (why) {
        return refuse(run, why);
    }
    if (ota_manifest_has(parameters, PARAMETER_SOFT)) {
        top(run)->soft = parameters->values[PARAMETER_SOFT].number != 0;
    }
    return STEP_ON;
}

/* Branches are byte strings, the last may be null: to do nothing. */
static enum step skip_branches(struct run *run, struct cbor *reader,
                               uint32_t count)
{
    struct cbor_span bytes;

    for (uint32_t i = 0; i < count; i++) {
        bool last = i + 1u == count && cbor_next(reader) == CBOR_SIMPLE;

        if (last ? !cbor_null(reader) : !cbor_bytes(reader, &bytes)) {
            return refuse(run, AGENT_WHY_BAD_MANIFEST);
        }
    }
    return STEP_ON;
}

static enum step try_each(struct run *run)
{
    struct frame choice = {.kind = FRAME_CHOICE};
    struct cbor *reader = &top(run)->reader;

    if (!cbor_array(reader, &choice.left) || choice.left == 0) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    choice.reader = *reader;
    enum step step = skip_branches(run, reader, choice.left);
    return step == STEP_ON ? push(run, choice) : step;
}

static enum step run_sequence(struct run *run)
{
    struct cbor_span bytes;

    return cbor_bytes(&top(run)->reader, &bytes)
               ? enter(run, bytes, FRAME_NESTED)
               : refuse(run, AGENT_WHY_BAD_MANIFEST);
}

static void fill(struct run *run, enum ota_manifest_work work)
{
    struct ota_manifest_plan *plan = run->plan;
    const struct ota_manifest_value *uri = value_of(run, PARAMETER_URI);

    plan->work = work;
    plan->component = run->component;
    plan->size = value_of(run, PARAMETER_SIZE)->number;
    plan->counter = value_of(run, PARAMETER_COUNTER)->number;
    plan->patch = value_of(run, PARAMETER_PATCH)->number;
    plan->source = value_of(run, PARAMETER_SOURCE)->number;
    plan->file_digest = value_of(run, PARAMETER_FILE_DIGEST)->bytes;
    plan->image_digest = value_of(run, PARAMETER_IMAGE_DIGEST)->bytes;
    plan->uri = (struct cbor_span){uri->bytes, uri->number};
}

static bool source_exists(const struct run *run)
{
    return value_of(run, PARAMETER_PATCH)->number == 0 ||
           value_of(run, PARAMETER_SOURCE)->number < run->manifest->components;
}

/* What is there already needs not be fetched. */
static enum step fetch(struct run *run)
{
    if (!read_policy(run)) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    if (run->device == NULL) {
        return STEP_ON;
    }
    if (lacks(run, IMAGE | BIT(URI))) {
        return refuse(run, AGENT_WHY_BAD_PARAMETER);
    }
    if (!source_exists(run)) {
        return refuse(run, AGENT_WHY_BAD_COMPONENT);
    }
    if (is_image(run)) {
        return STEP_ON;
    }
    fill(run, OTA_MANIFEST_TO_FETCH);
    return STEP_STOP;
}

static enum step invoke(struct run *run)
{
    if (!read_policy(run)) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    if (run->device == NULL) {
        return STEP_ON;
    }
    fill(run, OTA_MANIFEST_TO_INVOKE);
    return STEP_STOP;
}

static const struct {
    int32_t code;
    enum step (*act)(struct run *run);
} directives[] = {
    {12, set_component}, {15, try_each}, {20, override},
    {21, fetch},         {23, invoke},   {32, run_sequence},
};

/* ---- going on ------------------------------------------------------------------------- */

static enum step command(struct run *run)
{
    int32_t code;

    top(run)->left -= 2u;
    if (!cbor_int(&top(run)->reader, &code)) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    if (++run->commands > OTA_MANIFEST_COMMANDS) {
        return refuse(run, AGENT_WHY_BAD_COMMAND);
    }
    for (unsigned i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        if (conditions[i].code == code) {
            return check(run, &conditions[i]);
        }
    }
    for (unsigned i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
        if (directives[i].code == code) {
            return directives[i].act(run);
        }
    }
    return refuse(run, AGENT_WHY_BAD_COMMAND);
}

/* The next branch of the try-each on top; without one, it has failed. */
static enum step branch(struct run *run)
{
    struct frame *choice = top(run);
    struct cbor_span bytes;

    if (choice->left == 0) {
        pop(run);
        return run->device != NULL ? STEP_FAILED : STEP_ON;
    }
    choice->left--;
    if (cbor_next(&choice->reader) == CBOR_SIMPLE) { /* null: do nothing */
        pop(run);
        return STEP_ON;
    }
    (void)cbor_bytes(&choice->reader, &bytes);
    return enter(run, bytes, FRAME_BRANCH);
}

/* A sequence is over, and with it the try-each that it is a branch of. */
static enum step leave(struct run *run)
{
    enum frame_kind kind = top(run)->kind;

    if (!cbor_is_over(&top(run)->reader)) {
        return refuse(run, AGENT_WHY_BAD_MANIFEST);
    }
    pop(run);
    if (kind == FRAME_BRANCH && run->device != NULL) {
        pop(run);
    }
    return STEP_ON;
}

static enum step go_on(struct run *run)
{
    struct frame *frame = top(run);

    if (frame->kind == FRAME_CHOICE) {
        return branch(run);
    }
    return frame->left != 0 ? command(run) : leave(run);
}

/* A condition has failed. Where does it go on? */
static enum step fail(struct run *run)
{
    while (run->depth != 0) {
        bool soft = top(run)->soft;

        pop(run);
        if (soft) {
            return STEP_ON;
        }
    }
    return refuse(run, run->plan->why);
}

static enum step carry_out(struct run *run, struct cbor_span sequence)
{
    enum step step = enter(run, sequence, FRAME_TOP);

    run->component = 0;
    while (step == STEP_ON && run->depth != 0) {
        step = go_on(run);
        step = step == STEP_FAILED ? fail(run) : step;
    }
    return step;
}

static enum step carry_out_both(struct run *run,
                                enum ota_manifest_sequence sequence)
{
    const struct ota_manifest *manifest = run->manifest;
    enum step step = carry_out(run, manifest->sequences[OTA_MANIFEST_SHARED]);

    if (step != STEP_ON || sequence == OTA_MANIFEST_SHARED) {
        return step;
    }
    if (manifest->sequences[sequence].bytes != NULL) {
        return carry_out(run, manifest->sequences[sequence]);
    }
    return manifest->severed[sequence] && run->device != NULL
               ? refuse(run, AGENT_WHY_BAD_SEVERING)
               : STEP_ON;
}

void ota_manifest_run(const struct ota_manifest *manifest,
                      enum ota_manifest_sequence sequence,
                      const struct ota_manifest_device *device,
                      struct ota_manifest_plan *plan)
{
    struct run run = {.manifest = manifest, .device = device, .plan = plan};

    memset(plan, 0, sizeof(*plan));
    if (carry_out_both(&run, sequence) == STEP_ON) {
        plan->why = AGENT_WHY_NONE; /* of a branch that failed */
        run.component = 0;
        fill(&run, OTA_MANIFEST_DONE);
    } else if (plan->work != OTA_MANIFEST_REFUSED) {
        plan->why = AGENT_WHY_NONE;
    }
}

enum agent_why ota_manifest_check(const struct ota_manifest *manifest,
                                  enum ota_manifest_sequence sequence)
{
    struct ota_manifest_plan plan;

    ota_manifest_run(manifest, sequence, NULL, &plan);
    return plan.why;
}

/* SPDX-License-Identifier: MIT */
#include "tui/inject.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "device/flash.h"
#include "scenario/fault_text.h"

/* ---- naming an event ----------------------------------------------------------- */

/* How many events of that kind and device there are up to `at`. */
static unsigned number_of(const struct history *history, uint64_t at,
                          const struct event *like)
{
    unsigned nth = 0;

    for (uint64_t n = 1; n <= at; n++) {
        struct event event;

        history_event(history, n, &event);
        nth += event.code == like->code && event.device == like->device;
    }
    return nth;
}

/* "flash.erase,device=1,nth=3" */
static void name_event(const struct history *history, uint64_t at, char *out,
                       size_t size)
{
    struct event event;
    char device[24] = "";

    history_event(history, at, &event);
    if (event.device != 0) {
        snprintf(device, sizeof device, ",device=%" PRIu32, event.device);
    }
    snprintf(out, size, "%s%s,nth=%u", event_kind(event.code)->name, device,
             number_of(history, at, &event));
}

bool inject_here(const struct model *model, const char *action, char *out,
                 size_t size)
{
    char name[96];
    size_t length = fault_span(action, ",");
    const char *rest = action + length;

    if (action[fault_span(action, "@")] != '\0') {
        snprintf(out, size, "%s", action);
        return true;
    }
    if (model->at == 0 || model_history(model) == NULL) {
        return false;
    }
    name_event(model_history(model), model->at, name, sizeof name);
    snprintf(out, size, "%.*s@%s%s", (int)length, action, name, rest);
    return true;
}

/* ---- the menu -------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static void add(struct model *model,
                                                      const char *label,
                                                      const char *text,
                                                      const char *format, ...)
{
    struct model_menu *menu = &model->menu;
    va_list args;

    if (menu->items == MODEL_ITEMS) {
        return;
    }
    struct model_item *item = &menu->item[menu->items++];

    snprintf(item->label, sizeof item->label, "%s", label);
    snprintf(item->text, sizeof item->text, "%s", text);
    va_start(args, format);
    (void)vsnprintf(item->fault, sizeof item->fault, format, args);
    va_end(args);
}

/* The event at which the operation in flight began; 0: nothing is. */
static uint64_t work_event(const struct model *model)
{
    const struct picture_device *device = model_device(model);
    enum event_code begins;

    switch (device->work.what) {
    case PICTURE_PROGRAM:
        begins = EVENT_FLASH_PROGRAM;
        break;
    case PICTURE_ERASE:
        begins = EVENT_FLASH_ERASE;
        break;
    default:
        return 0;
    }
    for (uint64_t n = model->at; n > 0; n--) {
        struct event event;

        history_event(model_history(model), n, &event);
        if (event.code == (uint32_t)begins &&
            event.device == model->device + 1) {
            return n;
        }
    }
    return 0;
}

static const char *const form_texts[FLASH_FORM_COUNT] = {
    [FLASH_FORM_BEFORE] = "nothing of it has happened",
    [FLASH_FORM_AFTER] = "all of it has happened, though unreported",
    [FLASH_FORM_PREFIX] = "only the first bytes are programmed",
    [FLASH_FORM_BITS] = "a random part of the bits has fallen",
    [FLASH_FORM_WORD_SPLIT] = "the first bytes, then some bits of one word",
    [FLASH_FORM_WEAK] = "reads right, but cannot be relied on",
    [FLASH_FORM_DISTURB] = "done, and neighbours have lost bits",
    [FLASH_FORM_ERASE_ZEROS] = "part of the sector is 0x00",
    [FLASH_FORM_ERASE_ALL_ZERO] = "the whole sector is 0x00",
    [FLASH_FORM_ERASE_MIX] = "old bits, zeros and ones",
    [FLASH_FORM_ERASE_WEAK] = "reads 0xFF, but cannot be relied on",
    [FLASH_FORM_ERASE_WORDS] = "words are old, erased or between",
};

/* A cut in each form that the operation in flight can be torn in. */
static void add_torn(struct model *model)
{
    uint64_t begun = work_event(model);
    enum flash_form forms[FLASH_FORM_COUNT];
    bool program = model_device(model)->work.what == PICTURE_PROGRAM;
    char name[96];

    if (begun == 0) {
        return;
    }
    unsigned count = flash_forms(program ? FLASH_PROGRAM : FLASH_ERASE, forms);

    name_event(model_history(model), begun, name, sizeof name);
    for (unsigned i = 0; i < count; i++) {
        char label[64];

        snprintf(label, sizeof label, "power cut, %s left %s",
                 program ? "program" : "erase", flash_form_name(forms[i]));
        add(model, label, form_texts[forms[i]],
            "power_cut@%s,done=50%%,form=%s,off_for=1s", name,
            flash_form_name(forms[i]));
    }
}

static void add_flip(struct model *model)
{
    const struct board_map *map = model_map(model);
    const struct board_part *part =
        map != NULL ? board_map_at(map, model->address) : NULL;
    char label[64];

    if (part != NULL) {
        snprintf(label, sizeof label, "bit flip at 0x%06" PRIx32 " (%.12s)",
                 model->address, part->name);
        add(model, label, "bit 0 of the byte under the hex pane's cursor",
            "bit_flip,do.partition=%s,offset=%" PRIu32 "B,bit=0", part->name,
            model->address - part->start);
    }
}

static void add_network(struct model *model)
{
    const struct scenario *scenario = model_scenario(model);

    if (scenario == NULL || !scenario->network.given) {
        return;
    }
    add(model, "outage for 30 s", "the network is gone for half a minute",
        "outage,for=30s");
    add(model, "link down", "the network is gone, until it is put up again",
        "link=down");
    add(model, "slow link, 10 % loss", "1 kbit/s, and every tenth packet lost",
        "network,rate=1kbit/s,loss=10%%");
    add(model, "server: corrupt image",
        "one byte of the image is changed on the way",
        "misbehave,kind=corrupt,do.resource=image,do.from=2000B");
    add(model, "server: silent", "the server receives, and never answers",
        "misbehave,kind=silent");
    add(model, "server: refuses", "the server answers 5.03 to everything",
        "misbehave,kind=refuse");
}

void inject_menu(struct model *model)
{
    const struct scenario *scenario = model_scenario(model);

    model->menu = (struct model_menu){.open = true};
    snprintf(model->menu.title, sizeof model->menu.title,
             "break it at event #%" PRIu64, model->at);
    add(model, "power cut", "power fails for 1 s; what is in flight is torn",
        "power_cut,off_for=1s");
    add_torn(model);
    add(model, "reset", "the reset pin; power stays", "reset");
    add_flip(model);
    add_network(model);
    if (scenario != NULL && scenario->battery.given) {
        add(model, "battery at 4 %", "almost empty", "charge=4%%");
    }
    if (scenario != NULL && scenario->accelerator) {
        add(model, "accelerator: wrong result", "one bit of it is turned",
            "accelerator,fault=wrong-result");
    }
    add(model, "type a line to the device", "its console: help, trial b ..",
        "console=");
}

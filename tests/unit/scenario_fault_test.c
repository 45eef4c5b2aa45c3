/* SPDX-License-Identifier: MIT */
#include "scenario/scenario.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* A scenario with the given step, or none. */
static struct scenario *scenario_with(const char *step)
{
    char text[1200];
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};
    int length =
        snprintf(text, sizeof text,
                 "scenario: x\ntitle: t\ndevices: 2\nnetwork: {}\n"
                 "battery: {}\n"
                 "images: {update: {build: app, version: 1.2.0}}\n"
                 "flash: {slot-a: update}\n%s%s\n"
                 "expect: [never: {event: cpu.fault}]\n",
                 step != NULL ? "steps:\n  - " : "", step != NULL ? step : "");

    cr_assert_eq(scenario_parse(text, (size_t)length, "x", &scenario, &diag), 0,
                 "%s", diag.text);
    return scenario;
}

/* Where a step was written is the only difference. */
static void forget_places(struct step *step)
{
    memset(&step->place, 0, sizeof step->place);
    memset(&step->on.place, 0, sizeof step->on.place);
    for (unsigned i = 0; i < SCENARIO_ACTIONS; i++) {
        memset(&step->action[i].place, 0, sizeof step->action[i].place);
    }
}

Test(scenario_fault, means_the_same_as_a_step_in_a_file)
{
    static const struct {
        const char *fault;
        const char *step;
    } rows[] = {
        {"power_cut@flash.erase,partition=slot-b,nth=3,done=40%,"
         "off_for=500ms",
         "{on: {event: flash.erase, partition: slot-b, nth: 3}, "
         "do: {power_cut: {done: 40%, off_for: 500ms}}}"},
        {"power_cut@12.5ms", "{at: 12.5ms, do: {power_cut: {}}}"},
        {"power_cut@1s,form=erase-mix,sram=kept,cause=brown-out",
         "{at: 1s, do: {power_cut: {form: erase-mix, sram: kept, "
         "cause: brown-out}}}"},
        {"reset@otp.burn,cause=watchdog",
         "{on: {event: otp.burn}, do: {reset: {cause: watchdog}}}"},
        {"console@app.ready,text=trial b",
         "{on: {event: app.ready}, do: {console: trial b}}"},
        {"flash_fail@boot.start,nth=2,text=ignore",
         "{on: {event: boot.start, nth: 2}, do: {flash_fail: ignore}}"},
        {"stop@2s", "{at: 2s, do: {stop: {}}}"},
        {"bit_flip@app.ready,partition=journal,offset=0x88,bit=3",
         "{on: {event: app.ready}, "
         "do: {bit_flip: {partition: journal, offset: 0x88, bit: 3}}}"},
        {"bit_flip@flash.erase,partition=slot-b,do.partition=journal,"
         "offset=0x88",
         "{on: {event: flash.erase, partition: slot-b}, "
         "do: {bit_flip: {partition: journal, offset: 0x88}}}"},
        {"bit_rot@2s,partition=slot-b,per_mib=64",
         "{at: 2s, do: {bit_rot: {partition: slot-b, per_mib: 64}}}"},
        {"power_cut@power.cut,off_for=3ms,do.off_for=1s",
         "{on: {event: power.cut, off_for: 3ms}, "
         "do: {power_cut: {off_for: 1s}}}"},
        {"publish=update@app.ready",
         "{on: {event: app.ready}, do: {publish: update}}"},
        {"publish@app.ready,text=update",
         "{on: {event: app.ready}, do: {publish: update}}"},
        {"publish@2s,image=update,counter=7,bad_digest=true",
         "{at: 2s, do: {publish: {image: update, counter: 7, "
         "bad_digest: true}}}"},
        {"withdraw@app.ready", "{on: {event: app.ready}, do: {withdraw: {}}}"},
        {"misbehave@agent.download,size=9..,kind=corrupt,do.from=1000B,times=1",
         "{on: {event: agent.download, size: 9..}, do: {misbehave: "
         "{kind: corrupt, from: 1000B, times: 1}}}"},
        {"misbehave@1s,kind=replay",
         "{at: 1s, do: {misbehave: {kind: replay}}}"},
        {"misbehave@1s,kind=other-image,image=update",
         "{at: 1s, do: {misbehave: {kind: other-image, image: update}}}"},
        {"behave=all@3s", "{at: 3s, do: {behave: all}}"},
        {"network@3s,kind=nb-iot,loss=25%",
         "{at: 3s, do: {network: {kind: nb-iot, loss: 25%}}}"},
        {"link=down@12s", "{at: 12s, do: {link: down}}"},
        {"outage@agent.download,for=20s",
         "{on: {event: agent.download}, do: {outage: 20s}}"},
        {"outage=20s@agent.download,slot=b",
         "{on: {event: agent.download, slot: b}, do: {outage: 20s}}"},
        {"charge@1s,text=50%", "{at: 1s, do: {charge: 50%}}"},
        {"power_cut@app.ready,device=2",
         "{on: {event: app.ready, device: 2}, do: {power_cut: {}}}"},
        {"link=down@12s,device=2", "{at: 12s, do: {link: down}, device: 2}"},
        {"console=\"a,b@c\"@app.ready,nth=2",
         "{on: {event: app.ready, nth: 2}, do: {console: \"a,b@c\"}}"},
        {"console@app.ready,text=\"x=\\\"1,2\\\" \\\\\",nth=2",
         "{on: {event: app.ready, nth: 2}, "
         "do: {console: \"x=\\\"1,2\\\" \\\\\"}}"},
        {"console=say \"hi\"@app.ready",
         "{on: {event: app.ready}, do: {console: 'say \"hi\"'}}"},
        {"console=name=\"hi\"@app.ready",
         "{on: {event: app.ready}, do: {console: 'name=\"hi\"'}}"},
        {"power_cut@flash.erase,partition=\"slot-b\",done=\"40%\"",
         "{on: {event: flash.erase, partition: slot-b}, "
         "do: {power_cut: {done: 40%}}}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scenario *file = scenario_with(rows[i].step);
        struct scenario *line = scenario_with(NULL);
        struct diag diag = {.text = ""};

        cr_assert_eq(scenario_add_fault(line, rows[i].fault, &diag), 0,
                     "%s: %s", rows[i].fault, diag.text);
        cr_assert_eq(line->steps, 1);
        forget_places(&file->step[0]);
        forget_places(&line->step[0]);
        cr_expect_arr_eq(&file->step[0], &line->step[0], sizeof file->step[0],
                         "%s", rows[i].fault);
        scenario_free(file);
        scenario_free(line);
    }
}

Test(scenario_fault, comes_after_the_steps_of_the_file)
{
    struct scenario *scenario = scenario_with("{at: 1s, do: {stop: {}}}");
    struct diag diag = {.text = ""};

    cr_assert_eq(scenario_add_fault(scenario, "power_cut@5ms", &diag), 0);
    cr_assert_eq(scenario_add_fault(scenario, "reset@6ms", &diag), 0);
    cr_assert_eq(scenario->steps, 3);
    cr_expect_eq(scenario->step[0].action[0].kind, ACTION_STOP);
    cr_expect_eq(scenario->step[1].at_ns, 5000000);
    cr_expect_eq(scenario->step[2].action[0].kind, ACTION_RESET);
    scenario_free(scenario);
}

Test(scenario_fault, wrong_ones_are_refused_with_their_column)
{
    static const struct {
        const char *fault;
        const char *says;
    } rows[] = {
        {"", "fault:1:1: '' is not a fault; write ACTION@EVENT or ACTION@TIME, "
             "for example 'power_cut@flash.erase,nth=3' or "
             "'power_cut@12.5ms'"},
        {"power_cut", "fault:1:1: 'power_cut' is not a fault; write "
                      "ACTION@EVENT or ACTION@TIME, for example "
                      "'power_cut@flash.erase,nth=3' or 'power_cut@12.5ms'"},
        {"powercut@1ms", "fault:1:1: unknown key 'powercut' in do; did you "
                         "mean 'power_cut'?"},
        {"power_cut@12", "fault:1:11: '12' has no unit; write 'at: 12ms'"},
        {"power_cut@500s", "fault:1:1: this step cannot happen: its time is "
                           "not before the end of the run at 2min; raise "
                           "limits.virtual_time"},
        {"power_cut@run.end", "fault:1:1: this step cannot happen: nothing "
                              "comes after run.end; choose another event"},
        {"power_cut@flash.erse", "fault:1:11: no event is called "
                                 "'flash.erse'; did you mean 'flash.erase'?"},
        {"power_cut@flash.erase,partition=slot-c",
         "fault:1:33: 'slot-c' is not a value of 'partition'; did you mean "
         "'slot-a'?"},
        {"power_cut@flash.erase,don=4%",
         "fault:1:23: unknown key 'don' in power_cut; did you mean 'done'?"},
        {"power_cut@flash.erase,partiton=slot-b",
         "fault:1:23: unknown key 'partiton' in flash.erase; did you mean "
         "'partition'?"},
        {"power_cut@flash.erase,nth=3,nth=4",
         "fault:1:29: key 'nth' is given twice; remove one"},
        {"power_cut@flash.erase,nth", "fault:1:23: 'nth' is not of the form "
                                      "'key=value'; write for example 'nth=3'"},
        {"power_cut@flash.erase,", "fault:1:23: '' is not of the form "
                                   "'key=value'; write for example 'nth=3'"},
        {"power_cut@flash.erase,done=40",
         "fault:1:28: '40' has no unit; write 'done: 40%'"},
        {"console@app.ready", "fault:1:1: 'console' takes only its value; "
                              "write 'text=\"trial b\"'"},
        {"outage@1s", "fault:1:1: 'outage' takes only its value; "
                      "write 'text=20s'"},
        {"outage=20@1s", "fault:1:8: '20' has no unit; write 'outage: 20s'"},
        {"power_cut=now@1s",
         "fault:1:11: 'power_cut' takes no value of its own; write "
         "'KEY=VALUE' after a comma"},
        {"publish=updat@1s", "fault:1:1: no image is called 'updat'; did you "
                             "mean 'update'?"},
        {"link=down@1s,device=3", "fault:1:1: there is no device 3, only 2; to "
                                  "have more, write 'devices: 3' at the "
                                  "top"},
        {"power_cut@app.ready,device=3",
         "fault:1:11: there is no device 3, only 2; to have more, write "
         "'devices: 3' at the "
         "top"},
        {"console@app.ready,text=a,b",
         "fault:1:26: 'b' is not of the form 'key=value'; a value with a comma "
         "is written in quotes"},
        {"console=\"a,b@app.ready",
         "fault:1:1: 'console=\"a,b@app.ready' is not a fault; write "
         "ACTION@EVENT or ACTION@TIME, for example "
         "'power_cut@flash.erase,nth=3' or 'power_cut@12.5ms'"},
        {"console=\"a\"b@app.ready",
         "fault:1:9: \"a\"b is not one quoted value; write for example "
         "\"a, b\", and \\\" or \\\\ within it"},
        {"console@app.ready,text=\"a\\n\"",
         "fault:1:24: \"a\\n\" is not one quoted value; write for example "
         "\"a, b\", and \\\" or \\\\ within it"},
        {"console@app.ready,text=\"a,nth=1",
         "fault:1:24: \"a,nth=1 is not one quoted value; write for example "
         "\"a, b\", and \\\" or \\\\ within it"},
        {"power_cut@app.ready,nth=\"2\",device=3",
         "fault:1:11: there is no device 3, only 2; to have more, write "
         "'devices: 3' at the "
         "top"},
        {"stop@1s,now=1", "fault:1:1: 'stop' takes no value; write "
                          "'stop: {}'"},
        {"bit_flip@1s,partition=journal",
         "fault:1:1: bit_flip needs the key 'offset' or 'target'; add "
         "'offset: 0x80' or 'target: header'"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scenario *scenario = scenario_with(NULL);
        struct diag diag = {.text = ""};

        cr_expect_eq(scenario_add_fault(scenario, rows[i].fault, &diag),
                     OTALAB_ERR_USAGE, "%s", rows[i].fault);
        cr_expect_str_eq(diag.text, rows[i].says,
                         "%s\n  says   %s\n  wanted "
                         "%s",
                         rows[i].fault, diag.text, rows[i].says);
        cr_expect_eq(scenario->steps, 0, "%s leaves a step", rows[i].fault);
        scenario_free(scenario);
    }
}

Test(scenario_fault, there_is_an_end_to_them)
{
    struct scenario *scenario = scenario_with(NULL);
    struct diag diag = {.text = ""};
    char longer[1100];

    for (unsigned i = 0; i < SCENARIO_STEPS; i++) {
        cr_assert_eq(scenario_add_fault(scenario, "stop@1s", &diag), 0);
    }
    cr_expect_eq(scenario_add_fault(scenario, "stop@1s", &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_str_eq(diag.text, "fault:1:1: too many steps; at most 64");
    memset(longer, 'x', sizeof longer - 1u);
    longer[sizeof longer - 1u] = '\0';
    diag.text[0] = '\0';
    cr_expect_eq(scenario_add_fault(scenario, longer, &diag), OTALAB_ERR_USAGE);
    cr_expect_str_eq(diag.text, "a fault of 1099 characters is too long; at "
                                "most 1000");
    scenario_free(scenario);
}

/* SPDX-License-Identifier: MIT */
/* The acts, one function each, between the files that have them. */
#ifndef OTALAB_TUI_ACTS_PARTS_H
#define OTALAB_TUI_ACTS_PARTS_H

#include "tui/model.h"

/* What an act is told: its argument, NULL if there is none; and where a line
 * goes when the dashboard cannot go on. */
struct order {
    const char *argument;
    struct diag *diag;
};

/* 0, or OTALAB_ERR_SIMULATOR with a line in the order's diag. What is only
 * refused is said in the model's message. */
typedef int act_fn(struct model *model, const struct order *order);

act_fn act_back;
act_fn act_back_operation;
act_fn act_back_pane;
act_fn act_back_phase;
act_fn act_break;
act_fn act_command;
act_fn act_device_back;
act_fn act_device_next;
act_fn act_diff;
act_fn act_down;
act_fn act_explain;
act_fn act_faster;
act_fn act_filter;
act_fn act_first;
act_fn act_follow;
act_fn act_goto;
act_fn act_help;
act_fn act_hex;
act_fn act_inject;
act_fn act_last;
act_fn act_close;
act_fn act_leave;
act_fn act_left;
act_fn act_machine;
act_fn act_next;
act_fn act_next_operation;
act_fn act_next_pane;
act_fn act_next_phase;
act_fn act_older;
act_fn act_page_down;
act_fn act_page_up;
act_fn act_pane;
act_fn act_pause;
act_fn act_quit;
act_fn act_redraw;
act_fn act_right;
act_fn act_run;
act_fn act_save;
act_fn act_save_screen;
act_fn act_sibling_back;
act_fn act_sibling_next;
act_fn act_slower;
act_fn act_step;
act_fn act_step_line;
act_fn act_step_more;
act_fn act_suspend;
act_fn act_theme;
act_fn act_token;
act_fn act_up;
act_fn act_verbose;
act_fn act_wear;
act_fn act_younger;
act_fn act_zoom;

/* What an act does on the strip of a sweep; NULL: nothing. */
act_fn *strip_handler(enum act act);
/* From a case back to the strip; false if there is none to go to. */
bool strip_return(struct model *model);

/* The answer to whether the file that `save` named is overwritten. */
int branch_overwrite(struct model *model, bool yes);
/* The chosen item of the menu: fork with its fault. */
int branch_take_item(struct model *model, struct diag *diag);
/* Or only show the bytes of flash that it would change. */
int branch_show_bytes(struct model *model, struct diag *diag);
/* Its memory from the stack pointer on. */
int machine_show_stack(struct model *model);
/* Make the live machine for about `budget_ms` of host time. */
void machine_rebuild(struct model *model, unsigned budget_ms);
/* Let the run of the current history go on for about `budget_ms` of host time,
 * at least until event `least` or its end; take in what came. */
int branch_run_on(struct model *model, uint64_t least, unsigned budget_ms,
                  struct diag *diag);

#endif

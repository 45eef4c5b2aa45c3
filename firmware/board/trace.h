/* SPDX-License-Identifier: MIT */
/*
 * The trace port's events: from this one list device code takes its codes and
 * the simulator its names. TRACE_EVENTS(X) gives, for each event,
 *   X(CODE, number, "name", "argument kinds", "what it says")
 * with one letter per argument: u number, x hexadecimal, s slot, r reason
 * (enum ota_reason), t state, c reset cause, v version (major << 24 | minor
 * << 16 | revision), q request kind, w why (enum agent_why), U update state
 * (enum agent_state), R update result (enum agent_result). At most four.
 */
#ifndef OTALAB_BOARD_TRACE_H
#define OTALAB_BOARD_TRACE_H

#define TRACE_EVENTS(X)                                                        \
    X(ROM_START, 1, "rom.start", "c:cause", "the ROM runs after a reset")      \
    X(ROM_REJECT, 2, "rom.reject", "u:copy r:reason",                          \
      "a bootloader copy is not usable")                                       \
    X(ROM_SELECT, 3, "rom.select", "u:copy v:version u:counter",               \
      "a bootloader copy was verified and is entered")                         \
    X(ROM_NOTHING, 4, "rom.nothing", "r:a r:b",                                \
      "no bootloader copy can run: a brick")                                   \
    X(BOOT_START, 16, "boot.start", "u:sequence",                              \
      "the bootloader runs; "                                                  \
      "sequence of the current journal record, 0 = none")                      \
    X(BOOT_STATE, 17, "boot.state", "s:slot t:state u:attempts u:counter",     \
      "what the journal says")                                                 \
    X(BOOT_REQUEST, 18, "boot.request", "q:kind s:slot r:verdict",             \
      "a request of the application was accepted or refused")                  \
    X(BOOT_ATTEMPT, 19, "boot.attempt", "s:slot u:left",                       \
      "a trial boot was counted before the slot is read")                      \
    X(BOOT_REJECT, 20, "boot.reject", "s:slot r:reason",                       \
      "an image was refused")                                                  \
    X(BOOT_ROLLBACK, 21, "boot.rollback", "s:from s:to r:reason",              \
      "the bootloader goes back to the other image")                           \
    X(BOOT_CONFIRM, 22, "boot.confirm", "s:slot v:version",                    \
      "the image is confirmed")                                                \
    X(BOOT_BURN, 23, "boot.burn", "u:from u:to",                               \
      "the security counter in the fuses is raised")                           \
    X(BOOT_JUMP, 24, "boot.jump", "s:slot t:state v:version x:entry",          \
      "hand-over to the image")                                                \
    X(BOOT_NOTHING, 25, "boot.nothing", "r:a r:b r:recovery",                  \
      "no image can run: a brick")                                             \
    X(BOOT_JOURNAL, 26, "boot.journal", "u:sequence u:copies",                 \
      "a journal record was written")                                          \
    X(BOOT_FORGIVE, 27, "boot.forgive", "s:slot u:left u:losses",              \
      "an attempt that a power loss ended is given back; losses of this "      \
      "trial so far")                                                          \
    X(BOOT_RESORT, 28, "boot.resort", "s:slot u:round u:seconds",              \
      "nothing better is left: the image is tried once more, after a "         \
      "pause")                                                                 \
    X(APP_START, 64, "app.start", "v:version s:slot t:state",                  \
      "the application runs")                                                  \
    X(APP_HEALTH, 65, "app.health", "u:passed u:detail",                       \
      "the health check ended")                                                \
    X(APP_REQUEST, 66, "app.request", "q:kind s:slot",                         \
      "the application has appended a request: it is in flash")                \
    X(APP_READY, 67, "app.ready", "v:version",                                 \
      "the application does its work")                                         \
    X(APP_REFUSED, 68, "app.refused", "q:kind r:reason",                       \
      "the application did not make the request")                              \
    X(RECOVERY_START, 80, "recovery.start", "v:version",                       \
      "the recovery image runs")                                               \
    X(AGENT_POLL, 112, "agent.poll", "u:number",                               \
      "the agent asks the server what is published")                           \
    X(AGENT_OFFER, 113, "agent.offer", "v:version u:counter u:size",           \
      "a verified descriptor offers an image that does not run")               \
    X(AGENT_REFUSE, 114, "agent.refuse", "w:why v:version",                    \
      "the agent refuses what is offered")                                     \
    X(AGENT_DEFER, 115, "agent.defer", "w:why u:seconds",                      \
      "the agent waits before it continues")                                   \
    X(AGENT_DOWNLOAD, 116, "agent.download", "s:slot u:from u:size",           \
      "a download starts or resumes at this byte")                             \
    X(AGENT_FAIL, 117, "agent.fail", "w:why u:tries",                          \
      "a download, or the trial after it, has failed")                         \
    X(AGENT_VERIFIED, 118, "agent.verified", "v:version u:size",               \
      "the image in flash is the one that was announced")                      \
    X(AGENT_STATE, 119, "agent.state", "U:state R:result w:why",               \
      "state and result as the device keeps and reports them")                 \
    X(AGENT_REPORT, 120, "agent.report", "U:state R:result",                   \
      "the server has acknowledged a status report")                           \
    X(CHANNEL_OPEN, 144, "channel.open", "u:resumed u:ms u:datagrams u:bytes", \
      "a protected channel to the server is open; what its handshake took")    \
    X(CHANNEL_FAIL, 145, "channel.fail", "w:why x:code",                       \
      "no protected channel could be set up; code: the library's")             \
    X(CHANNEL_MEMORY, 146, "channel.memory", "u:arena u:stack",                \
      "the most that the channel's memory and the stack have needed")          \
    X(CPU_FAULT, 96, "cpu.fault", "u:exception x:pc x:lr x:cfsr",              \
      "a fault handler ran")                                                   \
    X(CPU_BARK, 97, "cpu.bark", "x:pc", "the watchdog's NMI")                  \
    X(CPU_PANIC, 98, "cpu.panic", "u:line x:module", "an internal check failed")

enum trace_code {
#define TRACE_ENUM(code, number, name, args, text) TRACE_##code = (number),
    TRACE_EVENTS(TRACE_ENUM)
#undef TRACE_ENUM
};

#endif

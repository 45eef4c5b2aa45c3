/* SPDX-License-Identifier: MIT */
/*
 * The part of QEMU's TCG plugin interface that the shim uses. It is declared
 * here because distributions do not always ship the header, and because one
 * object must load into every version from 7.2 on. All symbols are weak: QEMU
 * provides them when it loads the object, and those that a version lacks are
 * NULL.
 *
 *   QEMU   interface   what matters here
 *   7.2    0..1        insn_data() returns a pointer; inline counters are
 *                      plain variables
 *   9.0    2..2        inline counters live in a scoreboard per vCPU
 *   9.1    2..3        insn_data() copies into the caller's buffer
 *   10.x   2..4, 2..5
 */
#ifndef OTALAB_SHIM_QEMU_API_H
#define OTALAB_SHIM_QEMU_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_API_OLD 1    /* for QEMU before 9.0 */
#define QEMU_API_NEW 2    /* for QEMU from 9.0 on */
#define QEMU_API_COPIES 3 /* insn_data() copies from here on */

#define QEMU_EXPORT __attribute__((visibility("default")))
#define QEMU_WEAK __attribute__((weak, visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

/* A counter in a scoreboard, passed by value. */
struct qemu_plugin_u64 {
    struct qemu_plugin_scoreboard *score;
    size_t offset;
};

/* What QEMU says about itself. */
struct qemu_plugin_info {
    const char *target_name;
    struct {
        int min;
        int cur;
    } version;
    bool system_emulation;
    struct {
        int smp_vcpus;
        int max_vcpus;
    } system;
};

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS = 0 };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 = 0 };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_W = 2 };

typedef void qemu_vcpu_fn(uint64_t id, unsigned int vcpu);
typedef void qemu_translate_fn(uint64_t id, struct qemu_plugin_tb *tb);
typedef void qemu_execute_fn(unsigned int vcpu, void *userdata);
typedef void qemu_memory_fn(unsigned int vcpu, uint32_t info, uint64_t address,
                            void *userdata);

/* What QEMU looks up in the object. */
extern int qemu_plugin_version QEMU_EXPORT;
int qemu_plugin_install(uint64_t id, const struct qemu_plugin_info *info,
                        int argc, char **argv) QEMU_EXPORT;

/* What the object takes from QEMU. */
void qemu_plugin_register_vcpu_init_cb(uint64_t id, qemu_vcpu_fn *fn) QEMU_WEAK;
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
                                           qemu_translate_fn *fn) QEMU_WEAK;
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
                                          qemu_execute_fn *fn,
                                          enum qemu_plugin_cb_flags flags,
                                          void *userdata) QEMU_WEAK;
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            qemu_execute_fn *fn,
                                            enum qemu_plugin_cb_flags flags,
                                            void *userdata) QEMU_WEAK;
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      qemu_memory_fn *fn,
                                      enum qemu_plugin_cb_flags flags,
                                      enum qemu_plugin_mem_rw rw,
                                      void *userdata) QEMU_WEAK;
/* Before QEMU 9.0 the first of these exists, from 9.0 on the other three. */
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
                                                enum qemu_plugin_op op,
                                                void *counter,
                                                uint64_t add) QEMU_WEAK;
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
    struct qemu_plugin_insn *insn, enum qemu_plugin_op op,
    struct qemu_plugin_u64 counter, uint64_t add) QEMU_WEAK;
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(
    size_t element_size) QEMU_WEAK;
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score,
                                  unsigned int vcpu) QEMU_WEAK;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb) QEMU_WEAK;
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb) QEMU_WEAK;
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
    const struct qemu_plugin_tb *tb, size_t index) QEMU_WEAK;
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn) QEMU_WEAK;
/* Declared in its newer form; before QEMU_API_COPIES it takes only the first
 * argument and returns a pointer to the bytes. */
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *out,
                             size_t length) QEMU_WEAK;

#endif

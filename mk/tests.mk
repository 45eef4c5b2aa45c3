# SPDX-License-Identifier: MIT
#
# Test programs and their runners, fuzzers, the native campaign.

test_defs := $(HOST_DEFS) -Itests
unit_src := $(wildcard tests/unit/*.c)
qemu_src := $(wildcard tests/qemu/*.c)
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
test_programs := $(if $(unit_src),$(B)/tests/unit) \
	$(if $(qemu_src),$(B)/tests/qemu)

$(B)/obj/tests/%.o: tests/%.c $(B)/.flags | deps-test
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARN) $(test_defs) -MMD -MP -c -o $@ $<

define test_link
$(call say,LD,$@)
$(Q)mkdir -p $(@D)
$(Q)$(call host_link,) -lcriterion
endef

$(B)/tests/unit: $(call host_obj,$(unit_src)) $(libs)
	$(test_link)
$(B)/tests/qemu: $(call host_obj,$(qemu_src)) $(libs)
	$(test_link)

$(test_programs): $(B)/.linked

# The board tests' guest is one source for three stages; it replaces ROM,
# bootloader and application.
guest_obj := $(call dev_obj,tests/qemu/guests/board_guest.c)
board_guests := $(if $(guest_obj),$(addprefix $(B)/tests/guests/board_, \
	rom.elf boot.elf boot.bin app.elf app.bin))
$(filter %.elf,$(board_guests)): $(B)/tests/guests/board_%.elf: $(guest_obj) \
		$(common_obj) $(arm_libs) $(ld_scripts) $(DEVOUT)/.linked
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(call arm_link,$*.ld)
$(B)/tests/guests/%.bin: $(B)/tests/guests/%.elf
	$(Q)$(ARM)objcopy -O binary $< $@
$(B)/tests/qemu: | $(board_guests) $(dtb)

# What a folder of tests needs in addition.
include $(wildcard tests/*/module.mk)

.PHONY: test unit demo bench
test: ## build, then all tests: unit, real binary, command line, scenarios
test: deps-test host firmware native $(test_programs)
	$(Q)tools/test.sh $(B) unit qemu cli scenarios
unit: ## only the unit tests
unit: deps-test $(B)/tests/unit
	$(Q)tools/test.sh $(B) unit
demo: ## set up, build, and show three updates over the air
demo: deps-build host firmware
	$(Q)$(B)/otalab demo
bench: ## speeds and sizes, as a table (RUNS=7)
bench: deps-build host firmware native $(B)/tests/bench $(B)/tests/bench_native
	$(Q)$(B)/tests/bench $(B) $(RUNS)
	@echo
	$(Q)$(B)/tests/bench_native $(B) $(RUNS)
	$(Q)tools/bench-sweeps.sh $(B) $(RUNS)
	$(Q)tools/bench-delta.sh $(B)
	@echo
	$(Q)$(MAKE) --no-print-directory NODEPS=1 size

# Runs every scenario again from its beginning, a middle and its last reset.
# `make test` takes every 24th scenario of each folder.
.PHONY: forks
forks: ## return to saved points in all scenarios, and compare
forks: deps-test host firmware $(B)/tests/qemu
	$(Q)FORKS_STRIDE=1 OTALAB_BUILD=$(B) $(B)/tests/qemu -j2 --filter 'fork/*'

# CI runs the quick ones.
.PHONY: sweep wear
wear: ## 500 updates on one device, with wear levelling and without
wear: deps-build host firmware native
	$(Q)tools/wear.sh $(B)
sweep: ## cut power everywhere: the long sweeps (SWEEPS=quick: the short ones)
sweep: deps-build host firmware native
	$(Q)tools/sweeps.sh $(B) $(or $(SWEEPS),full)

# `make test` tries 200 seeds.
.PHONY: hostile
hostile: ## boot from hostile flash contents (N=2000 seeds, FROM=1)
hostile: deps-test host firmware $(B)/tests/qemu
	$(Q)HOSTILE_SEEDS=$(or $(N),2000) HOSTILE_FROM=$(or $(FROM),1) \
		OTALAB_BUILD=$(B) $(B)/tests/qemu -j2 --filter 'hostile/*'

# `make test` compares a sixth of them.
.PHONY: agree
agree: ## compare all scenarios natively and with QEMU
agree: deps-test host firmware native
	$(Q)NATIVE_ALL=1 bash tests/cli/native.sh

# Fuzzers: everything is recompiled with coverage and sanitizers, in a separate
# folder. A fixed count ends the run, so it is the same each time.
FUZZ_RUNS ?= 20000
ifdef FUZZ
$(fuzz_src:tests/fuzz/%.c=$(B)/%): $(B)/%: $(B)/obj/tests/fuzz/%.o $(libs)
	$(call say,LD,$@)
	$(Q)$(call host_link,-fsanitize=fuzzer)
endif

.PHONY: fuzz fuzzers
fuzz: ## a short run of each fuzzer (FUZZ_RUNS=20000)
fuzz: deps-lint
	$(Q)$(MAKE) --no-print-directory NODEPS=1 FUZZ=1 SAN=1 CC=clang \
		B=build-fuzz fuzzers
	$(Q)tools/fuzz.sh build-fuzz $(FUZZ_RUNS) $(basename $(notdir $(fuzz_src)))
fuzzers: $(fuzz_src:tests/fuzz/%.c=$(B)/%)

# Random cases of the boot chain on the native board, on two cores for SECONDS
# seconds; findings go to $(B)/campaign.
SECONDS ?= 60
SEED ?= 1
.PHONY: campaign
campaign: ## run the boot chain natively on random cases (SECONDS=60 SEED=1)
campaign: deps-build $(native_campaign)
	$(Q)$(native_campaign) --seconds $(SECONDS) --seed $(SEED) --jobs 2 \
		--out $(B)/campaign

# SPDX-License-Identifier: MIT
#
# Otalab's build: GNU make, one file, wildcards. New source files need no
# change here. `make help` lists the targets.
#
#   CC=gcc|clang   host compiler; another one than gcc builds in build-NAME
#   SAN=1          host code with ASan and UBSan, in build-san
#   V=1            show commands

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
ifeq ($(origin CC),default)
CC := gcc
endif
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)	$(2)")

# ---- where things go

compiler := $(notdir $(firstword $(CC)))
B ?= build$(if $(filter-out gcc,$(compiler)),-$(compiler))$(if $(SAN),-san)
# Third-party sources, and what is made of them for the target, are shared.
SRC := build/src
ARMLIB := build/third-party
# Device programs: sources below $(DEVSRC), results in $(DEVOUT). Mutants use
# another tree.
DEVSRC ?= .
DEVOUT ?= $(B)/firmware

.PHONY: all
all: ## build everything (default)
all: host firmware

# ---- set-up

# NODEPS=1 skips the look at packages (used by recursive calls).
deps_groups = $(if $(NODEPS),true,tools/deps.sh $(SRC) $(1))

.PHONY: deps deps-build deps-test deps-lint
deps: ## install what is missing, fetch third-party sources
	$(Q)$(call deps_groups,build test lint)
deps-build:
	$(Q)$(call deps_groups,build)
deps-test: | deps-build
	$(Q)$(call deps_groups,build test)
deps-lint: | deps-build
	$(Q)$(call deps_groups,build test lint)

# A change of flags compiles anew: objects depend on a file that holds them.
.PHONY: FORCE
define keep_flags
$(shell mkdir -p $(@D))$(file >$@.new,$(1))
$(Q)cmp -s $@.new $@ && rm $@.new || mv $@.new $@
endef

# ---- third-party code

MBED := $(SRC)/mbedtls
FDT := $(SRC)/device-tree-compiler/libfdt
P256 := $(MBED)/3rdparty/p256-m/p256-m

MBED_CORE := sha256 platform_util
MBED_HOST := $(MBED_CORE) asn1parse asn1write base64 bignum bignum_core \
	bignum_mod bignum_mod_raw constant_time ecdsa ecp ecp_curves error \
	hmac_drbg md oid pem pk pk_ecc pk_wrap pkparse pkwrite platform
mbed_host_src := $(MBED_HOST:%=$(MBED)/library/%.c) $(P256)/p256-m.c
mbed_arm_src := $(MBED_CORE:%=$(MBED)/library/%.c) $(P256)/p256-m.c
FDT_FILES := fdt fdt_ro fdt_addresses fdt_strerror
fdt_arm_src := $(FDT_FILES:%=$(FDT)/%.c)

third_party_src := $(sort $(mbed_host_src) $(mbed_arm_src) $(fdt_arm_src))
$(third_party_src): | deps-build ;

# p256-m is compiled only where mbedTLS's driver switch is on; we call it
# directly. Its key generation wants a random source: the device drops both
# (section garbage collection), the host has one that refuses. It has a name
# of its own, as Criterion loads a libmbedcrypto with one.
third_party_flags = $(if $(filter %p256-m.c,$(1)),\
	-DMBEDTLS_PSA_P256M_DRIVER_ENABLED \
	-Dpsa_generate_random=otalab_no_random_source)

# ---- host code

WARN := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror
# Sanitizers rewrite expressions before gcc judges them: it warns of casts that
# are not in the source. The plain builds are the ones that have to be clean.
WARN += $(if $(SAN),-Wno-error)
comma := ,
san_flags := $(if $(SAN),-fsanitize=address$(comma)undefined \
	-fno-sanitize-recover=all)
map_paths := -ffile-prefix-map=$(CURDIR)/=
HOST_CFLAGS := -std=gnu11 -O2 -g -fno-common $(san_flags) $(map_paths) \
	$(if $(FUZZ),-fsanitize=fuzzer-no-link)
HOST_DEFS := -D_GNU_SOURCE= -Isim -Ifirmware -I. -isystem $(MBED)/include -isystem $(P256) \
	-DMBEDTLS_CONFIG_FILE='"base/mbedtls_host_config.h"'
HOST_LDFLAGS := $(san_flags) -Wl,--exclude-libs,ALL
HOST_LIBS := -lfdt -lyaml

sim_src := $(filter-out sim/shim/% sim/cli/main.c,$(wildcard sim/*/*.c))
ota_src := $(wildcard firmware/ota/*.c)
shim_src := $(wildcard sim/shim/*.c)
tui_src := $(wildcard tui/*.c)
main_src := $(wildcard sim/cli/main.c)

host_obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
host_link = $(CC) $(HOST_LDFLAGS) $(1) -o $@ $(filter %.o,$^) \
	-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(HOST_LIBS)
libs := $(B)/libotalab.a $(B)/libota.a $(B)/libmbed.a

$(B)/.flags: FORCE
	$(call keep_flags,$(CC) $(HOST_CFLAGS) $(WARN) $(HOST_DEFS) \
		$(call third_party_flags,p256-m.c))

.PHONY: host
host: ## the host tool and the plugin
host: $(libs) $(if $(main_src),$(B)/otalab) \
	$(if $(shim_src),$(B)/libotalab-shim.so)

$(B)/obj/build/src/%.o: build/src/%.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(HOST_DEFS) -w \
		$(call third_party_flags,$<) -MMD -MP -c -o $@ $<

$(B)/obj/sim/shim/%.o: sim/shim/%.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize% -fno-sanitize%,$(HOST_CFLAGS)) $(WARN) \
		-fPIC -fvisibility=hidden $(HOST_DEFS) -MMD -MP -c -o $@ $<

$(B)/obj/%.o: %.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARN) $(HOST_DEFS) -MMD -MP -c -o $@ $<

# Objects come as prerequisites; the archive is made anew so that a removed
# source leaves nothing behind.
define archive
$(call say,AR,$@)
$(Q)mkdir -p $(@D)
$(Q)rm -f $@ && $(1)ar rcsD $@ $(filter %.o,$^)
endef

$(B)/libotalab.a: $(call host_obj,$(sim_src))
	$(archive)
$(B)/libota.a: $(call host_obj,$(ota_src))
	$(archive)
$(B)/libmbed.a: $(call host_obj,$(mbed_host_src))
	$(archive)

$(B)/otalab: $(call host_obj,$(main_src) $(tui_src)) $(libs)
	$(call say,LD,$@)
	$(Q)$(call host_link,) $(if $(tui_src),-lncursesw)

$(B)/libotalab-shim.so: $(call host_obj,$(shim_src))
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-z,noexecstack -o $@ $(filter %.o,$^)

# ---- device code

ARM := arm-none-eabi-
ARM_ARCH := -mcpu=cortex-m4 -mthumb
ARM_CFLAGS := $(ARM_ARCH) -std=gnu11 -Os -g -fno-common -ffunction-sections \
	-fdata-sections --specs=nano.specs -fstack-usage
ARM_OWN := -I$(DEVSRC)/firmware -I$(DEVSRC)/bootloader
ARM_DEFS := -isystem $(FDT) \
	-isystem $(MBED)/include -isystem $(P256) \
	-DMBEDTLS_CONFIG_FILE='"board/mbedtls_boot_config.h"'
ARM_MAP := -ffile-prefix-map=$(DEVSRC)/= -ffile-prefix-map=$(CURDIR)=.
ARM_LDFLAGS := $(ARM_ARCH) --specs=nano.specs -nostartfiles -Wl,--gc-sections \
	-Wl,--build-id=none -Wl,--fatal-warnings -Wl,-z,max-page-size=4096

dev_find = $(patsubst $(DEVSRC)/%,%,$(wildcard $(addprefix $(DEVSRC)/,$(1))))
dev_obj = $(patsubst %,$(DEVOUT)/obj/%.o,$(basename $(call dev_find,$(1))))

board_obj := $(call dev_obj,firmware/board/*.c firmware/board/*.S)
core_obj := $(call dev_obj,firmware/ota/*.c)
common_obj := $(board_obj) $(core_obj)
app_obj := $(call dev_obj,firmware/app/*.c firmware/app/*.S)
rom_obj := $(call dev_obj,bootloader/rom/*.c bootloader/rom/*.S)
boot_obj := $(call dev_obj,bootloader/boot/*.c bootloader/boot/*.S)
recovery_obj := $(call dev_obj,firmware/recovery/*.c firmware/recovery/*.S \
	firmware/app/updater.c)
variants := $(basename $(notdir $(call dev_find,firmware/variants/*.c)))
arm_libs := $(ARMLIB)/libmbed.a $(ARMLIB)/libfdt.a

# A program is built when its own folder has a source.
program = $(if $($(1)_obj),$(1))
programs := $(foreach p,rom boot app recovery,$(call program,$(p)))
variant_programs := $(if $(filter app,$(programs)),$(variants))
dtb := $(if $(call dev_find,firmware/board/otalab.dts),$(DEVOUT)/otalab.dtb)

.PHONY: programs firmware
programs: $(programs:%=$(DEVOUT)/%.elf) $(dtb) \
	$(patsubst %,$(DEVOUT)/%.bin,$(filter-out rom,$(programs)))
firmware: ## the device programs, bad variants included
firmware: programs $(DEVOUT)/programs.txt \
	$(variant_programs:%=$(DEVOUT)/%.elf) \
	$(variant_programs:%=$(DEVOUT)/%.bin)

define arm_compile
$(call say,ARMCC,$<)
$(Q)mkdir -p $(@D)
$(Q)$(ARM)gcc $(ARM_CFLAGS) $(WARN) $(ARM_OWN) $(ARM_DEFS) $(ARM_MAP) -MMD -MP \
	-c -o $@ $<
endef

# Mutants are built side by side: they take the shared archives as they are.
$(DEVOUT)/.flags: FORCE
$(ARMLIB)/.flags: $(if $(NODEPS),,FORCE)
$(DEVOUT)/.flags $(ARMLIB)/.flags:
	$(call keep_flags,$(ARM)gcc $(ARM_CFLAGS) $(WARN) $(ARM_DEFS) $(p256_speed) \
		$(call third_party_flags,p256-m.c) \
		$(shell cksum firmware/board/mbedtls_boot_config.h))

$(DEVOUT)/obj/%.o: $(DEVSRC)/%.c $(DEVOUT)/.flags | deps-build
	$(arm_compile)
$(DEVOUT)/obj/%.o: $(DEVSRC)/%.S $(DEVOUT)/.flags | deps-build
	$(arm_compile)

# Measured, in cycles: SHA-256 of 256 KiB 8.4 M at -Os, 9.2 M at -O2 and larger;
# a P-256 verification 14.0 M at -Os, 12.7 M at -O2 for 1.3 KiB more, 13.0 M
# without inlining at a tenth of that, and 10.9 M with loops of eight words
# unrolled, for 640 bytes.
p256_speed := -O2 -fno-inline-small-functions -fno-tree-vectorize -fpeel-loops

$(ARMLIB)/obj/%.o: $(SRC)/%.c $(ARMLIB)/.flags | deps-build
	$(call say,ARMCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(ARM)gcc $(ARM_CFLAGS) $(if $(filter %p256-m.c,$<),$(p256_speed)) \
		-w -Ifirmware $(ARM_DEFS) -ffile-prefix-map=$(CURDIR)=. \
		$(call third_party_flags,$<) -MMD -MP -c -o $@ $<

arm_third = $(patsubst $(SRC)/%.c,$(ARMLIB)/obj/%.o,$(1))
$(ARMLIB)/libmbed.a: $(call arm_third,$(mbed_arm_src))
	$(call archive,$(ARM))
$(ARMLIB)/libfdt.a: $(call arm_third,$(fdt_arm_src))
	$(call archive,$(ARM))

# The application's objects as an archive: a variant comes first, so that its
# strong definitions win over the weak ones of the application.
$(DEVOUT)/libapp.a: $(app_obj)
	$(call archive,$(ARM))
$(DEVOUT)/libota.a: $(core_obj)
	$(call archive,$(ARM))

# Linker scripts may include each other; the folder is searched.
ld_scripts := $(patsubst %,$(DEVSRC)/%,$(call dev_find,firmware/board/*.ld))
arm_link = $(ARM)gcc $(ARM_LDFLAGS) -L$(DEVSRC)/firmware/board \
	-T $(DEVSRC)/firmware/board/$(1) -Wl,-Map=$(@:.elf=.map) -o $@ \
	$(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -lc -lgcc \
	-Wl,--end-group

$(DEVOUT)/rom.elf: $(rom_obj) $(common_obj) $(arm_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,rom.ld)
# The ROM's services stand in for parts of the portable core and of libfdt.
$(DEVOUT)/boot.elf: $(boot_obj) $(board_obj) $(DEVOUT)/libota.a $(arm_libs) \
		$(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,boot.ld)
$(DEVOUT)/app.elf: $(app_obj) $(common_obj) $(arm_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,app.ld)
$(DEVOUT)/recovery.elf: $(recovery_obj) $(common_obj) $(arm_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,recovery.ld)
$(variant_programs:%=$(DEVOUT)/%.elf): $(DEVOUT)/%.elf: \
		$(DEVOUT)/obj/firmware/variants/%.o $(common_obj) \
		$(DEVOUT)/libapp.a $(arm_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,app.ld)

$(DEVOUT)/%.bin: $(DEVOUT)/%.elf
	$(call say,BIN,$@)
	$(Q)$(ARM)objcopy -O binary $< $@

$(DEVOUT)/otalab.dtb: $(DEVSRC)/firmware/board/otalab.dts | deps-build
	$(call say,DTC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)dtc -I dts -O dtb -o $@ $<

# What 'otalab explain build' lists.
$(DEVOUT)/programs.txt: tools/programs.awk \
		$(patsubst %,$(DEVSRC)/%,$(call dev_find,firmware/variants/*.c))
	$(call say,LIST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)awk -f $^ >$@

# ---- mutants: the same device programs with one planted defect

# make mutant M=NAME applies tests/mutants/NAME.patch to a copy of the device
# sources; results in $(B)/mutants/NAME/firmware. An unchanged source gives the
# same code there (only the folders named in debug information differ).
mutant_dir := $(B)/mutants/$(M)
mutant_names := $(basename $(notdir $(wildcard tests/mutants/*.patch)))
device_files := $(shell find bootloader firmware -type f 2>/dev/null)

.PHONY: mutant mutants $(mutant_names:%=mutant-%)
mutant: ## build the device programs with tests/mutants/$(M).patch applied
	$(if $(filter $(mutant_names),$(M)),,$(error say which: make mutant \
		M=NAME, with NAME one of: $(mutant_names)))
	$(Q)$(MAKE) --no-print-directory $(mutant_dir)/.patched
	$(Q)$(MAKE) --no-print-directory NODEPS=1 B=$(B) \
		DEVSRC=$(mutant_dir)/src DEVOUT=$(mutant_dir)/firmware \
		$(if $(shell grep -E '^\+\+\+ .*firmware/(app|board)/' \
		tests/mutants/$(M).patch),firmware,programs)
mutants: ## build every mutant
mutants: $(mutant_names:%=mutant-%)
$(mutant_names:%=mutant-%): mutant-%: | $(arm_libs)
	$(Q)$(MAKE) --no-print-directory NODEPS=1 B=$(B) mutant M=$*

ifneq ($(filter $(mutant_names),$(M)),)
$(mutant_dir)/.patched: tests/mutants/$(M).patch $(device_files) | $(arm_libs)
	$(call say,PATCH,$<)
	$(Q)tools/mutant.sh $< $(mutant_dir)/src
	$(Q)touch $@
endif

# ---- tests

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

# The board tests' guest is one source for three stages, in the place of ROM,
# bootloader and application.
guest_obj := $(call dev_obj,tests/qemu/guests/board_guest.c)
board_guests := $(if $(guest_obj),$(addprefix $(B)/tests/guests/board_, \
	rom.elf boot.elf boot.bin app.elf app.bin))
$(filter %.elf,$(board_guests)): $(B)/tests/guests/board_%.elf: $(guest_obj) \
		$(common_obj) $(arm_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(call arm_link,$*.ld)
$(B)/tests/guests/%.bin: $(B)/tests/guests/%.elf
	$(Q)$(ARM)objcopy -O binary $< $@
$(B)/tests/qemu: | $(board_guests) $(dtb)

# What a folder of tests needs beyond this.
include $(wildcard tests/*/module.mk)

.PHONY: test unit demo bench
test: ## build, then all tests: unit, real binary, command line, scenarios
test: deps-test host firmware $(test_programs)
	$(Q)tools/test.sh $(B) unit qemu cli scenarios
unit: ## the unit tests alone
unit: deps-test $(B)/tests/unit
	$(Q)tools/test.sh $(B) unit
demo: ## set up, build, and show three updates over the air
demo: deps-build host firmware
	$(Q)$(B)/otalab demo
bench: ## speeds and sizes, as a table (RUNS=7)
bench: deps-build host firmware $(B)/tests/bench
	$(Q)$(B)/tests/bench $(B) $(RUNS)
	@echo
	$(Q)$(MAKE) --no-print-directory NODEPS=1 size

# Fuzzers: everything compiled anew with coverage and sanitizers, in a folder
# of its own. The run is bounded by a count, so it is the same each time.
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

# Random cases of the boot chain on the native board, on two cores for so many
# SECONDS; findings go to $(B)/campaign.
SECONDS ?= 60
SEED ?= 1
.PHONY: campaign
campaign: ## the boot chain natively against anything (SECONDS=60 SEED=1)
campaign: deps-build $(native_campaign)
	$(Q)$(native_campaign) --seconds $(SECONDS) --seed $(SEED) --jobs 2 \
		--out $(B)/campaign

# ---- installation

# The program finds everything from its own place, so PREFIX is not compiled
# in and what is installed may be moved as a whole.
PREFIX ?= /usr/local
DESTDIR ?=
place = "$(DESTDIR)$(PREFIX)/$(1)"
put = install -D -m 644
scenario_files := $(shell find scenarios -type f 2>/dev/null)
doc_files := README.md LICENSE $(shell find docs -type f 2>/dev/null)

# Texts that the program makes from its own tables: what it is asked for, and
# where they go.
texts := $(B)/texts/otalab.1 $(B)/texts/bash $(B)/texts/zsh $(B)/texts/fish
man_page := share/man/man1/otalab.1
bash_script := share/bash-completion/completions/otalab
zsh_script := share/zsh/site-functions/_otalab
fish_script := share/fish/vendor_completions.d/otalab.fish
$(B)/texts/%: ask = completion $*
$(B)/texts/otalab.1: ask = help --man
$(texts): $(B)/texts/%: $(B)/otalab
	$(Q)mkdir -p $(@D)
	$(Q)$(B)/otalab $(ask) >$@

.PHONY: install uninstall
install: ## install below PREFIX=/usr/local; DESTDIR= for a package
install: host firmware $(texts)
	$(call say,INSTALL,$(call place,bin/otalab))
	$(Q)install -D -s $(B)/otalab $(call place,bin/otalab)
	$(Q)$(put) -s $(B)/libotalab-shim.so \
		$(call place,lib/otalab/libotalab-shim.so)
	$(Q)rm -rf $(call place,share/otalab) $(call place,share/doc/otalab)
	$(Q)$(put) -t $(call place,share/otalab/firmware) $(DEVOUT)/*.elf \
		$(DEVOUT)/*.bin $(DEVOUT)/*.dtb $(DEVOUT)/programs.txt
	$(Q)for file in $(scenario_files); do \
		$(put) "$$file" $(call place,share/otalab/)"$$file"; done
	$(Q)for file in $(doc_files); do \
		$(put) "$$file" $(call place,share/doc/otalab/)"$$file"; done
	$(Q)$(put) $(B)/texts/otalab.1 $(call place,$(man_page))
	$(Q)$(put) $(B)/texts/bash $(call place,$(bash_script))
	$(Q)$(put) $(B)/texts/zsh $(call place,$(zsh_script))
	$(Q)$(put) $(B)/texts/fish $(call place,$(fish_script))
uninstall: ## remove what 'make install' put there (the same PREFIX)
	$(Q)rm -rf $(call place,lib/otalab) $(call place,share/otalab) \
		$(call place,share/doc/otalab)
	$(Q)rm -f $(call place,bin/otalab) $(call place,$(man_page)) \
		$(call place,$(bash_script)) $(call place,$(zsh_script)) \
		$(call place,$(fish_script))

# ---- the rest

.PHONY: lint format size clean help
lint: ## format, static analysis, function lengths, the house's rules
lint: deps-lint $(B)/libotalab.a $(B)/libota.a
	$(Q)tools/lint.sh $(B)
format: ## put all C sources into the house's format
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | \
		xargs -r clang-format -i
size: ## code sizes of the device programs
size: programs
	$(Q)$(if $(programs),tools/size.sh $(DEVOUT),true)
clean: ## remove everything that was built
	rm -rf build build-*
help: ## this list
	@sed -n 's/^\([a-z-]*\): *## \(.*\)/\1\t\2/p' Makefile | expand -t 12

-include $(shell find $(B) $(ARMLIB) $(DEVOUT) -name '*.d' 2>/dev/null)

# SPDX-License-Identifier: MIT
#
# The programs that run on the board, their variants and the devicetree.

ARM := arm-none-eabi-
ARM_ARCH := -mcpu=cortex-m4 -mthumb
ARM_CFLAGS := $(ARM_ARCH) -std=gnu11 -Os -g -fno-common -ffunction-sections \
	-fdata-sections --specs=nano.specs -fstack-usage
ARM_OWN := -I$(DEVSRC)/firmware -I$(DEVSRC)/bootloader
ARM_DEFS := -isystem $(FDT) \
	-isystem $(MBED)/include -isystem $(P256) \
	-isystem $(SHRINK) -isystem $(DEVSRC)/firmware/heatshrink \
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
	firmware/app/updater.c firmware/app/channel_plain.c)
# The channel in the clear gives way to the one in DTLS.
tls_obj := $(call dev_obj,firmware/tls/*.c)
plain_obj := $(call dev_obj,firmware/app/channel_plain.c)
app-secure_obj := $(filter-out $(plain_obj),$(app_obj)) $(tls_obj)
recovery-secure_obj := $(filter-out $(plain_obj),$(recovery_obj)) $(tls_obj)
variants := $(basename $(notdir $(call dev_find,firmware/variants/*.c)))
arm_libs := $(ARMLIB)/libmbed.a $(ARMLIB)/libfdt.a $(ARMLIB)/libheatshrink.a
tls_libs := $(ARMLIB)/libtls.a $(ARMLIB)/libfdt.a $(ARMLIB)/libheatshrink.a

# A program is built if its own folder has a source.
program = $(if $($(1)_obj),$(1))
programs := $(foreach p,rom boot app recovery \
	app-secure recovery-secure,$(call program,$(p)))
variant_programs := $(if $(filter app,$(programs)),$(variants))
dtb := $(if $(call dev_find,firmware/board/otalab.dts),$(DEVOUT)/otalab.dtb)
# Variants of the board, as overlays.
dtb += $(patsubst firmware/board/%.dtso,$(DEVOUT)/%.dtbo,\
	$(call dev_find,firmware/board/*.dtso))

.PHONY: programs firmware
programs: $(programs:%=$(DEVOUT)/%.elf) $(dtb) \
	$(patsubst %,$(DEVOUT)/%.bin,$(filter-out rom,$(programs)))
firmware: ## the device programs, including the bad variants
firmware: programs $(DEVOUT)/programs.txt \
	$(variant_programs:%=$(DEVOUT)/%.elf) \
	$(variant_programs:%=$(DEVOUT)/%.bin)

define arm_compile
$(call say,ARMCC,$<)
$(Q)mkdir -p $(@D)
$(Q)$(ARM)gcc $(ARM_CFLAGS) $(WARN) $(ARM_OWN) $(ARM_DEFS) $(ARM_MAP) -MMD -MP \
	-c -o $@ $<
endef

# Mutants are built in parallel, so they use the shared archives as they are.
$(DEVOUT)/.flags: FORCE
$(ARMLIB)/.flags: $(if $(NODEPS),,FORCE)
$(DEVOUT)/.flags $(ARMLIB)/.flags:
	$(call keep_flags,$(ARM)gcc $(ARM_CFLAGS) $(WARN) $(ARM_DEFS) $(p256_speed) \
		$(call third_party_flags,p256-m.c) \
		$(shell cksum firmware/board/mbedtls_boot_config.h \
		firmware/tls/mbedtls_config.h \
		$(shrink_config)))

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

TLS_DEFS := -DMBEDTLS_CONFIG_FILE='"tls/mbedtls_config.h"'
ARM_TLS_DEFS := $(filter-out -DMBEDTLS_CONFIG_FILE=%,$(ARM_DEFS)) $(TLS_DEFS)
$(DEVOUT)/obj/firmware/tls/%.o: ARM_DEFS := $(ARM_TLS_DEFS)
$(ARMLIB)/tls/%.o: $(SRC)/%.c $(ARMLIB)/.flags | deps-build
	$(call say,ARMCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(ARM)gcc $(ARM_CFLAGS) $(if $(filter %p256-m.c,$<),$(p256_speed)) \
		-w -Ifirmware $(ARM_TLS_DEFS) -ffile-prefix-map=$(CURDIR)=. \
		$(call third_party_flags,$<) -MMD -MP -c -o $@ $<

arm_third = $(patsubst $(SRC)/%.c,$(ARMLIB)/obj/%.o,$(1))
$(ARMLIB)/libmbed.a: $(call arm_third,$(mbed_arm_src))
	$(call archive,$(ARM))
$(ARMLIB)/libtls.a: $(patsubst $(SRC)/%.c,$(ARMLIB)/tls/%.o,$(mbed_tls_src))
	$(call archive,$(ARM))
$(ARMLIB)/libfdt.a: $(call arm_third,$(fdt_arm_src))
	$(call archive,$(ARM))
$(ARMLIB)/libheatshrink.a: $(call arm_third,$(shrink_arm_src))
	$(call archive,$(ARM))

# The application's objects are in an archive. A variant comes first, so that its
# strong definitions replace the weak ones of the application.
$(DEVOUT)/libapp.a: $(app_obj)
	$(call archive,$(ARM))
$(DEVOUT)/libota.a: $(core_obj)
	$(call archive,$(ARM))

# Linker scripts may include each other, so their folder is searched.
ld_scripts := $(patsubst %,$(DEVSRC)/%,$(call dev_find,firmware/board/*.ld))
arm_link = $(ARM)gcc $(ARM_LDFLAGS) -L$(DEVSRC)/firmware/board \
	-T $(DEVSRC)/firmware/board/$(1) -Wl,-Map=$(@:.elf=.map) -o $@ \
	$(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -lc -lgcc \
	-Wl,--end-group

$(DEVOUT)/.linked: FORCE
	$(call keep_flags,$(ARM_LDFLAGS) $(common_obj) $(app_obj) $(rom_obj) \
		$(boot_obj) $(recovery_obj) $(tls_obj))
$(DEVOUT)/libapp.a $(DEVOUT)/libota.a $(programs:%=$(DEVOUT)/%.elf) \
	$(variant_programs:%=$(DEVOUT)/%.elf): $(DEVOUT)/.linked

$(DEVOUT)/rom.elf: $(rom_obj) $(common_obj) $(arm_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,rom.ld)
# The ROM's services replace parts of the portable core and of libfdt.
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
$(DEVOUT)/app-secure.elf: $(app-secure_obj) $(common_obj) $(tls_libs) $(ld_scripts)
	$(call say,LD,$@)
	$(Q)$(call arm_link,app.ld)
$(DEVOUT)/recovery-secure.elf: $(recovery-secure_obj) $(common_obj) $(tls_libs) \
		$(ld_scripts)
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

# What an overlay only changes has its address in the board's own source.
$(DEVOUT)/%.dtbo: $(DEVSRC)/firmware/board/%.dtso | deps-build
	$(call say,DTC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)dtc -I dts -O dtb -W no-unit_address_vs_reg -o $@ $<

# What 'otalab explain build' lists.
$(DEVOUT)/programs.txt: tools/programs.awk \
		$(patsubst %,$(DEVSRC)/%,$(call dev_find,firmware/variants/*.c))
	$(call say,LIST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)awk -f $^ >$@

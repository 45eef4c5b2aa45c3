# SPDX-License-Identifier: MIT
#
# The device programs once more, compiled for the host, and the whole tool with
# the machine that runs them (sim/native) in place of QEMU's.

NATIVE := $(DEVOUT)/native
# The tool; beside `otalab` it finds the same files.
NATIVE_TOOL ?= $(B)/otalab-native
hosted_machine_src := $(wildcard sim/native/*.c)
# What touches the core has another version in firmware/native.
hosted_board_src := $(filter-out $(addprefix firmware/board/,fault.c \
	start_image.c start_rom.c strings.c zeroize.c),\
	$(call dev_find,firmware/board/*.c)) firmware/native/fault.c
hosted_obj = $(patsubst %.c,$(NATIVE)/obj/%.o,$(1))

hosted_defs = -I$(DEVSRC)/firmware/native -I$(DEVSRC)/firmware \
	-I$(DEVSRC)/bootloader -isystem $(FDT) $(HOST_DEFS) \
	$(if $(filter %/crypto.c,$<),,$(hosted_crypto))
# What takes long on the board is a matter of the machine, which knows the time
# it takes there.
hosted_crypto := -Dcrypto_verify=native_crypto_verify \
	-Dcrypto_sha256=native_crypto_sha256
# The board's addresses have 32 bits.
hosted_warn := -Wno-int-to-pointer-cast -Wno-pointer-to-int-cast
$(NATIVE)/obj/%.o: $(DEVSRC)/%.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARN) $(hosted_warn) $(hosted_defs) -MMD -MP \
		-c -o $@ $<

hosted_board := $(call hosted_obj,$(hosted_board_src))
$(NATIVE)/libota.a: $(call hosted_obj,$(call dev_find,firmware/ota/*.c))
	$(archive)

hosted_rom := $(call hosted_obj,$(call dev_find,bootloader/rom/*.c) \
	firmware/native/start_rom.c)
hosted_image := $(call hosted_obj,firmware/native/start_image.c)
hosted_boot := $(call hosted_obj,$(call dev_find,bootloader/boot/*.c)) \
	$(hosted_image)
hosted_app := $(call hosted_obj,$(call dev_find,firmware/app/*.c)) \
	$(hosted_image)
hosted_recovery := $(call hosted_obj,$(call dev_find,firmware/recovery/*.c) \
	firmware/app/updater.c firmware/app/channel_plain.c) $(hosted_image)
hosted_variants := $(shell sed -n 's/.*X(\([a-z_]*\)) *\\*$$/\1/p' \
	sim/native/variants.h | grep -vx NATIVE_VARIANTS)
$(foreach v,$(hosted_variants),$(eval hosted_$(v) := \
	$(call hosted_obj,firmware/variants/$(v).c) $(hosted_image)))
# A variant's definitions come first: the application is an archive.
$(NATIVE)/libapp.a: $(hosted_app)
	$(archive)
$(hosted_variants:%=$(NATIVE)/%.o): $(NATIVE)/libapp.a
hosted_programs := rom boot app recovery $(hosted_variants)

# Each program is one object that shows nothing but its start, and in the ROM
# the services. Its variables are in sections of its own, so that they can be
# reset.
hosted_shows = --keep-global-symbol=native_start \
	$(if $(filter rom,$(1)),--keep-global-symbol=rom_services)
define hosted_program
$(NATIVE)/$(1).o: $$(hosted_$(1)) $$(hosted_board) $(NATIVE)/libota.a
	$$(call say,LD,$$@)
	$$(Q)ld -r -o $$@.all $$(filter %.o,$$^) --start-group \
		$$(filter %.a,$$^) --end-group
	$$(Q)objcopy $$(call hosted_shows,$(1)) $$@.all
	$$(Q)objcopy --redefine-sym native_start=native_$(1)_start \
		--rename-section .data=native_$(1)_data \
		--rename-section .bss=native_$(1)_bss $$@.all $$@
	$$(Q)rm $$@.all
endef
$(foreach p,$(hosted_programs),$(eval $(call hosted_program,$(p))))

# The programs as the board has them, by which they are known.
$(DEVOUT)/rom.bin: $(DEVOUT)/rom.elf
	$(call say,BIN,$@)
	$(Q)$(ARM)objcopy -O binary $< $@
$(NATIVE)/%_bytes.o: $(DEVOUT)/%.bin
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $(@D)/native_$*_bytes && cd $(@D) && \
		ld -r -b binary -z noexecstack -o $(@F) native_$*_bytes
	$(Q)objcopy --redefine-sym \
		_binary_native_$*_bytes_start=native_$*_bytes --redefine-sym \
		_binary_native_$*_bytes_end=native_$*_bytes_end $@

.PHONY: native
native: ## the tool with device programs compiled for the host
native: $(NATIVE_TOOL)
# What takes the place of sim/machine in a program.
native_machine := $(call host_obj,$(hosted_machine_src)) \
	$(hosted_programs:%=$(NATIVE)/%.o) $(hosted_programs:%=$(NATIVE)/%_bytes.o)
$(NATIVE_TOOL): $(call host_obj,$(main_src)) $(native_machine) $(libs)
	$(call say,LD,$@)
	$(Q)$(host_link)

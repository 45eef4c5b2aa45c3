# SPDX-License-Identifier: MIT
#
# The boot chain on the host: bootloader/boot and firmware/ota, compiled as they
# are, with tests/native as their board. Uses B, Q, say, archive and the flags of
# the Makefile. The sources of the boot chain may be another tree (a mutant's):
#
#   NATIVE_SRC     where bootloader/ and firmware/ lie
#   NATIVE_OUT     where its objects go, and the campaign

NATIVE_SRC ?= .
NATIVE_OUT ?= $(B)/native

native_find = $(patsubst $(NATIVE_SRC)/%,%,$(wildcard $(NATIVE_SRC)/$(1)))
native_obj = $(patsubst %.c,$(NATIVE_OUT)/obj/%.o,$(1))
# services.c is the way to the ROM's code, which is linked in here.
native_boot := $(call native_obj,$(filter-out %/services.c,\
	$(call native_find,bootloader/boot/*.c)))
native_ota := $(call native_obj,$(call native_find,firmware/ota/*.c))
native_side := $(call native_obj,$(addprefix tests/native/,port.c app.c verify.c))

native_defs = -include tests/native/names.h -I$(NATIVE_SRC)/firmware \
	-I$(NATIVE_SRC)/bootloader/boot $(HOST_DEFS) -Itests/native
$(native_boot): native_defs += -Dmain=native_main
$(NATIVE_OUT)/obj/firmware/ota/crypto.o: \
	native_defs += -Dcrypto_verify=crypto_verify_computed

define native_compile
$(call say,CC,$<)
$(Q)mkdir -p $(@D)
$(Q)$(CC) $(HOST_CFLAGS) $(WARN) $(native_defs) -MMD -MP -c -o $@ $<
endef
$(native_side): $(NATIVE_OUT)/obj/%.o: %.c $(B)/.flags | deps-build
	$(native_compile)
$(native_boot) $(native_ota): $(NATIVE_OUT)/obj/%.o: $(NATIVE_SRC)/%.c \
		$(B)/.flags | deps-build
	$(native_compile)

# All variables of the bootloader in one section that can be cleared, as
# start-up code does.
$(NATIVE_OUT)/boot.o: $(native_boot)
	$(call say,LD,$@)
	$(Q)ld -r -o $@ $^
	$(Q)objcopy --rename-section .bss=native_bss $@

$(NATIVE_OUT)/devicetree.o: $(dtb)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $(@D)/devicetree && cd $(@D) && \
		ld -r -b binary -z noexecstack -o $(@F) devicetree
	$(Q)objcopy --redefine-sym _binary_devicetree_start=devicetree_start \
		--redefine-sym _binary_devicetree_end=devicetree_end $@

# Programs of their own.
native_mains := tests/native/campaign.c tests/native/foresee.c
native_host := $(call host_obj,$(filter-out $(native_mains) \
	$(addprefix tests/native/,port.c app.c verify.c),\
	$(wildcard tests/native/*.c)))
$(NATIVE_OUT)/libnative.a: $(native_host) $(native_side) $(native_ota) \
		$(NATIVE_OUT)/boot.o $(NATIVE_OUT)/devicetree.o
	$(archive)

native_campaign := $(NATIVE_OUT)/campaign
$(native_campaign): $(call host_obj,tests/native/campaign.c) \
		$(NATIVE_OUT)/libnative.a $(libs)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(host_link)

# What inspect foresees, against what the bootloader does.
native_foresee := $(NATIVE_OUT)/foresee
$(native_foresee): $(call host_obj,tests/native/foresee.c) \
		$(NATIVE_OUT)/libnative.a $(libs)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(host_link)
test: $(native_foresee)

# tests/fuzz/fuzz_boot.c comes before the portable core of the host: it has its
# own, from here.
$(B)/fuzz_boot: $(NATIVE_OUT)/libnative.a

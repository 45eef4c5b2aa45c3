# SPDX-License-Identifier: MIT
#
# The tool and the QEMU plugin.

WARN := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror
# Sanitizers rewrite expressions before gcc checks them, so it warns about casts
# that are not in the source. Only the plain builds have to be free of warnings.
WARN += $(if $(SAN),-Wno-error)
comma := ,
san_flags := $(if $(SAN),-fsanitize=address$(comma)undefined \
	-fno-sanitize-recover=all)
map_paths := -ffile-prefix-map=$(CURDIR)/=
HOST_CFLAGS := -std=gnu11 -O2 -g -fno-common $(san_flags) $(map_paths) \
	$(if $(FUZZ),-fsanitize=fuzzer-no-link)
HOST_DEFS := -D_GNU_SOURCE= -Isim -Ifirmware -I. -isystem $(MBED)/include -isystem $(P256) \
	-isystem $(SHRINK) -isystem firmware/heatshrink \
	-DMBEDTLS_CONFIG_FILE='"base/mbedtls_host_config.h"'
# mbedTLS copies no bytes from nowhere, which is harmless and not for us to mend.
third_party_san := $(if $(SAN),-fno-sanitize=nonnull-attribute)
HOST_LDFLAGS := $(san_flags) -Wl,--exclude-libs,ALL -Wl,--as-needed
HOST_LIBS := -lfdt -ljson-c -lyaml -lncursesw -ltinfo -ldw -lelf -ldivsufsort -lcbor

sim_src := $(filter-out sim/shim/% sim/native/% sim/cli/main.c,$(wildcard sim/*/*.c))
# What of the protected channel needs no board is tested here, too.
ota_src := $(wildcard firmware/ota/*.c) $(addprefix firmware/tls/,clock.c \
	health.c identity.c moment.c signed_time.c)
shim_src := $(wildcard sim/shim/*.c)
tui_src := $(wildcard tui/*.c)
main_src := $(wildcard sim/cli/main.c)

host_obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
host_link = $(CC) $(HOST_LDFLAGS) $(1) -o $@ $(filter %.o,$^) \
	-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(HOST_LIBS)
libs := $(B)/libtui.a $(B)/libotalab.a $(B)/libota.a $(B)/libmbed.a \
	$(B)/libheatshrink.a

$(B)/.flags: FORCE
	$(call keep_flags,$(CC) $(HOST_CFLAGS) $(WARN) $(HOST_DEFS) \
		$(call third_party_flags,p256-m.c) $(shell cksum $(shrink_config) \
		sim/base/mbedtls_host_config.h))

# Likewise, whatever is linked or archived depends on its flags and on the list of
# sources, because no object shows that a source was removed.
$(B)/.linked: FORCE
	$(call keep_flags,$(HOST_LDFLAGS) $(HOST_LIBS) $(sim_src) $(ota_src) \
		$(shim_src) $(tui_src) $(main_src) $(mbed_host_src) \
		$(shrink_host_src) \
		$(unit_src) $(qemu_src))
$(libs) $(B)/otalab $(B)/libotalab-shim.so: $(B)/.linked

.PHONY: host
host: ## the host tool and the plugin
host: $(libs) $(if $(main_src),$(B)/otalab) \
	$(if $(shim_src),$(B)/libotalab-shim.so)

$(B)/obj/build/src/%.o: build/src/%.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(third_party_san) $(HOST_DEFS) -w \
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

# Objects are prerequisites; the archive is rebuilt from scratch, so a removed
# source leaves nothing behind.
define archive
$(call say,AR,$@)
$(Q)mkdir -p $(@D)
$(Q)rm -f $@ && $(1)ar rcsD $@ $(filter %.o,$^)
endef

$(B)/libotalab.a: $(call host_obj,$(sim_src))
	$(archive)
$(B)/libtui.a: $(call host_obj,$(tui_src))
	$(archive)
$(B)/libota.a: $(call host_obj,$(ota_src))
	$(archive)
$(B)/libmbed.a: $(call host_obj,$(mbed_host_src))
	$(archive)
$(B)/libheatshrink.a: $(call host_obj,$(shrink_host_src))
	$(archive)

$(B)/otalab: $(call host_obj,$(main_src)) $(libs)
	$(call say,LD,$@)
	$(Q)$(call host_link,)

$(B)/libotalab-shim.so: $(call host_obj,$(shim_src))
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-z,noexecstack -o $@ $(filter %.o,$^)

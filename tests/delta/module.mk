# SPDX-License-Identifier: MIT
#
# Real pairs of images for delta updates, and the program that applies patches
# between them. Uses B, Q, say, host_obj and host_link of the Makefile.

delta_pairs := $(B)/delta/pairs
$(B)/obj/tests/delta/%.o: tests/delta/%.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARN) $(test_defs) -MMD -MP -c -o $@ $<

$(delta_pairs): $(B)/obj/tests/delta/pairs.o $(libs)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(host_link)

# The images; only the file that says so is a target, because the script makes
# all of them at once.
delta_images := $(B)/delta/images/base.img
$(delta_images): tools/delta-pairs.sh $(wildcard tests/delta/*.rule) \
		$(DEVOUT)/app.bin $(B)/otalab
	$(call say,PAIRS,$(@D))
	+$(Q)tools/delta-pairs.sh $(B) $(@D)

test: $(delta_pairs) $(delta_images)
bench: $(delta_pairs) $(delta_images)

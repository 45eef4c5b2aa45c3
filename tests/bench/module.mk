# SPDX-License-Identifier: MIT
#
# The program that measures speeds for `make bench`; no test, needs no
# Criterion. Uses B, Q, say, libs and the flags of the Makefile, and the guest
# of the machine tests.

$(B)/obj/tests/bench/%.o: tests/bench/%.c $(B)/.flags | deps-build
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(WARN) $(test_defs) -MMD -MP -c -o $@ $<

$(B)/tests/bench: $(B)/obj/tests/bench/bench.o $(libs) | $(B)/tests/guest.elf
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(host_link)

$(B)/tests/bench_native: $(B)/obj/tests/bench/bench_native.o \
		$(native_machine) $(libs)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(host_link)

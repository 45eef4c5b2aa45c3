# SPDX-License-Identifier: MIT
#
# The guest of the machine tests. Uses B, Q, say and ARM of the Makefile.

guest_src := tests/qemu/guests
guest_elf := $(B)/tests/guest.elf

$(guest_elf): $(guest_src)/guest.c $(guest_src)/guest.h $(guest_src)/guest.ld \
		firmware/board/registers.h tests/qemu/module.mk
	$(call say,ARM,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(ARM)gcc -mcpu=cortex-m4 -mthumb -std=gnu11 -Os -ffreestanding \
		-fno-builtin -Wall -Wextra -Werror -Ifirmware -I$(guest_src) \
		-nostdlib -nostartfiles -Wl,-T,$(guest_src)/guest.ld \
		-Wl,--build-id=none -Wl,--fatal-warnings -o $@ $< -lgcc

$(B)/tests/qemu: | $(guest_elf) $(B)/libotalab-shim.so

# The sweep's guest is one source for four stages. Each lies in a folder of its
# own, under the name of the program whose place it takes.
sweep_obj := $(call dev_obj,tests/qemu/guests/sweep_guest.c)
sweep_guests := $(addprefix $(B)/tests/guests/sweep-, \
	rom/rom.elf boot/boot.bin app/sweep.bin recovery/recovery.bin)
$(sweep_guests:%.bin=%.elf): $(sweep_obj) $(common_obj) $(arm_libs) \
		$(ld_scripts)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(call arm_link,$(patsubst sweep,app,$(basename $(@F))).ld)

$(B)/tests/qemu: | $(sweep_guests)

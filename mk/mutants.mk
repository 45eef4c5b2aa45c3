# SPDX-License-Identifier: MIT
#
# The same device programs with one planted defect.

# make mutant M=NAME plants the defect of tests/mutants/NAME.rule in a copy of
# the device sources and builds it in $(B)/mutants/NAME/firmware. An unchanged
# source gives the same code there (only the folders named in debug information
# differ).
mutant_dir := $(B)/mutants/$(M)
mutant_names := $(basename $(notdir $(wildcard tests/mutants/*.rule)))
device_files := $(shell find bootloader firmware -type f 2>/dev/null)

.PHONY: mutant mutants mutants-all $(mutant_names:%=mutant-%)
mutant: ## the device programs with one planted defect (M=NAME)
	$(if $(filter $(mutant_names),$(M)),,$(error say which: make mutant \
		M=NAME, with NAME one of: $(mutant_names)))
	$(Q)$(MAKE) --no-print-directory $(mutant_dir)/.planted
	$(Q)$(MAKE) --no-print-directory NODEPS=1 B=$(B) \
		DEVSRC=$(mutant_dir)/src DEVOUT=$(mutant_dir)/firmware \
		$(if $(shell grep -E '^firmware/(app|board)/' \
		tests/mutants/$(M).rule),firmware,programs)
mutants: ## find the defects that others have had (tests/mutants/history.txt)
mutants: all
	$(Q)tools/history.sh $(B)
mutants-all: ## build every mutant
mutants-all: $(mutant_names:%=mutant-%)
$(mutant_names:%=mutant-%): mutant-%: | $(arm_libs) $(tls_libs)
	$(Q)$(MAKE) --no-print-directory NODEPS=1 B=$(B) mutant M=$*

ifneq ($(filter $(mutant_names),$(M)),)
$(mutant_dir)/.planted: tests/mutants/$(M).rule $(device_files) | $(arm_libs) $(tls_libs)
	$(call say,PLANT,$<)
	$(Q)tools/mutant.sh $< $(mutant_dir)/src $(mutant_dir)/firmware $(B)/firmware
	$(Q)touch $@
endif

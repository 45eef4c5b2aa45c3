# SPDX-License-Identifier: MIT
#
# Otalab's build, for GNU make. New source files need no change here. `make help`
# lists the targets; mk/ has the rules, one file for each kind of product.
#
#   CC=gcc|clang   host compiler; any other than gcc builds in build-NAME
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
# Third-party sources, and what is built from them for the target, are shared.
SRC := build/src
ARMLIB := build/third-party
# Device programs: sources below $(DEVSRC), results in $(DEVOUT). Mutants use
# other trees.
DEVSRC ?= .
DEVOUT ?= $(B)/firmware

.PHONY: all
all: ## build everything (default)
all: host firmware native

# ---- set-up

# NODEPS=1 skips the check for packages (for recursive calls).
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

# A change of flags recompiles, because objects depend on a file that holds the
# flags. Its temporary name contains this make's process: mutants are built in
# parallel.
.PHONY: FORCE
this_make := $(shell echo $$PPID)
define keep_flags
$(shell mkdir -p $(@D))$(file >$@.$(this_make),$(1))
$(Q)cmp -s $@.$(this_make) $@ && rm $@.$(this_make) || mv $@.$(this_make) $@
endef

include mk/third-party.mk mk/host.mk mk/device.mk mk/native.mk mk/mutants.mk mk/tests.mk \
	mk/install.mk

# ---- the rest

.PHONY: lint format size clean help
lint: ## format, static analysis, function lengths, the project's rules
lint: deps-lint $(B)/libotalab.a $(B)/libota.a
	$(Q)tools/lint.sh $(B)
format: ## format all C sources
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | \
		xargs -r clang-format -i
size: ## code sizes of the device programs
size: programs
	$(Q)$(if $(programs),tools/size.sh $(DEVOUT),true)
clean: ## remove everything that was built
	rm -rf build build-*
help: ## this list
	@sed -n 's/^\([a-z-]*\): *## \(.*\)/\1\t\2/p' $(filter %akefile %.mk,$(MAKEFILE_LIST)) | \
		expand -t 12

# What objects depend on; a mutant's only where that mutant is built.
-include $(shell find $(B) $(ARMLIB) $(DEVOUT) $(NATIVE_OUT) \
	-path $(B)/mutants -prune -o -name '*.d' -print 2>/dev/null)

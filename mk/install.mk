# SPDX-License-Identifier: MIT
#
# What is installed where below PREFIX.

# The program finds everything relative to itself, so PREFIX is not compiled in
# and an installation can be moved as a whole.
PREFIX ?= /usr/local
DESTDIR ?=
place = "$(DESTDIR)$(PREFIX)/$(1)"
put = install -D -m 644
# Solutions are for the proof of a lesson alone.
scenario_files := $(shell find scenarios -type f ! -path '*/solution/*' \
	2>/dev/null)
doc_files := README.md LICENSE $(shell find docs -type f 2>/dev/null)

# Texts that the program generates from its own tables: the command for each, and
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
install: host native firmware $(texts)
	$(call say,INSTALL,$(call place,bin/otalab))
	$(Q)install -D -s $(B)/otalab $(call place,bin/otalab)
	$(Q)install -D -s $(NATIVE_TOOL) $(call place,bin/otalab-native)
	$(Q)$(put) -s $(B)/libotalab-shim.so \
		$(call place,lib/otalab/libotalab-shim.so)
	$(Q)rm -rf $(call place,share/otalab) $(call place,share/doc/otalab)
	$(Q)$(put) -t $(call place,share/otalab/firmware) $(DEVOUT)/*.elf \
		$(DEVOUT)/*.bin $(DEVOUT)/*.dtb $(DEVOUT)/*.dtbo \
		$(DEVOUT)/programs.txt
	$(Q)for file in $(scenario_files); do \
		$(put) "$$file" $(call place,share/otalab/)"$$file"; done
	$(Q)for file in $(doc_files); do \
		$(put) "$$file" $(call place,share/doc/otalab/)"$$file"; done
	$(Q)$(put) $(B)/texts/otalab.1 $(call place,$(man_page))
	$(Q)$(put) $(B)/texts/bash $(call place,$(bash_script))
	$(Q)$(put) $(B)/texts/zsh $(call place,$(zsh_script))
	$(Q)$(put) $(B)/texts/fish $(call place,$(fish_script))
uninstall: ## remove what 'make install' installed (same PREFIX)
	$(Q)rm -rf $(call place,lib/otalab) $(call place,share/otalab) \
		$(call place,share/doc/otalab)
	$(Q)rm -f $(call place,bin/otalab) $(call place,bin/otalab-native) \
		$(call place,$(man_page)) \
		$(call place,$(bash_script)) $(call place,$(zsh_script)) \
		$(call place,$(fish_script))

# SPDX-License-Identifier: MIT
#
# The programs of tests/cli/coap.sh. Uses B, Q, say, host_obj and host_link of
# the Makefile. libcoap is a judge of tests only; nothing else links it.

coap_programs := $(B)/tests/coap/bridge $(B)/tests/coap/agree \
	$(B)/tests/coap/fetch

$(B)/tests/coap/agree $(B)/tests/coap/fetch: coap_libs := -lcoap-3-notls
$(B)/tests/coap/fetch: $(B)/obj/tests/coap/peer.o $(B)/libota.a
$(coap_programs): $(B)/tests/coap/%: $(B)/obj/tests/coap/%.o $(B)/libotalab.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(call host_link,) $(coap_libs)

test: $(coap_programs)

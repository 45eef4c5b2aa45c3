# SPDX-License-Identifier: MIT
#
# Third-party code that is fetched as source: mbedTLS, p256-m, libfdt,
# heatshrink. Which of their files are used, and how they are compiled for host
# and device.

MBED := $(SRC)/mbedtls
FDT := $(SRC)/device-tree-compiler/libfdt
P256 := $(MBED)/3rdparty/p256-m/p256-m

MBED_CORE := sha256 platform_util
MBED_HOST := $(MBED_CORE) aes asn1parse asn1write base64 bignum bignum_core \
	bignum_mod bignum_mod_raw block_cipher ccm cipher cipher_wrap \
	constant_time ecdh ecdsa ecp ecp_curves error gcm hmac_drbg md oid pem \
	pk pk_ecc pk_wrap pkparse pkwrite platform ssl_ciphersuites ssl_client \
	ssl_msg ssl_tls ssl_tls12_client ssl_tls12_server x509 x509_create \
	x509_crt x509write x509write_crt sha1
mbed_host_src := $(MBED_HOST:%=$(MBED)/library/%.c) $(P256)/p256-m.c
mbed_arm_src := $(MBED_CORE:%=$(MBED)/library/%.c) $(P256)/p256-m.c

# DTLS for the device, with a configuration of its own: an archive that takes the
# place of the other one in programs with a protected channel.
MBED_TLS := $(MBED_CORE) aes asn1parse asn1write bignum bignum_core bignum_mod \
	bignum_mod_raw block_cipher ccm cipher cipher_wrap constant_time \
	ctr_drbg ecdh ecdsa ecp ecp_curves gcm md memory_buffer_alloc oid pk \
	pk_ecc pk_wrap pkparse platform ssl_ciphersuites ssl_client ssl_msg \
	ssl_tls ssl_tls12_client x509 x509_crt
mbed_tls_src := $(MBED_TLS:%=$(MBED)/library/%.c) $(P256)/p256-m.c
FDT_FILES := fdt fdt_ro fdt_addresses fdt_strerror
fdt_arm_src := $(FDT_FILES:%=$(FDT)/%.c)

# heatshrink's configuration, the same for host and device, is our own. Compilers
# do not list it as a dependency, so it is among the flags.
SHRINK := $(SRC)/heatshrink
shrink_config := firmware/heatshrink/heatshrink_config.h
shrink_host_src := $(SHRINK)/heatshrink_decoder.c $(SHRINK)/heatshrink_encoder.c
shrink_arm_src := $(SHRINK)/heatshrink_decoder.c

third_party_src := $(sort $(mbed_host_src) $(mbed_arm_src) $(mbed_tls_src) $(fdt_arm_src) \
	$(shrink_host_src))
$(third_party_src): | deps-build ;

# p256-m is compiled only if mbedTLS's driver switch is on; we call it directly.
# Its key generation needs a random source: the device drops both (by section
# garbage collection), and the host has one that refuses. The source has a name of
# its own, because Criterion loads a libmbedcrypto that has one, too.
third_party_flags = $(if $(filter %p256-m.c,$(1)),\
	-DMBEDTLS_PSA_P256M_DRIVER_ENABLED \
	-Dpsa_generate_random=otalab_no_random_source)

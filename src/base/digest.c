#include "config.h"

#include <sodium.h>

#include "base/digest.h"

_Static_assert(DIGEST_SIZE == 2 * crypto_hash_sha256_BYTES + 1,
    "SHA-256 in hexadecimal");

_Static_assert(DIGEST_BYTES == crypto_hash_sha256_BYTES, "SHA-256");

void
digest_bytes(unsigned char hash[DIGEST_BYTES], const void *data,
    size_t length)
{
	crypto_hash_sha256(hash, data, length);
}

void
digest_text(char hex[DIGEST_SIZE], const void *data, size_t length)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, data, length);
	sodium_bin2hex(hex, DIGEST_SIZE, hash, sizeof hash);
}

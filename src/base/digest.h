/*
 * digest: SHA-256, to tell whether two texts are the same without keeping
 * either.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

/* 64 hexadecimal digits and a NUL. */
#define DIGEST_SIZE 65

/* The same as it is. */
#define DIGEST_BYTES 32

void digest_bytes(unsigned char hash[DIGEST_BYTES], const void *data,
    size_t length);
void digest_text(char hex[DIGEST_SIZE], const void *data, size_t length);

#endif

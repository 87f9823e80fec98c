/*
 * What the parts of the shim share: shim_torture.c has memory run out, and
 * shim_calls.c has other calls of the C library fail.
 */
#ifndef SHIM_TORTURE_H
#define SHIM_TORTURE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True if this call of the program is to fail, with one of the @count (below
 * 16) numbers @with, which errno then is. @kind tells the functions apart, from
 * 1; @caller is whence it was called.
 */
bool shim_call_fails(unsigned kind, const int *with, unsigned count,
    uintptr_t caller);

#endif

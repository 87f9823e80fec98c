/*
 * running: which programs run that may hold an old login in memory.
 */
#ifndef APP_RUNNING_H
#define APP_RUNNING_H

#include <stddef.h>

#include "formats/consumer.h"

struct running {
	long pid;
	char name[32];
};

size_t running_find(const struct consumer *consumer, const char *dir,
    struct running *list, size_t most);

#endif

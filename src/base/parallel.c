#include "config.h"

#include <pthread.h>
#include <unistd.h>

#include "base/parallel.h"

struct share {
	void (*work)(void *data);
	void *data;
};

static void *
run(void *data)
{
	struct share *share = data;

	share->work(share->data);
	return NULL;
}

void
parallel(void (*work)(void *data), void *one, void *other)
{
	struct share share = { work, other };
	pthread_t thread;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2 ||
	    pthread_create(&thread, NULL, run, &share) != 0) {
		work(one);
		work(other);
		return;
	}
	work(one);
	pthread_join(thread, NULL);
}

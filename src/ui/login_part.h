/*
 * login_part: the inside of the sign-in screen, for ui/login.c and
 * ui/login_draw.c.
 */
#ifndef UI_LOGIN_PART_H
#define UI_LOGIN_PART_H

#include "app/qr.h"
#include "ui/screen.h"
#include "ui/scroll.h"

struct login {
	char name[STORE_NAME_MAX + 1];
	bool browser;		/* by one; else by a code */
	struct qr *qr;		/* made when the address is known */
	bool qr_alone;
	struct scroll scroll;	/* of the text */
	struct error err;	/* how it ended; ERROR_NONE while it goes on */
};

/* Where its keys are, as ON_... */
uint64_t login_on(const struct login *login);

/* Draws it; @state is the struct login. */
void login_draw(struct ui *ui, void *state);

#endif

/*
 * complete: what may stand in the next place of a command line, for shells.
 *
 * All of it follows from the tables of options and commands, from what they say
 * of their values ("FORMAT") and operands ("[NAME|-]"). Nothing is changed, and
 * no network is used.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "base/buffer.h"

/*
 * Appends what may stand for the last of the @count @words, of which the first
 * is the program, and the last may be "": a line each, the word, a tab and what
 * it is. A line that begins with ':' asks the shell for what it knows itself,
 * for what stands behind the last '=' of the word:
 *	:files	:directories	:command
 * Where nothing can be told, nothing is appended.
 */
void complete_words(char *const *words, int count, struct buffer *out);

#endif

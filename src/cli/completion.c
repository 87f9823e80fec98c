/*
 * The completion of command lines in shells: a small script for each, which
 * asks `chatelaine completion words -- WORD...` what may come (cli/complete).
 */
#include "config.h"

#include <string.h>

#include "base/i18n.h"
#include "cli/cli.h"
#include "cli/complete.h"

/* bash breaks words at '=', ':' and '@' as well, which names may have in them:
 * they are put together again, and what it regards as done is left out of the
 * answers. '@' is the one of them that it takes to what follows. */
static const char bash[] =
"# chatelaine, completion for bash: eval \"$(chatelaine completion bash)\"\n"
"_chatelaine () {\n"
"	local left=${COMP_LINE:0:COMP_POINT} words=() word gap i\n"
"	local current value head breaks line file\n"
"	for ((i = 0; i <= COMP_CWORD; i++)); do\n"
"		gap=${left%%[![:blank:]]*}\n"
"		left=${left#\"$gap\"}\n"
"		word=${COMP_WORDS[i]}\n"
"		((i < COMP_CWORD)) || word=$left\n"
"		left=${left#\"$word\"}\n"
"		word=${word//[\\\"\\'\\\\]/}\n"
"		if ((i > 0)) && [[ -z $gap ]]; then\n"
"			words[${#words[@]}-1]+=$word\n"
"		else\n"
"			words+=(\"$word\")\n"
"		fi\n"
"	done\n"
"	current=${words[${#words[@]}-1]}\n"
"	breaks=${COMP_WORDBREAKS//[!@=:]/}\n"
"	head=\n"
"	if [[ $breaks && $current == *[$breaks]* ]]; then\n"
"		head=${current%\"${current##*[\"$breaks\"]}\"}\n"
"		head=${head%@}\n"
"	fi\n"
"	value=${current##*=}\n"
"	COMPREPLY=()\n"
"	while IFS=$'\\t' read -r line _; do\n"
"		case $line in\n"
"		:files) i=-f ;;\n"
"		:directories) i=-d ;;\n"
"		:command) i=-c ;;\n"
"		*)\n"
"			COMPREPLY+=(\"${line#\"$head\"}\")\n"
"			continue\n"
"			;;\n"
"		esac\n"
"		[[ $i == -c ]] || compopt -o filenames 2> /dev/null\n"
"		while IFS= read -r file; do\n"
"			file=${current%\"$value\"}$file\n"
"			COMPREPLY+=(\"${file#\"$head\"}\")\n"
"		done < <(compgen \"$i\" -- \"$value\")\n"
"	done < <(chatelaine completion words -- \"${words[@]}\" \\\n"
"		2> /dev/null)\n"
"}\n"
"complete -F _chatelaine chatelaine\n";

static const char zsh[] =
"#compdef chatelaine\n"
"# chatelaine, completion for zsh, after compinit:\n"
"# eval \"$(chatelaine completion zsh)\"\n"
"_chatelaine () {\n"
"	local line word shell=\n"
"	local -a found\n"
"	while IFS= read -r line; do\n"
"		case $line in\n"
"		(:*) shell=$line ;;\n"
"		(*)\n"
"			word=${${line%%$'\\t'*}//:/\\\\:}\n"
"			found+=(\"$word:${line#*$'\\t'}\")\n"
"			;;\n"
"		esac\n"
"	done < <(chatelaine completion words -- \\\n"
"		\"${(@Q)words[1,CURRENT-1]}\" \"${(Q)PREFIX}\" 2> /dev/null)\n"
"	(( ! $#found )) || _describe -t values chatelaine found\n"
"	[[ $shell != :(files|directories) ]] || compset -P '*='\n"
"	case $shell in\n"
"	(:files) _files ;;\n"
"	(:directories) _files -/ ;;\n"
"	(:command) _command_names -e ;;\n"
"	esac\n"
"}\n"
"if [[ $funcstack[1] == _chatelaine ]]; then\n"
"	_chatelaine \"$@\"\n"
"else\n"
"	compdef _chatelaine chatelaine\n"
"fi\n";

static const char fish[] =
"# chatelaine, completion for fish: chatelaine completion fish | source\n"
"function __chatelaine_complete\n"
"	set -l current (commandline -ct)\n"
"	set -l head (string match -r '^.*=' -- \"$current\")\n"
"	set -l value (string replace -r '^.*=' '' -- \"$current\")\n"
"	for line in (chatelaine completion words -- (commandline -opc) \\\n"
"			\"$current\" 2> /dev/null)\n"
"		switch $line\n"
"		case :files\n"
"			printf '%s\\n' \"$head\"(__fish_complete_path \\\n"
"				\"$value\")\n"
"		case :directories\n"
"			printf '%s\\n' \"$head\"(\\\n"
"				__fish_complete_directories \"$value\")\n"
"		case :command\n"
"			__fish_complete_command\n"
"		case '*'\n"
"			printf '%s\\n' $line\n"
"		end\n"
"	end\n"
"end\n"
"complete -c chatelaine -f -a '(__chatelaine_complete)'\n";

static const struct {
	const char *shell, *script;
} scripts[] = {
	{ "bash", bash },
	{ "zsh", zsh },
	{ "fish", fish },
};

/* What a script asks: nobody reads an error there. */
static int
print_words(struct cli *cli, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result;

	complete_words(cli->operand + 1, cli->operands - 1, &text);
	result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

int
cli_run_completion(struct cli *cli, struct error *err)
{
	struct buffer text = BUFFER_INIT;
	int result;

	if (strcmp(cli->operand[0], "words") == 0)
		return print_words(cli, err);
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
		if (strcmp(cli->operand[0], scripts[i].shell) == 0)
			buffer_add_string(&text, scripts[i].script);
	if (text.length == 0 || cli->operands > 1)
		result = error_set(err, ERROR_USAGE, "%s",
		    _("completion wants one shell: there are bash, zsh and "
		    "fish"));
	else
		result = cli_write(&text, err);
	buffer_release(&text);
	return result;
}

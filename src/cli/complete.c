#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/complete.h"
#include "formats/consumer.h"
#include "formats/format.h"

/* A command line up to its last word. */
struct state {
	const struct cli_command *command;	/* NULL: there is none... */
	bool named;		/* ...of the name that is given */
	int operands;		/* of it, so far */
	int option;		/* whose value comes next; -1 */
	bool no_options;	/* behind "--", */
	int before;		/* before which so many operands stood */
	uint64_t given;
	const char *store, *config;	/* --store, --config */
	const char *operand;	/* the last one */
	const char *head;	/* what stands before @current in its word... */
	int head_length;
	const char *current;	/* ...and what has been typed of it */
	struct buffer *out;
};

static void
add(struct state *s, const char *word, const char *summary)
{
	if (strncmp(word, s->current, strlen(s->current)) != 0)
		return;
	buffer_add(s->out, s->head, (size_t)s->head_length);
	buffer_addf(s->out, "%s\t", word);
	text_add_safe(s->out, summary);
	buffer_add_char(s->out, '\n');
}

static void
ask_shell(struct state *s, const char *what)
{
	buffer_addf(s->out, ":%s\n", what);
}

/* --- What words of the tables stand for ----------------------------------- */

static void
add_commands(struct state *s)
{
	for (size_t i = 0; i < cli_commands_count; i++)
		add(s, cli_commands[i].name, _(cli_commands[i].summary));
}

static void
add_formats(struct state *s)
{
	for (size_t i = 0; i < formats_count; i++)
		add(s, formats[i].name, _(formats[i].summary));
}

static void
add_models(struct state *s)
{
	for (size_t i = 0; i < format_models_count; i++)
		add(s, format_models[i], "");
}

static void
add_targets(struct state *s)
{
	/* KIND=PATH */
	if (strchr(s->current, '=') != NULL) {
		ask_shell(s, "files");
		return;
	}
	for (size_t i = 0; i < consumers_count; i++)
		if (s->option != OPTION_TO || consumers[i].lendable)
			add(s, consumers[i].kind, consumers[i].title);
}

static void
load_names(const struct state *s, struct store_names *names)
{
	struct settings settings;
	struct app app = { .store = NULL };

	*names = (struct store_names){ NULL, 0 };
	if (settings_load(&settings, s->config, s->store, false, NULL) == 0 &&
	    app_open(&app, &settings, NULL) == 0)
		store_list(app.store, names, NULL);
	app_release(&app);
	settings_release(&settings);
}

static void
add_names(struct state *s)
{
	struct store_names names;

	load_names(s, &names);
	for (size_t i = 0; i < names.count; i++)
		add(s, names.name[i], "");
	store_names_release(&names);
}

/* The names are sorted, so those of a tenant stand together. */
static void
add_tenants(struct state *s)
{
	char tenant[STORE_NAME_MAX + 1], last[STORE_NAME_MAX + 1] = "";
	struct store_names names;

	load_names(s, &names);
	for (size_t i = 0; i < names.count; i++) {
		size_t n = strcspn(names.name[i], "/");

		if (names.name[i][n] == '\0')
			continue;
		memcpy(tenant, names.name[i], n);
		tenant[n] = '\0';
		if (strcmp(tenant, last) != 0)
			add(s, tenant, "");
		strcpy(last, tenant);
	}
	store_names_release(&names);
}

static void
add_files(struct state *s)
{
	ask_shell(s, "files");
}

static void
add_directories(struct state *s)
{
	ask_shell(s, "directories");
}

static void
add_settings(struct state *s)
{
	for (int i = 0; i < SETTINGS; i++)
		add(s, setting_info[i].name, _(setting_info[i].summary));
}

/* The choices of the setting that is named before. */
static void
add_choices(struct state *s)
{
	enum setting setting = settings_find(s->operand, NULL);

	if (setting == SETTINGS || setting_info[setting].choices == NULL)
		return;
	for (int i = 0; setting_info[setting].choices[i] != NULL; i++)
		add(s, setting_info[setting].choices[i], "");
}

static const struct {
	const char *word;
	void (*add)(struct state *s);
} kinds[] = {
	{ "COMMAND", add_commands },
	{ "DIR", add_directories },
	{ "FILE", add_files },
	{ "FORMAT", add_formats },
	{ "KEY", add_settings },
	{ "KIND", add_targets },
	{ "MODEL", add_models },
	{ "NAME", add_names },
	{ "OLD", add_names },
	{ "TARGET", add_targets },
	{ "TENANT", add_tenants },
	{ "VALUE", add_choices },
};

/* @word is of @length: one of the table, or one to be typed as it is. */
static void
add_kind(struct state *s, const char *word, size_t length)
{
	char literal[32];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strlen(kinds[i].word) == length &&
		    strncmp(kinds[i].word, word, length) == 0)
			kinds[i].add(s);
	if (length == 0 || length >= sizeof literal ||
	    (*word >= 'A' && *word <= 'Z'))
		return;
	memcpy(literal, word, length);
	literal[length] = '\0';
	add(s, literal, "");
}

/* --- Options -------------------------------------------------------------- */

static void
add_values(struct state *s)
{
	const char *value = cli_options[s->option].value;

	/* A name that is given to what is made is new. */
	if (strcmp(value, "NAME") != 0)
		add_kind(s, value, strlen(value));
}

/* The word is "--for=" and more: whose value it is; false: no such option. */
static bool
split_value(struct state *s, const char *word, const char *equals)
{
	for (int i = 0; i < OPTIONS; i++)
		if (cli_options[i].value != NULL &&
		    strlen(cli_options[i].name) ==
		    (size_t)(equals - word - 2) &&
		    strncmp(cli_options[i].name, word + 2,
		    (size_t)(equals - word - 2)) == 0) {
			s->option = i;
			s->head = word;
			s->head_length = (int)(equals + 1 - word);
			s->current = equals + 1;
			return true;
		}
	return false;
}

static void
add_options(struct state *s)
{
	uint64_t taken = cli_options_of(s->command);
	char word[64];

	for (int i = 0; i < OPTIONS; i++) {
		if ((taken & CLI_OPTION(i)) == 0 ||
		    (i != OPTION_FOR && (s->given & CLI_OPTION(i)) != 0))
			continue;
		snprintf(word, sizeof word, "--%s", cli_options[i].name);
		add(s, word, _(cli_options[i].summary));
	}
}

/* --- Operands ------------------------------------------------------------- */

/* The alternatives of "[NAME|-]", "bash|zsh|fish"; of @length. */
static void
add_alternatives(struct state *s, const char *text, size_t length)
{
	size_t from = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && strchr("[|]", text[i]) == NULL)
			continue;
		add_kind(s, text + from, i - from);
		from = i + 1;
	}
}

/* Finds the word of the usage that stands for the next operand. One that ends
 * in "..." stands for all that follow. */
static void
add_operands(struct state *s)
{
	const char *at = s->command->usage, *word;
	int number = 0, operands = s->operands;
	size_t n;

	for (; *at != '\0'; at += n + (at[n] == ' ')) {
		bool many;

		word = at;
		n = strcspn(at, " ");
		if (n == 2 && strncmp(word, "--", 2) == 0) {
			if (number == operands && !s->no_options) {
				add(s, "--", "");
				return;
			}
			continue;
		}
		/* A name that was left out before "--". */
		if (s->no_options && s->before == 0 && *word == '[' &&
		    strncmp(word + n, " -- ", 4) == 0) {
			number++;
			operands++;
			continue;
		}
		many = n > 3 && strncmp(word + n - 3, "...", 3) == 0;
		if (number++ != operands && !many)
			continue;
		/* Another program's command line. */
		if (many && strncmp(word, "COMMAND", 7) == 0)
			ask_shell(s, number > operands ? "command" :
			    "files");
		else
			add_alternatives(s, word, many ? n - 3 : n);
		return;
	}
}

/* --- Reading what is there ------------------------------------------------ */

/* A value may come behind the word: "--for", "-f". */
static void
read_option(struct state *s, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t n = strlen(word);

	for (int i = 0; i < OPTIONS; i++) {
		const struct cli_option_info *info = &cli_options[i];
		bool is_long = word[1] == '-' && strcmp(info->name,
		    word + 2) == 0;
		bool is_last = word[1] != '-' && info->letter != 0 &&
		    word[n - 1] == info->letter;

		if (is_long || is_last) {
			s->given |= CLI_OPTION(i);
			s->option = info->value != NULL ? i : -1;
		} else if (equals != NULL && i == OPTION_STORE &&
		    strncmp(word, "--store=", 8) == 0)
			s->store = equals + 1;
		else if (equals != NULL && i == OPTION_CONFIG &&
		    strncmp(word, "--config=", 9) == 0)
			s->config = equals + 1;
	}
}

static void
read_word(struct state *s, const char *word)
{
	if (s->option >= 0) {
		if (s->option == OPTION_STORE)
			s->store = word;
		else if (s->option == OPTION_CONFIG)
			s->config = word;
		s->option = -1;
	} else if (!s->no_options && strcmp(word, "--") == 0) {
		s->no_options = true;
		s->before = s->operands;
	} else if (!s->no_options && word[0] == '-' && word[1] != '\0')
		read_option(s, word);
	else if (s->named) {
		s->operands++;
		s->operand = word;
	} else {
		s->command = cli_find_command(word);
		s->named = true;
	}
}

void
complete_words(char *const *words, int count, struct buffer *out)
{
	struct state s = { .option = -1, .head = "", .out = out };
	const char *word, *equals;

	if (count < 2)
		return;
	for (int i = 1; i < count - 1; i++)
		read_word(&s, words[i]);
	word = s.current = words[count - 1];
	equals = strchr(word, '=');
	if (s.option >= 0)
		add_values(&s);
	else if (!s.no_options && strncmp(word, "--", 2) == 0 &&
	    equals != NULL) {
		if (split_value(&s, word, equals))
			add_values(&s);
	} else if (!s.no_options && word[0] == '-')
		add_options(&s);
	else if (s.command != NULL)
		add_operands(&s);
	else if (!s.named)
		add_commands(&s);
}

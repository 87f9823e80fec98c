# shellcheck shell=bash
# The profile that commands are about here, and how much of its access is left,
# in the prompt of bash or zsh: "[work 9d 23h]". In ~/.bashrc:
#
#	. /usr/share/doc/chatelaine/examples/chatelaine.sh
#	PS1='$(chatelaine_prompt)'$PS1
#
# In ~/.zshrc:
#
#	. /usr/share/doc/chatelaine/examples/chatelaine.sh
#	setopt prompt_subst
#	PROMPT='$(chatelaine_prompt)'$PROMPT
#
# One call, of a few milliseconds, without the network. "[?]" stands where a
# .chatelaine-profile is not trusted; nothing where there is no profile.

chatelaine_prompt () {
	local line
	line=$(chatelaine show --short 2> /dev/null)
	case $? in
	0) printf '[%s] ' "$line" ;;
	6) printf '[?] ' ;;
	esac
}

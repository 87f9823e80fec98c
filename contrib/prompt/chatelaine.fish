# The profile that commands are about here, and how much of its access is left,
# at the right of the prompt of fish: "[work 9d 23h]". In
# ~/.config/fish/config.fish:
#
#	source /usr/share/doc/chatelaine/examples/chatelaine.fish
#	function fish_right_prompt; chatelaine_prompt; end
#
# One call, of a few milliseconds, without the network. "[?]" stands where a
# .chatelaine-profile is not trusted; nothing where there is no profile.

function chatelaine_prompt
	set -l line (chatelaine show --short 2> /dev/null)
	switch $status
	case 0
		printf '[%s] ' "$line"
	case 6
		printf '[?] '
	end
end

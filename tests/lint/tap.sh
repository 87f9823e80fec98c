# shellcheck shell=sh
# Sourced by the checks of the tree: reports findings in the Test Anything
# Protocol. A check is a function that prints its findings, nothing when all
# is well.

: "${srcdir:=.}"
tap_count=0

# check DESCRIPTION FUNCTION [ARGUMENT]...
check () {
	description=$1
	shift
	tap_count=$((tap_count + 1))
	findings=$("$@" 2>&1)
	if [ -z "$findings" ]; then
		echo "ok $tap_count - $description"
	else
		echo "not ok $tap_count - $description"
		printf '%s\n' "$findings" | sed 's/^/# /'
	fi
}

# finish: the plan, at the end, because the checks counted themselves
finish () {
	echo "1..$tap_count"
}

# skip_all REASON
skip_all () {
	echo "1..0 # SKIP $*"
	exit 0
}

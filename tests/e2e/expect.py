"""What every answer of the command line must be like, whatever it says."""

import re

import vt

DONE, FAILED, USAGE, NOT_FOUND, NEEDS_LOGIN, UNAVAILABLE, REFUSED, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 7, 130

# An error names what to do next. These are the words in which each kind must do so.
_NEXT_STEP = {
    USAGE: r"help|--|there are|looks? like|letters, digits|use https|such as|chatelaine (use|list)|another name",
    NOT_FOUND: r"chatelaine (list|login|delete)|nothing",
    NEEDS_LOGIN: r"chatelaine login|sign in again|start again",
    UNAVAILABLE: r"again|later|once more|check|chatelaine (refresh|login|delete)",
    REFUSED: r" --|chatelaine (login|delete|undo|take-back|import|trust)|kept as|first|another name",
}

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")

# `list --json`, schema 1: chatelaine(1), JSON.
PROFILE_KEYS = {
    "name": str, "tenant": (str, type(None)), "email": (str, type(None)), "plan": (str, type(None)),
    "user_id": (str, type(None)), "account_id": (str, type(None)), "status": str, "reason": (str, type(None)),
    "renewable": bool, "owner": (str, type(None)), "expires_at": (str, type(None)), "expires_in": (int, type(None)),
    "last_refresh": (str, type(None)), "targets": list, "path": str, "warnings": list,
}
STATUSES = {"ok", "expiring", "expired", "in-doubt", "access-only", "needs-login", "damaged"}


def succeeded(result):
    """Exit 0, output that a terminal may show as it is. Returns the output."""
    assert result.status == DONE, f"exit {result.status}; stderr: {result.stderr!r}; stdout: {result.stdout!r}"
    vt.assert_clean_text(result.stderr_bytes)
    return vt.assert_clean_text(result.stdout_bytes)


def failed(result, *statuses):
    """One of the exit codes, and `chatelaine: message` with its next step on stderr. Returns the message."""
    assert result.status in statuses, \
        f"exit {result.status}, not {statuses}; stderr: {result.stderr!r}; stdout: {result.stdout!r}"
    vt.assert_clean_text(result.stdout_bytes)
    message = vt.assert_clean_text(result.stderr_bytes)
    first = message.splitlines()[0] if message else ""
    assert re.match(r"chatelaine: \S", first), f"not an error message: {message!r}"
    assert not re.match(r"chatelaine: [A-Z][a-z]", first), f"not in lower case: {message!r}"
    assert len(message) < 2000, f"{len(message)} characters are no message"
    step = _NEXT_STEP.get(result.status)
    assert step is None or re.search(step, message), f"names no next step: {message!r}"
    return message


def no_secret(result, *tokens):
    """None of the tokens stands in the output. Each is a token set of the issuer."""
    for text in (result.stdout, result.stderr):
        for token_set in tokens:
            for secret in (token_set.access_token, token_set.refresh_token, token_set.id_token):
                assert secret not in text
        assert not refresh_token_in(text) and "eyJ" not in text


def refresh_token_in(text):
    """True for what looks like one; in the middle of a word it is chance: a signature may have these letters."""
    return re.search(r"(?<![\w-])rt_", text) is not None


def profile_object(entry):
    """One profile of the JSON output: exactly the keys and types of schema 1."""
    assert set(entry) == set(PROFILE_KEYS)
    for key, kind in PROFILE_KEYS.items():
        assert isinstance(entry[key], kind) and not (kind is int and isinstance(entry[key], bool)), \
            f"{key} is {entry[key]!r}"
    assert entry["status"] in STATUSES
    for key in ("expires_at", "last_refresh"):
        assert entry[key] is None or RFC3339.match(entry[key]), f"{key} is {entry[key]!r}"
    return entry


def shown(result):
    """The object of `show --json`: a profile, and what it is of the command."""
    entry = result.json
    assert entry.pop("schema") == 1 and "chosen_by" in entry
    del entry["chosen_by"]
    return profile_object(entry)


def listed(chatelaine):
    """name -> object of `list --json`, each of them checked."""
    result = chatelaine("list", "--json")
    succeeded(result)
    document = result.json
    assert set(document) == {"schema", "store", "profiles"} and document["schema"] == 1
    return {entry["name"]: profile_object(entry) for entry in document["profiles"]}


def status_of(chatelaine, name="work"):
    return listed(chatelaine)[name]["status"]


def one_place(store, secret):
    """A refresh token is in exactly one file of the store, and that is a credential."""
    places = store.holds(secret)
    assert len(places) == 1 and places[0].endswith("credential.json"), places

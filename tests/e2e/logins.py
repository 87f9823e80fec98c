"""Logins in the files of programs, as those programs write them."""

import json
import os
import time
from pathlib import Path


def codex(tokens, refresh_token=None):
    """$CODEX_HOME/auth.json after `codex login`; "" in place of the refresh token makes it a view."""
    return {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": {
        "id_token": tokens.id_token, "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token if refresh_token is None else refresh_token,
        "account_id": tokens.account.account_id},
        "last_refresh": "2026-11-20T10:00:00.123456789Z"}


def openhands(tokens):
    """~/.openhands/auth/openai_oauth.json after the SDK's sign-in."""
    return {"type": "oauth", "vendor": "openai", "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token, "expires_at": tokens.expires_at * 1000}


def opencode(tokens):
    return {"openai": {"type": "oauth", "refresh": tokens.refresh_token, "access": tokens.access_token,
                       "expires": tokens.expires_at * 1000, "accountId": tokens.account.account_id}}


def put(path, value):
    """Writes a file at once, as most programs do."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = path.with_name(path.name + ".tmp")
    staged.touch(mode=0o600)
    staged.write_text(json.dumps(value, indent=2))
    os.replace(staged, path)
    return path


def put_in_place(path, value):
    """Truncates and writes, as the OpenHands SDK does."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(json.dumps(value))
    return path


def load(path):
    """What stands there; None where there is nothing, or half of it."""
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError):
        return None


def tokens_of(path):
    """(access token, refresh token) of any of these files."""
    value = load(path) or {}
    for part in (value.get("tokens"), value.get("openai"), value.get("openai-codex"), value):
        if isinstance(part, dict):
            access = part.get("access_token", part.get("access"))
            if access is not None:
                return access, part.get("refresh_token", part.get("refresh"))
    return None, None


def is_view(path, access_token):
    return tokens_of(path) == (access_token, "")


def until(condition, timeout=5):
    """Waits for something that only files tell; returns what it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < timeout, f"not within {timeout} s"
        time.sleep(0.01)
    return time.monotonic() - start

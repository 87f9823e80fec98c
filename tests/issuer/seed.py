"""Made-up profiles in a chatelaine store, with chains that the issuer knows."""

import json
import os
from datetime import datetime, timezone
from pathlib import Path

from .accounts import find

MINUTE, HOUR, DAY = 60, 3600, 86400
REUSED = ("Your refresh token has already been used to generate a new access token. "
          "Please try signing in again.")


def seed_demo(issuer, store):
    """The four profiles of `./dev demo`: one for every state worth seeing."""
    seed_profile(issuer, store, "work", "work", lifetime=9 * DAY)
    seed_profile(issuer, store, "personal", "personal", lifetime=41 * MINUTE)
    seed_profile(issuer, store, "acme/client-x", "client", lifetime=-2 * HOUR)
    seed_profile(issuer, store, "old", "old", lifetime=-3 * DAY, reason="reused")


def seed_profile(issuer, store, name, account="work", lifetime=None, reason=None,
                 message=REUSED, label=None):
    """Writes one profile and gives its token set.

    LIFETIME seconds are left of the access token (the issuer's usual number
    when None; negative: it ended). With a REASON (reused, expired, revoked)
    the profile needs a new login, and the chain is dead at the issuer too.
    """
    account = find(account)
    tokens = issuer.mint(account, lifetime)
    error = None
    if reason is not None:
        issuer.revoke_chain(tokens.refresh_token)
        error = {"reason": reason, "message": message, "generation": 1}
    write_profile(store, name, {
        "schema": 1, "issuer": issuer.url, "generation": 1,
        "obtained_at": stamp(tokens.issued_at), "expires_at": stamp(tokens.expires_at),
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token, "id_token": tokens.id_token,
    }, {
        "schema": 1, "user_id": account.user_id, "account_id": account.account_id,
        "email": account.email, "plan": account.plan, "label": label, "owner": "chatelaine",
        "created_at": stamp(tokens.issued_at), "last_refresh": stamp(tokens.issued_at), "error": error,
    })
    return tokens


def write_profile(store, name, credential, profile):
    """The two files of a profile: 0600, in directories of 0700, whatever the umask."""
    folder = Path(store)
    make_private(folder)
    for part in name.split("/"):
        folder = folder / part
        make_private(folder)
    write_private(folder / "credential.json", credential)
    write_private(folder / "profile.json", profile)


def make_private(folder):
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_private(path, value):
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)


def stamp(moment):
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

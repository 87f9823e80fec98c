"""A store of many profiles, made fast: one chain at the issuer, and as many copies as are wanted."""

import json
import os
from pathlib import Path

from .accounts import find
from .seed import DAY, HOUR, make_private, stamp

PLANS = ("plus", "pro", "team", "free")
TENANT_OF = 10  # every tenth is a tenant's
TENANTS = 20


def seed_many(issuer, store, count):
    """Writes COUNT profiles, and gives their names, sorted: profile-000001, ... and
    tenant-01/profile-000010, ...

    They differ in account, plan and time left. The chain is the same for all, so they can be
    listed, and not renewed.
    """
    tokens = issuer.mint(find("work"), 9 * DAY)
    credential, profile = texts(issuer, tokens)
    names = [name_of(number) for number in range(1, count + 1)]
    make_private(Path(store))
    for tenant in {name.partition("/")[0] for name in names if "/" in name}:
        make_private(Path(store) / tenant)
    for number, name in enumerate(names, 1):
        folder = f"{store}/{name}"
        os.mkdir(folder, 0o700)
        ends = stamp(tokens.issued_at + (number * 7) % 240 * HOUR + HOUR)
        write(f"{folder}/credential.json", credential.replace("@ENDS@", ends))
        write(f"{folder}/profile.json", profile.replace("@NUMBER@", f"{number:06}")
              .replace("@PLAN@", PLANS[number % len(PLANS)]))
    return sorted(names)


def name_of(number):
    tenant = f"tenant-{number // TENANT_OF % TENANTS:02}/" if number % TENANT_OF == 0 else ""
    return f"{tenant}profile-{number:06}"


def texts(issuer, tokens):
    begun = stamp(tokens.issued_at)
    return (json.dumps({
        "schema": 1, "issuer": issuer.url, "generation": 1, "obtained_at": begun, "expires_at": "@ENDS@",
        "access_token": tokens.access_token, "refresh_token": tokens.refresh_token,
        "id_token": tokens.id_token,
    }, indent=2) + "\n", json.dumps({
        "schema": 1, "user_id": "user-@NUMBER@", "account_id": "00000000-0000-4000-8000-000000@NUMBER@",
        "email": "someone-@NUMBER@@example.com", "plan": "@PLAN@", "label": None, "owner": "chatelaine",
        "owner_path": None, "created_at": begun, "last_refresh": begun, "error": None,
    }, indent=2) + "\n")


def write(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(descriptor, text.encode())
    os.close(descriptor)

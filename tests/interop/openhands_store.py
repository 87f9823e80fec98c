"""How the OpenHands SDK keeps its login (openhands/sdk/llm/auth/credentials.py), as a program of its own.

    openhands_store.py rules get             what it reads, as JSON; null for nothing
    openhands_store.py real save < JSON      as after a renewal

With `real` it calls the SDK, which its interpreter must have; with `rules` it follows the same rules.
"""

import json
import os
import sys
from pathlib import Path

FILE = Path.home() / ".openhands" / "auth" / "openai_oauth.json"


class Rules:
    def get(self):
        self.folder()
        if not FILE.exists():
            return None
        try:
            value = json.loads(FILE.read_text("utf-8"))
            fits = all(type(value[key]) is kind for key, kind in {
                "vendor": str, "access_token": str, "refresh_token": str, "expires_at": int}.items())
            if not fits or value.get("type", "oauth") != "oauth":
                raise ValueError
        except (ValueError, KeyError, TypeError):
            FILE.unlink()
            return None
        return {"type": "oauth", **{key: value[key] for key in
                                    ("vendor", "access_token", "refresh_token", "expires_at")}}

    def save(self, value):
        self.folder()
        with open(FILE, "w", encoding="utf-8") as file:     # in place: neither atomic nor locked
            json.dump(value, file, indent=2)
        os.chmod(FILE, 0o600)

    def folder(self):
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.parent.chmod(0o700)


class Real:
    def __init__(self):
        from openhands.sdk.llm.auth import credentials
        self.module, self.store = credentials, credentials.CredentialStore()

    def get(self):
        value = self.store.get("openai")
        return value and value.model_dump()

    def save(self, value):
        self.store.save(self.module.OAuthCredentials(**value))


def main(which, command):
    store = Real() if which == "real" else Rules()
    if command == "get":
        print(json.dumps(store.get()))
    else:
        store.save(json.load(sys.stdin))


if __name__ == "__main__":
    main(*sys.argv[1:])

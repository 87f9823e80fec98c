"""The programs that use a login, as files on a disk: where each looks, how it reads, and how it writes.

    program = consumers.make("codex", home)
    program.sign_in(issuer.mint("work"))
    program.read().access

Nothing here knows chatelaine: it is what the programs do, protocol.md sections 7 to 9.
"""

import ctypes
import fcntl
import json
import os
import select
import stat
import time
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import expect
from issuer import client

KINDS = ("openhands", "codex", "opencode", "litellm", "pi")
LENDABLE = ("openhands", "codex")
SHARED = ("opencode", "pi")

USUAL = {
    "openhands": ".openhands/auth/openai_oauth.json", "codex": ".codex/auth.json",
    "opencode": ".local/share/opencode/auth.json", "litellm": ".config/litellm/chatgpt/auth.json",
    "pi": ".pi/agent/auth.json",
}
FILE_NAME = {kind: Path(path).name for kind, path in USUAL.items()}


@dataclass(frozen=True)
class Login:
    """What a program has in its hands after it has read its file."""
    access: str
    refresh: str
    identity: str = None
    account: str = None
    ends: int = None        # seconds since 1970, as the file says

    @property
    def is_view(self):
        return self.refresh == ""


class Torn(AssertionError):
    """A file that its program cannot read, and of which it would make an end."""


def of(tokens):
    """An issuer's token set as a program holds it."""
    return Login(tokens.access_token, tokens.refresh_token, tokens.id_token, tokens.account.account_id,
                 tokens.expires_at)


def make(kind, home=None, path=None):
    """The program of this kind: at its usual place below `home`, or with its file at `path`."""
    return _PROGRAMS[kind](kind, Path(path) if path else Path(home) / USUAL[kind])


class Program:
    def __init__(self, kind, path):
        self.kind, self.path = kind, path

    def install(self):
        """It was started once: its directory is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self

    def sign_in(self, tokens, **changes):
        """Writes a login that the program has got by itself; gives what it wrote."""
        login = replace(of(tokens), **changes)
        self.install()
        self.write(login)
        return login

    def shows(self, tokens):
        """True if the program would work as the holder of these tokens, and could renew nothing."""
        login = self.read()
        return login is not None and login.access == tokens.access_token and login.is_view

    def holds(self, tokens):
        login = self.read()
        return login is not None and (login.access, login.refresh) == (tokens.access_token, tokens.refresh_token)

    def log_out(self):
        self.path.unlink()

    def mode(self):
        return stat.S_IMODE(self.path.stat().st_mode)

    def _object(self):
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return None
        try:
            value = json.loads(text)
        except ValueError:
            raise Torn(f"{self.path} holds {text[:200]!r}") from None
        if not isinstance(value, dict):
            raise Torn(f"{self.path} holds no object")
        return value


def _has(value, **kinds):
    for key, kind in kinds.items():
        if type(value.get(key)) is not kind:
            raise Torn(f"{key} is {value.get(key)!r}")


class OpenHands(Program):
    """Reads strictly, unlinks what it cannot read, writes in place, and closes its directory to others."""

    def read(self):
        os.chmod(self.path.parent, 0o700)
        try:
            value = self._object()
            if value is None:
                return None
            _has(value, vendor=str, access_token=str, refresh_token=str, expires_at=int)
            if value.get("type", "oauth") != "oauth":
                raise Torn(f"type is {value['type']!r}")
        except Torn:
            self.path.unlink()
            raise
        return Login(value["access_token"], value["refresh_token"], ends=value["expires_at"] // 1000)

    def text(self, login):
        return json.dumps({"type": "oauth", "vendor": "openai", "access_token": login.access,
                           "refresh_token": login.refresh, "expires_at": login.ends * 1000}, indent=2)

    def write(self, login):
        os.chmod(self.path.parent, 0o700)
        with open(self.path, "w") as file:
            file.write(self.text(login))
        os.chmod(self.path, 0o600)


class Codex(Program):
    """Keeps a link, writes by rename under its two locks, and drops what it does not know."""

    def read(self):
        value = self._object()
        if value is None:
            return None
        tokens = value.get("tokens")
        if not isinstance(tokens, dict):
            return None
        _has(tokens, id_token=str, access_token=str, refresh_token=str)
        parts = tokens["id_token"].split(".")
        if len(parts) != 3 or not all(parts):
            raise Torn("id_token is no JWT")
        if value.get("auth_mode", "chatgpt") not in ("chatgpt", "chatgptAuthTokens"):
            return None
        # Without these it sends no Authorization, or no account.
        datetime.fromisoformat(value["last_refresh"].replace("Z", "+00:00"))
        _has(tokens, account_id=str)
        return Login(tokens["access_token"], tokens["refresh_token"], tokens["id_token"], tokens["account_id"])

    def text(self, login):
        return json.dumps({
            "auth_mode": "chatgpt", "OPENAI_API_KEY": None,
            "tokens": {"id_token": login.identity, "access_token": login.access, "refresh_token": login.refresh,
                       "account_id": login.account},
            "last_refresh": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")}, indent=2)

    def lock_files(self):
        real = Path(os.path.realpath(self.path))
        return self.path.parent / "auth.lock", real.with_name(real.name + ".lock")

    def write(self, login):
        home, own = self.lock_files()
        with open(os.open(home, os.O_RDWR | os.O_CREAT, 0o644)) as outer:
            fcntl.flock(outer, fcntl.LOCK_EX)
            with open(os.open(own, os.O_RDWR | os.O_CREAT, 0o600)) as inner:
                self._lock(inner)
                real = Path(os.path.realpath(self.path))
                new = real.with_name(f".auth-{os.getpid()}")
                new.touch(mode=0o600)
                new.write_text(self.text(login))
                new.rename(real)

    @staticmethod
    def _lock(file):
        """Tried every 10 ms for 5 s; then the new tokens are dropped."""
        end = time.monotonic() + 5
        while True:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise
            time.sleep(0.01)


class LiteLLM(Program):
    def read(self):
        value = self._object()
        if value is None:
            return None
        _has(value, access_token=str, refresh_token=str, id_token=str, expires_at=int)
        return Login(value["access_token"], value["refresh_token"], value["id_token"], value["account_id"],
                     value["expires_at"])

    def text(self, login):
        return json.dumps({"access_token": login.access, "refresh_token": login.refresh, "id_token": login.identity,
                           "expires_at": login.ends, "account_id": login.account})

    def write(self, login):
        with open(self.path, "w") as file:
            file.write(self.text(login))


class Shared(Program):
    """One entry among those of other providers; the whole file is written anew by its own formatter."""

    @property
    def entry(self):
        return {"opencode": "openai", "pi": "openai-codex"}[self.kind]

    def read(self):
        value = (self._object() or {}).get(self.entry)
        if value is None or value.get("type") != "oauth":
            return None
        _has(value, refresh=str, access=str, expires=int)
        return Login(value["access"], value["refresh"], account=value.get("accountId"), ends=value["expires"] // 1000)

    def text(self, login, others=None):
        return json.dumps({**(others or {}), self.entry: {
            "type": "oauth", "refresh": login.refresh, "access": login.access, "expires": login.ends * 1000,
            "accountId": login.account}}, indent=2)

    def write(self, login):
        others = self._object() or {}
        with open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.text(login, others))

    def log_out(self):
        others = self._object()
        del others[self.entry]
        self.path.write_text(json.dumps(others, indent=2))


_PROGRAMS = {"openhands": OpenHands, "codex": Codex, "opencode": Shared, "litellm": LiteLLM, "pi": Shared}


# Renewing, as every program does by itself

def renew(issuer, program, login=None):
    """The program sends its refresh token and writes what it gets; gives what it has now."""
    login = login or program.read()
    # Renewals are days apart: each gives a token that ends later than the one before.
    issuer.access_lifetime += 10
    reply = client.refresh(issuer, login.refresh)
    assert reply.status == 200, reply.text
    answer = reply.value
    new = replace(login, access=answer["access_token"], refresh=answer["refresh_token"],
                  identity=answer["id_token"], ends=int(time.time()) + answer["expires_in"])
    program.write(new)
    return new


class Watch:
    """Tells when somebody has closed a file that was opened for reading."""

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_CLOEXEC)
        assert self._fd >= 0 and libc.inotify_add_watch(self._fd, os.fsencode(path), 0x10) >= 0

    def wait(self):
        assert select.select([self._fd], [], [], 10)[0], "nobody looked at it"
        os.close(self._fd)


# Where a secret is

def files_with(secret, *roots):
    """The files, each once whatever its names, that hold these bytes."""
    found = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                try:
                    facts = path.lstat()
                    if stat.S_ISREG(facts.st_mode) and secret.encode() in path.read_bytes():
                        assert facts.st_nlink == 1, f"{path} has {facts.st_nlink} names"
                        found[facts.st_dev, facts.st_ino] = path
                except FileNotFoundError:
                    pass
    return sorted(found.values())


def with_a_chain(root):
    """The files that hold any refresh token."""
    return [file for file in files_with("rt_", root) if expect.refresh_token_in(file.read_text(errors="replace"))]


def only_in(secret, root, path):
    """A refresh token is in exactly this file of all below `root`."""
    holders = files_with(secret, root)
    assert [file.resolve() for file in holders] == [Path(path).resolve()], holders


def no_chain_outside(home, store):
    """No program's file holds a refresh token."""
    holders = [file for file in with_a_chain(home) if Path(store) not in file.parents]
    assert holders == [], holders

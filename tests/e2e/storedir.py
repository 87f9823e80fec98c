"""The store as files on a disk: what a test puts there, and what it finds there afterwards."""

import json
import os
import stat
from pathlib import Path


class StoreDir:
    """A store's directory; it need not exist yet."""

    def __init__(self, path):
        self.path = Path(path)

    def __fspath__(self):
        return str(self.path)

    __str__ = __fspath__

    def profile_dir(self, name):
        return self.path.joinpath(*name.split("/"))

    def credential_file(self, name):
        return self.profile_dir(name) / "credential.json"

    def profile_file(self, name):
        return self.profile_dir(name) / "profile.json"

    def credential(self, name):
        return json.loads(self.credential_file(name).read_bytes())

    def profile(self, name):
        return json.loads(self.profile_file(name).read_bytes())

    def names(self):
        """Names of the profiles, from the files alone. What goes meanwhile, as one that is renamed, is no failure."""
        found = (Path(folder).relative_to(self.path) for folder, _, files in os.walk(self.path)
                 if "credential.json" in files)
        return sorted(str(name) for name in found if ".chatelaine" not in name.parts)

    def audit(self):
        file = self.path / ".chatelaine" / "audit.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def pending(self):
        """Operations that were begun and not ended."""
        folder = self.path / ".chatelaine" / "pending"
        return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []

    def profiles_snapshot(self):
        """Every byte of every profile, to show that nothing changed."""
        return {str(file.relative_to(self.path)): file.read_bytes()
                for name in self.names() for file in sorted(self.profile_dir(name).iterdir())}

    def modes(self):
        """Path below the store ("." is the store) -> permission bits, of everything in it."""
        everything = [self.path, *self.path.rglob("*")]
        return {str(path.relative_to(self.path)): stat.S_IMODE(os.lstat(path).st_mode) for path in everything}

    def holds(self, secret):
        """Files in which this secret stands: a refresh token must be in exactly one."""
        return sorted(str(file.relative_to(self.path)) for file in self.path.rglob("*")
                      if file.is_file() and not file.is_symlink() and secret.encode() in file.read_bytes())

    def agree_to_terms(self):
        """The terms notice as already agreed to, for tests about something else."""
        folder = self.path / ".chatelaine"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        file = folder / "state.json"
        file.touch(mode=0o600)
        file.write_text('{"schema":1,"terms_agreed_at":"2026-11-01T00:00:00Z"}\n')

"""Commands that `chatelaine run` runs, and what must not stay of them."""

import os

import logins
import processes


class Gate:
    """What a command waits at: `cat "$GATE"` ends when it is opened."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)

    def open(self):
        with self.path.open("w"):
            pass


def wait_gone(pids):
    for pid in pids:
        try:
            assert processes.wait_gone(pid, 5)
        except ProcessLookupError:
            pass  # It has gone already.


def run_dirs(store):
    folder = store.path / ".chatelaine" / "run"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def nothing_stays(store):
    assert run_dirs(store) == []
    state = logins.load(store.path / ".chatelaine" / "state.json") or {}
    assert not [target for target in state.get("targets", [])
                if target.get("run") or "/.chatelaine/run/" in target["path"]]

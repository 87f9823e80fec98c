"""Measures a store of many profiles: 100,000, or as many as are named.

    python3 bench/many.py [COUNT]

The store is made once, below the build directory. Prints medians; asserts
nothing: machines differ.
"""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from screen import Screen

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("CHATELAINE_BUILD") or ROOT / "build")
CHATELAINE = str(BUILD / "chatelaine")
RUNS = 9
QUIET = 1.5  # seconds with only the clock's output: everything is compared
ANSWER = 0.03  # seconds without output: the answer to a key is complete
TYPED = "example 0999"

sys.path.insert(0, str(ROOT / "tests"))
from issuer import Issuer  # noqa: E402
from issuer.many import seed_many  # noqa: E402


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    store = BUILD / f"bench-many-{count}"
    if not store.exists():
        with Issuer() as issuer:
            seed_many(issuer, store, count)
    home = BUILD / "bench-home"
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "LANG": "C.UTF-8", "PATH": os.environ["PATH"],
                   "TERM": "xterm-256color", "TZ": "UTC", "CHATELAINE_STORE": str(store)}
    print(f"{count} profiles: medians of {RUNS} runs, in ms\n")
    index = store / ".chatelaine" / "index"
    command(environment, "list, and the index made", ["list"], before=lambda: index.unlink(missing_ok=True))
    command(environment, "list", ["list"])
    command(environment, "list --json", ["list", "--json"])
    frames = [first_frame(environment) for _ in range(RUNS)]
    print(f"{'first screen':28} first byte {median(f.first_byte for f, _ in frames):8.1f}   "
          f"done {median(f.done for f, _ in frames):8.1f}   {frames[-1][1]:.0f} MB")
    keys(environment)


def first_frame(environment):
    """And how many MB are resident then."""
    with Screen([CHATELAINE], environment) as screen:
        return screen.first_frame(), screen.resident()


def command(environment, name, arguments, before=lambda: None):
    results = []
    for _ in range(RUNS):
        before()
        start = time.monotonic()
        program = subprocess.Popen([CHATELAINE, *arguments], env=environment, stdout=subprocess.PIPE)
        program.stdout.read(1)
        first = time.monotonic()
        program.stdout.read()
        if program.wait() != 0:
            sys.exit(f"{arguments}: status {program.returncode}")
        results.append(((first - start) * 1000, (time.monotonic() - start) * 1000))
    first, done = zip(*results)
    print(f"{name:28} first byte {median(first):8.1f}   done {median(done):8.1f}")


def keys(environment):
    """Types into the filter, one key at a time."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        try:
            os.execve(CHATELAINE, [CHATELAINE], environment)
        finally:
            os._exit(127)
    try:
        drain(terminal, QUIET)
        times = {f"{number:2} {key}": press(terminal, key) for number, key in enumerate("/" + TYPED)}
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    worst = max(times, key=times.get)
    print(f"{'a key in the filter':28} median {median(times.values()):12.1f}   "
          f"worst {times[worst]:7.1f} ({worst.strip()})")


def press(terminal, key):
    """How long the answer takes; not a tick of the countdown, which is none."""
    drain(terminal, 0.1)
    start = last = time.monotonic()
    os.write(terminal, key.encode())
    wait = 10
    while select.select([terminal], [], [], wait)[0]:
        os.read(terminal, 65536)
        last, wait = time.monotonic(), ANSWER
    return (last - start) * 1000


def drain(terminal, seconds):
    end = time.monotonic() + seconds
    while select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
        os.read(terminal, 65536)


def median(numbers):
    return statistics.median(list(numbers))


main()

"""How soon a program's first screen stands, on a pseudo-terminal of 80x24."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from typing import NamedTuple

QUIET = 0.15  # seconds without output: the frame is complete
LIMIT = 10


class Frame(NamedTuple):
    first_byte: float  # milliseconds since the start
    done: float
    resident: float  # MB


def first_frame(argv, environment):
    start = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        size = struct.pack("HHHH", 24, 80, 0, 0)
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        try:
            os.execvpe(argv[0], argv, environment)
        finally:
            os._exit(127)
    try:
        first, last = read_until_quiet(terminal, start)
        if first is None:
            sys.exit(f"{argv[0]} showed nothing")
        return Frame((first - start) * 1000, (last - start) * 1000, resident(pid))
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def read_until_quiet(terminal, start):
    """When the first and when the last bytes came."""
    first = last = None
    while True:
        wait = QUIET if first else start + LIMIT - time.monotonic()
        if wait <= 0 or not select.select([terminal], [], [], wait)[0]:
            return first, last
        try:
            if not os.read(terminal, 65536):
                return first, last
        except OSError:  # the program ended
            return first, last
        last = time.monotonic()
        first = first or last


def resident(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")  # it has ended already

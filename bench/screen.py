"""A program on a pseudo-terminal of 80x24: how soon its screen stands, what a key costs, what it costs to leave it alone."""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from pathlib import Path
from typing import NamedTuple

QUIET = 0.15  # seconds without output: the frame is complete
LIMIT = 10


class Frame(NamedTuple):
    first_byte: float  # milliseconds since the start, or since the key
    done: float
    bytes: int


class Idle(NamedTuple):
    bytes: float  # a second
    wakes: float  # a second
    resident: float  # MB


class Screen:
    """The program; ended with the `with`."""

    def __init__(self, argv, environment):
        self._begun = time.monotonic()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            size = struct.pack("HHHH", 24, 80, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            try:
                os.execvpe(argv[0], argv, environment)
            finally:
                os._exit(127)
        self._name = argv[0]

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def first_frame(self):
        return self._frame(self._begun)

    def key(self, text):
        """The frame that a key is answered by."""
        start = time.monotonic()
        os.write(self._terminal, text.encode())
        return self._frame(start)

    def keys(self, *texts):
        """The median of the frames of several keys."""
        return Frame(*(statistics.median(column) for column in zip(*(self.key(text) for text in texts))))

    def _frame(self, start):
        """When the first and when the last bytes came."""
        first = last = None
        count = 0
        while True:
            wait = QUIET if first else start + LIMIT - time.monotonic()
            if wait <= 0 or not select.select([self._terminal], [], [], wait)[0]:
                break
            try:
                data = os.read(self._terminal, 65536)
            except OSError:  # the program ended
                break
            count += len(data)
            last = time.monotonic()
            first = first or last
        if first is None:
            sys.exit(f"{self._name} showed nothing")
        return Frame((first - start) * 1000, (last - start) * 1000, count)

    def idle(self, seconds):
        self.drain(QUIET)
        wakes, start = self._status("voluntary_ctxt_switches"), time.monotonic()
        count = self.drain(seconds, whole=True)
        seconds = time.monotonic() - start
        return Idle(count / seconds, (self._status("voluntary_ctxt_switches") - wakes) / seconds, self.resident())

    def drain(self, seconds, whole=False):
        """Reads until nothing came for so long, or, for the @whole, as long as that."""
        count, end = 0, time.monotonic() + seconds
        while select.select([self._terminal], [], [], max(0, end - time.monotonic()))[0]:
            count += len(os.read(self._terminal, 65536))
            if not whole:
                end = time.monotonic() + seconds
        return count

    def resident(self):
        return self._status("VmRSS") / 1024

    def _status(self, field):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        return float("nan")  # it has ended already

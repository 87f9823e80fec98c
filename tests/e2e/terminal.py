"""A person at a terminal: runs a program under a pty, reads the screen, types keys, hangs up.

The program gets a session of its own with the pty as controlling terminal, and only the environment that it
is given. The terminal never answers a query: many real ones do not either, or late.
"""

import fcntl
import os
import re
import select
import shutil
import signal
import struct
import termios
import time
from typing import NamedTuple

import processes
import terminfo
from screen import Painter, Screen


class Idle(NamedTuple):
    """What a program did while nobody did anything."""
    seconds: float
    bytes: int
    cpu: float
    wakes: int


def codec_of(lang):
    """The codec of a locale's name: C is ASCII."""
    if lang in ("", "C", "POSIX"):
        return "ascii"
    charset = lang.partition(".")[2].partition("@")[0]
    return charset or ("iso8859-15" if lang.endswith("@euro") else "iso8859-1")


# Python ignores these; a program started from a shell does not.
_DEFAULT_SIGNALS = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT]


class Terminal:
    def __init__(self, argv, *, cols=80, rows=24, term="xterm-256color", lang="C.UTF-8",
                 home="/", env=None, cwd=None):
        self.term, self.codec = term, codec_of(lang)
        self._raw = bytearray()
        self.status = None
        self._screen = Screen(cols, rows)
        self._painter = Painter(self._screen, term, self.codec)
        self._keys = terminfo.keys(term)
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": term, "LANG": lang, "TZ": "UTC",
                       "HOME": home, **(env or {})}
        # A variable set to None is absent: that is how a test shows a missing TERM or LANG.
        environment = {name: str(value) for name, value in environment.items() if value is not None}
        self._master, self._slave = os.openpty()
        self._set_size(cols, rows)
        # Our own descriptor of the slave keeps its settings readable after the program ended.
        self.termios_at_start = self.termios()
        self.pid = self._spawn([str(word) for word in argv], environment, cwd)
        self._pidfd = os.pidfd_open(self.pid)

    def _spawn(self, argv, environment, cwd):
        if cwd is not None:
            argv = ["env", "-C", str(cwd), *argv]
        program = shutil.which(argv[0], path=environment.get("PATH"))
        if program is None:
            raise FileNotFoundError(argv[0])
        # A session leader's first terminal becomes its controlling one, so opening it by name is enough.
        actions = [(os.POSIX_SPAWN_OPEN, 0, os.ttyname(self._slave), os.O_RDWR, 0),
                   (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]
        return os.posix_spawn(program, argv, environment, file_actions=actions, setsid=True,
                              setsigmask=[], setsigdef=_DEFAULT_SIGNALS)

    # What is seen

    def screen(self):
        """The lines as text, without trailing blanks."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self):
        return "\n".join(self.screen())

    @property
    def raw(self):
        """Every byte that came."""
        return bytes(self._raw)

    def forget(self):
        """The bytes that came so far, for who watches for long."""
        self._raw.clear()

    def cell(self, x, y):
        return self._screen.cell(x, y)

    @property
    def model(self):
        """The pyte screen, for `picture.paint`."""
        return self._screen

    @property
    def size(self):
        return self._screen.columns, self._screen.lines

    @property
    def cursor(self):
        """(x, y), or None while it is hidden."""
        cursor = self._screen.cursor
        return None if cursor.hidden else (cursor.x, cursor.y)

    @property
    def full_screen(self):
        return self._screen.alternate

    def drawn(self):
        """The screen with a frame around it, for messages."""
        edge = "+" + "-" * self._screen.columns + "+"
        return "\n".join([edge, *[f"|{line}|" for line in self._screen.display], edge])

    # What is done

    def send(self, *keys):
        """Types keys: a name ("Enter", "Up", "Ctrl-C"…) sends that key, anything else its own characters."""
        for key in keys:
            self.type(self._keys[key] if key in self._keys else key)

    def type(self, text):
        """Types text as it is, even when it is the name of a key."""
        os.write(self._master, text if isinstance(text, bytes) else text.encode(self.codec))

    def resize(self, cols, rows):
        # What is still under way was drawn for the old size.
        self._drain()
        self._screen.resize(lines=rows, columns=cols)
        self._set_size(cols, rows)

    def _set_size(self, cols, rows):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def signal(self, number):
        """To the program alone, as kill(1) does; `send("Ctrl-C")` goes through the terminal."""
        signal.pidfd_send_signal(self._pidfd, number)

    def hangup(self):
        """Closes the terminal, as a lost SSH connection does."""
        if self._master is not None:
            self._drain()
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = None

    def termios(self):
        """The settings of the line, comparable with those of another moment."""
        return termios.tcgetattr(self._slave)

    # Waiting

    def wait_for(self, wanted, timeout=10):
        """Reads until `wanted` is on the screen (text, compiled pattern) or true (function of the terminal).

        Returns what the condition returned. Fails at the time-out, or at once when the program has ended."""
        check = _condition(wanted)
        deadline = time.monotonic() + timeout
        while not (result := check(self)):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {timeout} s: {_describe(wanted)}\n{self.drawn()}")
            if self.ended():
                self._drain()
                if result := check(self):
                    return result
                raise AssertionError(f"the program ended with {self.status} before: "
                                     f"{_describe(wanted)}\n{self.drawn()}")
            self._pump(min(left, 0.05))
        # The rest of the same frame may still be on its way.
        self._drain(quiet=0.01)
        return check(self) or result

    def until_quiet(self, seconds=0.03):
        """Reads on until nothing comes any more: for who does not know what will come."""
        self._drain(quiet=seconds)

    def wait_exit(self, timeout=10):
        """Exit status of the program; minus the number of the signal that ended it."""
        deadline = time.monotonic() + timeout
        while not self.ended():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"still running after {timeout} s\n{self.drawn()}")
            self._pump(min(left, 0.5))
        self._drain()
        return self.status

    def idle(self, seconds):
        """Watches the program for a while; the clock is the measure here, not a condition."""
        self._drain(quiet=0.05)
        before, bytes_before = (processes.cpu_seconds(self.pid), processes.wake_ups(self.pid)), len(self._raw)
        start = time.monotonic()
        while (left := start + seconds - time.monotonic()) > 0:
            self._pump(left)
        cpu, wakes = processes.cpu_seconds(self.pid) - before[0], processes.wake_ups(self.pid) - before[1]
        return Idle(time.monotonic() - start, len(self._raw) - bytes_before, cpu, wakes)

    def children(self):
        """Pids of the program's living descendants."""
        return [process.pid for process in processes.descendants(self.pid)]

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def close(self, timeout=5):
        """Hangs up and waits. True when the program went by itself; else it is killed."""
        self.hangup()
        went = self.ended() or processes.wait_gone(self.pid, timeout)
        if not went:
            self.signal(signal.SIGKILL)
            processes.wait_gone(self.pid, timeout)
        self.ended()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        return went

    def _pump(self, timeout):
        """Reads once if something comes, or the program ends, within the time."""
        if self._master is None:
            select.select([self._pidfd], [], [], timeout)
            return False
        watched = [self._master] if self.status is not None else [self._master, self._pidfd]
        if self._master not in select.select(watched, [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self._raw += data
        self._painter.feed(data)
        return bool(data)

    def _drain(self, quiet=0.0):
        """Reads all there is, until nothing came for `quiet` seconds; not for ever from a chatterbox."""
        deadline = time.monotonic() + 1
        while self._master is not None and time.monotonic() < deadline:
            if not (select.select([self._master], [], [], quiet)[0] and self._pump(0)):
                return


def _condition(wanted):
    if isinstance(wanted, str):
        return lambda terminal: wanted in terminal.text
    if isinstance(wanted, re.Pattern):
        return lambda terminal: wanted.search(terminal.text)
    return wanted


def _describe(wanted):
    if isinstance(wanted, re.Pattern):
        return repr(wanted.pattern)
    return repr(wanted) if isinstance(wanted, str) else getattr(wanted, "__name__", "the condition")

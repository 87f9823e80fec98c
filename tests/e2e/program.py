"""A program without a terminal: its streams are pipes, its session has no controlling terminal."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

import processes


@dataclass
class Result:
    status: int
    stdout_bytes: bytes
    stderr_bytes: bytes
    seconds: float
    # Largest resident size of the program or one of its children; only when it was measured.
    peak_memory: int = 0

    @property
    def stdout(self):
        return self.stdout_bytes.decode()

    @property
    def stderr(self):
        return self.stderr_bytes.decode()

    @property
    def json(self):
        return json.loads(self.stdout_bytes)

    @property
    def events(self):
        """Standard output as one JSON object a line."""
        return [json.loads(line) for line in self.stdout.splitlines()]


class _Stream:
    """Reads a pipe in a thread of its own, so that a program never blocks on a full one."""

    def __init__(self, pipe, changed):
        self.data = bytearray()
        self._thread = threading.Thread(target=self._read, args=(pipe, changed), daemon=True)
        self._thread.start()

    def _read(self, pipe, changed):
        with pipe:
            while chunk := os.read(pipe.fileno(), 65536):
                with changed:
                    self.data += chunk
                    changed.notify_all()
        with changed:
            changed.notify_all()

    def join(self, timeout):
        self._thread.join(timeout)


class Program:
    """A running program. Use `finish` to wait for its end."""

    def __init__(self, argv, *, env, input=None, cwd=None, umask=-1, user=None, measure=False):
        self._changed = threading.Condition()
        self._start = time.monotonic()
        stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
        self._popen = subprocess.Popen(
            [str(word) for word in argv], env={name: str(value) for name, value in env.items()},
            cwd=cwd, umask=umask, user=user, group=user, extra_groups=None if user is None else [],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.pid = self._popen.pid
        self._out = _Stream(self._popen.stdout, self._changed)
        self._err = _Stream(self._popen.stderr, self._changed)
        self._meter = _MemoryMeter(self.pid) if measure else None
        if input is not None:
            threading.Thread(target=self._write, args=(input,), daemon=True).start()

    def _write(self, text):
        try:
            with self._popen.stdin as pipe:
                pipe.write(text if isinstance(text, bytes) else text.encode())
        except BrokenPipeError:
            pass  # The program need not read all of it.

    @property
    def stdout(self):
        with self._changed:
            return bytes(self._out.data).decode(errors="replace")

    @property
    def stderr(self):
        with self._changed:
            return bytes(self._err.data).decode(errors="replace")

    def events(self):
        """The JSON lines written so far; a line still being written does not count."""
        return [json.loads(line) for line in self.stdout.splitlines(keepends=True) if line.endswith("\n")]

    def forget(self):
        """What was written so far, for who watches for long."""
        with self._changed:
            self._out.data.clear()
            self._err.data.clear()

    def said_more(self, timeout):
        """Standard output, as soon as there is more of it, or at the time-out."""
        with self._changed:
            before = len(self._out.data)
            self._changed.wait_for(lambda: len(self._out.data) > before, timeout)
            return bytes(self._out.data).decode()

    def wait_for(self, condition, timeout=10):
        """Waits until condition(program) is true and returns it; fails when the program ends before."""
        deadline = time.monotonic() + timeout
        while not (result := condition(self)):
            ended = self._popen.poll() is not None
            if ended:
                self._join()
                if result := condition(self):
                    return result
            if ended or time.monotonic() >= deadline:
                what = f"ended with {self._popen.returncode}" if ended else f"still running after {timeout} s"
                raise AssertionError(f"{what}; stdout: {self.stdout!r}; stderr: {self.stderr!r}")
            with self._changed:
                # The condition may look at more than our output, hence the short time.
                self._changed.wait(0.05)
        return result

    def wait_for_event(self, name, timeout=10):
        """The first JSON line with this "event"."""
        def find(program):
            return next((event for event in program.events() if event.get("event") == name), None)
        return self.wait_for(find, timeout)

    def signal(self, number):
        self._popen.send_signal(number)

    def children(self):
        return [process.pid for process in processes.descendants(self.pid)]

    def finish(self, timeout=20):
        """Waits for the end and returns the result; kills the program and fails at the time-out."""
        # What subprocess does with a time-out is to look again and again.
        if self._popen.poll() is None and not processes.wait_gone(self.pid, timeout):
            self.kill()
            raise AssertionError(f"still running after {timeout} s; stdout: {self.stdout!r}; "
                                 f"stderr: {self.stderr!r}")
        status = self._popen.wait()
        seconds = time.monotonic() - self._start
        self._join()
        peak = self._meter.stop() if self._meter else 0
        return Result(status, bytes(self._out.data), bytes(self._err.data), seconds, peak)

    def kill(self):
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGKILL)
            self._popen.wait(5)

    def _join(self):
        # A child that outlives the program may hold the pipes open: the test's sweep will name it.
        self._out.join(2)
        self._err.join(2)


class Runner:
    """Runs one program, again and again, in one environment: `run("list", "--json").json`."""

    def __init__(self, program, env):
        self.program, self.env, self.running = program, env, []

    def start(self, *args, env=None, **options):
        """Begins a run and returns at once; see Program. A variable set to None is left out."""
        merged = {name: value for name, value in {**self.env, **(env or {})}.items() if value is not None}
        running = Program([self.program, *args], env=merged, **options)
        self.running.append(running)
        return running

    def __call__(self, *args, timeout=20, **options):
        return self.start(*args, **options).finish(timeout)


class _MemoryMeter:
    """Samples the resident size of a program and its children.

    Not getrusage: what wait4 tells for a program that Python started includes Python's own size."""

    def __init__(self, pid):
        self._pid, self._peak, self._stop = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(0.005):
            pids = [self._pid, *(process.pid for process in processes.descendants(self._pid))]
            self._peak = max(self._peak, *(processes.peak_memory(pid) for pid in pids))

    def stop(self):
        self._stop.set()
        self._thread.join()
        return self._peak

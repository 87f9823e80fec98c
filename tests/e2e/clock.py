"""A clock that a test moves: for programs that are linked to the C library (see shim_clock.c)."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("shim_clock.c")


class Clock:
    def __init__(self, folder):
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("there is no compiler")
        library, file = folder / "shim_clock.so", folder / "clock"
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        file.write_bytes(bytes(24))
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_SHIM": str(file)}
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 24)

    def advance(self, seconds):
        """The time passes, in a moment."""
        self.jump(seconds)
        self._add(8, seconds)

    def jump(self, seconds):
        """The wall clock is set, forward or back; nothing else."""
        self._add(0, seconds)

    def stop(self, moment):
        """The wall clock stands still at this moment, in seconds since 1970."""
        struct.pack_into("q", self._map, 16, int(moment * 1e9))

    def _add(self, offset, seconds):
        value, = struct.unpack_from("q", self._map, offset)
        struct.pack_into("q", self._map, offset, value + int(seconds * 1e9))

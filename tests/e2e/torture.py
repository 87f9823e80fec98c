"""Memory that runs out at the K-th allocation of a program (see shim_torture.c), or another call that fails."""

import mmap
import os
import re
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCES = [Path(__file__).with_name(name) for name in ("shim_torture.c", "shim_calls.c")]
POINTS, FRAMES, LEAKS = 16384, 24, 32
SIZE = 8 * (12 + LEAKS + FRAMES + POINTS)


@dataclass
class Report:
    """What a run did with its memory, or its calls."""
    count: int
    failed: int
    ended: bool
    open: int
    leaks: list
    frames: list
    points: list


class Shim:
    def __init__(self, folder, program):
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("there is no compiler")
        self.program, self._apart = program, libgcov_of(program)
        library, file = folder / "shim_torture.so", folder / "torture"
        # Or the compiler makes a calloc() of the malloc() in it, and that is itself.
        subprocess.run([compiler, "-O1", "-fno-builtin", "-shared", "-fPIC", "-o", library, *SOURCES], check=True)
        file.write_bytes(bytes(SIZE))
        # What was freed and is read all the same, or was never set, is rubbish.
        self.environment = {"LD_PRELOAD": str(library), "TORTURE_SHIM": str(file), "TORTURE_PROGRAM": program.name,
                            "MALLOC_PERTURB_": "165"}
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), SIZE)

    def set(self, fail=0, all_after=False, calls=False, nth=1, variant=0):
        """For the next run: which allocation fails, from 1; with none it is noted whence each came.

        With calls it is none of memory: fail is the point whence the nth of them fails, in that way.
        """
        self._map[:] = bytes(SIZE)
        struct.pack_into("7Q", self._map, 0, fail, all_after, calls, nth, variant, *self._apart)

    def report(self):
        words = struct.unpack(f"{SIZE // 8}Q", self._map[:])
        count, failed, ended, opened, leaks = words[7:12]
        rest = words[12:]
        points = rest[LEAKS + FRAMES:]
        return Report(count, failed, bool(ended), opened, list(rest[:leaks]),
                      [frame for frame in rest[LEAKS:LEAKS + FRAMES] if frame], list(points[:min(count, POINTS)]))

    def where(self, offsets):
        """Functions of the program, innermost first, for a message."""
        if not offsets or not shutil.which("addr2line"):
            return [hex(offset) for offset in offsets]
        # What is on a stack is where a call comes back to: one before is the call.
        named = subprocess.run(["addr2line", "-s", "-f", "-e", self.program, *[hex(offset - 1) for offset in offsets]],
                               capture_output=True, text=True).stdout.splitlines()
        return [f"{name} {line}" for name, line in zip(named[::2], named[1::2])]


def libgcov_of(program):
    """Where it stands in a program that counts its branches: (from, to)."""
    if not shutil.which("nm"):
        return 0, 0
    symbols = subprocess.run(["nm", "-S", program], capture_output=True, text=True).stdout
    found = [(int(at, 16), int(size, 16)) for at, size in re.findall(
        r"^(\w+) (\w+) [tT] (?:_*gcov_\w+(?:\.part\.\d+)?|mangle_path)$", symbols, re.M)]
    return min((at for at, _ in found), default=0), max((at + size for at, size in found), default=0)


def files_below(folder):
    """path -> bytes of every file, and None for what is none."""
    return {os.path.relpath(path, folder): path.read_bytes() if path.is_file() and not path.is_symlink() else None
            for path in sorted(Path(folder).rglob("*"))}

"""Whether programs that run for long stay as they are: memory, descriptors, children, files of the store."""

import mmap
import os
import re
import shutil
import struct
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import processes

SAMPLES = 32
LEAST = 4  # or there is none in a quarter
# What may be more: a text that is longer than another one; pages, as where things lie is not the same each time.
HEAP, BLOCKS, PAGES = 1024, 1, 16 * os.sysconf("SC_PAGE_SIZE")

# From storage/audit_part.h and storage/spent.h: a file of the log, and a line more; two files of lines of 86 bytes.
LOG_FILES, LOG_FILE_MOST = 5, (1 << 20) + 2048
SPENT_LINES, SPENT_LINE = 2048, 86
SPENT_MOST = SPENT_LINES * SPENT_LINE + 2048
OTHERS_MOST = 1 << 20


class Heap:
    """What a program that is linked to the C library has in use of its heap (see shim_heap.c)."""

    def __init__(self, folder, name):
        library, file = folder / "shim_heap.so", folder / f"heap-{name}"
        if not library.exists():
            # Or the compiler makes a calloc() of the malloc() in it, and that is itself.
            subprocess.run([shutil.which("gcc") or "cc", "-O1", "-fno-builtin", "-shared", "-fPIC", "-o", library,
                            Path(__file__).with_name("shim_heap.c")], check=True)
        file.write_bytes(bytes(16))
        self.environment = {"LD_PRELOAD": str(library), "HEAP_SHIM": str(file)}
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 16)

    def used(self):
        """Bytes and blocks."""
        return struct.unpack("2q", self._map)


class Watched(NamedTuple):
    pid: int
    heap: Heap          # None: it counts itself


TITLE = "     heap  blocks  open  children"


class State(NamedTuple):
    heap: int           # bytes that are in use; 0 when nobody counts them
    blocks: int
    memory: int         # bytes that are its own
    descriptors: int    # None: we may not look
    children: int       # those that were not waited for, too

    def __str__(self):
        opened = "?" if self.descriptors is None else self.descriptors
        return f"{self.memory / 1024:16.0f} {self.heap:8} {self.blocks:7} {opened:>5} {self.children:9}"


class Sample(NamedTuple):
    done: int
    seconds: float
    states: tuple       # of the programs
    files: frozenset    # in the store
    sizes: dict         # of those that grow


class Series:
    """What is seen of some programs and of a store, from time to time."""

    def __init__(self, programs, store, total, report=lambda line: None):
        self.programs, self.store, self.total, self.report = programs, Path(store), total, report
        self.samples, self._start = [], time.monotonic()
        report(f"{'':8} {'a second':>9}" + "".join(f"{name + ': KiB':>16}{TITLE}" for name in programs)
               + "  store: files    KiB")

    def is_due(self, done):
        """A quarter has a few samples, where there is enough to do for them."""
        return done >= self.total * (len(self.samples) + 1) // SAMPLES

    def look(self, done):
        names, sizes = set(), {}
        for file in self.store.rglob("*"):
            names.add(str(file.relative_to(self.store)))
            if file.is_file():
                sizes[file.name] = sizes.get(file.name, 0) + file.stat().st_size
        states = tuple(state_of(*watched) for watched in self.programs.values())
        sample = Sample(done, time.monotonic() - self._start, states, frozenset(names), sizes)
        self.samples.append(sample)
        self.report(f"{done:8} {done / sample.seconds:9.1f}" + "".join(map(str, states))
                    + f"{len(names):14} {sum(sizes.values()) / 1024:6.0f}")

    def problems(self, pages=PAGES):
        """What is not flat, in words. So many more pages, in bytes, are none."""
        count = len(self.samples)
        second, last = self.samples[count // 4:count // 2], self.samples[count * 3 // 4:]
        found = []
        for number, name in enumerate(self.programs):
            then, now = ([sample.states[number] for sample in part] for part in (second, last))
            for field, most in ("heap", HEAP), ("blocks", BLOCKS), ("memory", pages):
                before, after = (max(getattr(state, field) for state in part) for part in (then, now))
                if after > before + most:
                    found.append(f"{name}: {field} has grown from {before} to {after}")
            if len(opened := {state.descriptors for state in then + now}) != 1:
                found.append(f"{name}: descriptors {opened}")
            if any(state.children for state in then + now):
                found.append(f"{name}: children that stay")
        for file in set().union(*(sample.files for sample in last)) - set().union(*(sample.files for sample in second)):
            if not is_log(Path(file).name):
                found.append(f"store: {file} was left")
        return found + self._files_too_large()

    def _files_too_large(self):
        sizes = self.samples[-1].sizes
        logs = [name for name in sizes if is_log(name)]
        found = [f"store: {name} is too large" for name in sizes
                 if sizes[name] > (LOG_FILE_MOST if is_log(name) else SPENT_MOST if name.startswith("spent")
                                   else OTHERS_MOST)]
        return found + ["store: too many logs"] * (len(logs) > LOG_FILES)


def is_log(name):
    return re.fullmatch(r"audit\.jsonl(\.\d+)?", name) is not None


def state_of(pid, heap):
    # What was started last may still be on its way out.
    deadline = time.monotonic() + 5
    while (children := processes.children(pid)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return State(*(heap.used() if heap else (0, 0)), processes.own_memory(pid), processes.descriptors(pid), children)

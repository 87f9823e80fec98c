"""Terminfo as data: what a terminal type is sent, and what its keys send.

Python's curses can be set up for one TERM in a process, so each type is read by a small process of its own.
"""

import functools
import json
import subprocess
import sys

# Every capability that curses or a program may send. Queries (u7, u9) are left out on purpose: a program
# that asks the terminal must read an answer that a hostile peer could have typed.
_OUTPUT = """
    bel cr cud cud1 cub cub1 cuf cuf1 cuu cuu1 cup home hpa vpa ht cbt hts tbc ind indn ri rin nel csr sc rc
    clear ed el el1 ech dch dch1 dl dl1 ich ich1 il il1 smir rmir rep
    smcup rmcup smkx rmkx civis cnorm cvvis smam rmam smm rmm enacs smacs rmacs
    sgr sgr0 bold dim blink rev smso rmso smul rmul sitm ritm invis op oc setaf setab setf setb XM E3 Smulx
""".split()

_KEYS = {
    "Up": "kcuu1", "Down": "kcud1", "Left": "kcub1", "Right": "kcuf1", "Home": "khome", "End": "kend",
    "PageUp": "kpp", "PageDown": "knp", "Insert": "kich1", "Delete": "kdch1", "BackTab": "kcbt",
    "Backspace": "kbs", **{f"F{n}": f"kf{n}" for n in range(1, 13)},
}

_DUMP = """
import curses, json, re, sys
curses.setupterm(sys.argv[1], 2)
def expand(text):
    samples = set()
    one_on = [tuple(int(i == on) for i in range(9)) for on in range(9)]
    for numbers in ((0,) * 9, (1,) * 9, (9,) * 9, (120,) * 9, *one_on):
        try:
            samples.add(curses.tparm(text, *numbers))
        except curses.error:
            samples.add(text)
    return samples
found = {}
for name in sys.argv[2:]:
    text = curses.tigetstr(name)
    if name == "rep" and text:
        # Its first parameter is the character to repeat; the values above would make controls of it.
        found[name] = [curses.tparm(text, ord("x"), 9).decode("latin-1")]
    elif text:
        # Padding ($<5>) is time, not bytes.
        found[name] = sorted(re.sub(rb"\\$<[^>]*>", b"", s).decode("latin-1") for s in expand(text))
json.dump(found, sys.stdout)
"""


@functools.lru_cache(maxsize=None)
def _read(term):
    names = _OUTPUT + list(_KEYS.values()) + ["kmous"]
    dump = subprocess.run([sys.executable, "-I", "-c", _DUMP, term, *names],
                          env={"TERM": term}, check=True, capture_output=True, timeout=20)
    return {name: [text.encode("latin-1") for text in texts] for name, texts in json.loads(dump.stdout).items()}


def output_samples(term):
    """Byte strings that a program may send, each capability with a few values of its parameters."""
    found = _read(term)
    return [sample for name in _OUTPUT if name != "bel" for sample in found.get(name, ())]


def capability(term, name):
    """One capability with every parameter 0, or None."""
    return _read(term).get(name, [None])[0]


def keys(term):
    """Name of a key -> the bytes that it sends."""
    typed = {"Enter": b"\r", "Esc": b"\x1b", "Tab": b"\t", "Space": b" ",
             **{f"Ctrl-{chr(code + 64)}": bytes([code]) for code in range(1, 27)}}
    for name, cap in _KEYS.items():
        sent = capability(term, cap)
        if sent:
            typed[name] = sent
    return typed

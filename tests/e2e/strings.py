"""Texts that would do something to a terminal, made by chance but always the same ones."""

import random

from injection import THOROUGH

_CONTROLS = [chr(code) for code in (*range(1, 32), 127)]
_C1 = [chr(code) for code in range(0x80, 0xA0)]
_MOVES = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)]
_UNSEEN = [chr(code) for code in (0xAD, 0x34F, 0x115F, 0x180E, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x2060, 0x3164,
                                  0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFD, 0xFFFE, 0xE000, 0xE0041, 0xE01EF, 0x10FFFF)]
_SEQUENCES = [
    "\x1b]0;pwned\x07", "\x1b]2;pwned\x1b\\", "\x1b]52;c;cHduZWQ=\x07", "\x1b]8;;http://pwned.example\x1b\\", "\x1b[2J",
    "\x1b[31m", "\x1b[1;1H", "\x1b[6n", "\x1b[?1049l", "\x1b[21t", "\x1bc", "\x1bP+q544e\x1b\\", "\x1bPtmux;\x1b\x1b]0;pwned\x07\x1b\\",
    "\x1b_pwned\x1b\\", "\x1b^pwned\x1b\\", "\x1bX", "\x1b(0", "\x1b#8", "\x1b", "\x1b[", "\x9b31m", "\x9d0;pwned\x9c",
    "\x90", "\x0e", "\r", "\n", "\r\nchatelaine: all is well\r\n", "\t", "\b\b\b", "\x07", "%s%n%x", "%99999d", "\\", "\\u001b[2J",
    "'", '"', "`id`", "$(id)", "</script>", "|", "\u2502", "~", "-", "--", "#", "=", ",", ";", "..", "/"]
_WORDS = ["a", "work", "dev@example.com", "Pro", "x" * 200, "  ", "東京", "👩‍👩‍👧", "é", "e\u0301", "ﷺ", "ก็็็", "नि", "İ"]
# Not text at all: what a name of a file, an argument or a variable may have in it.
_BYTES = [bytes([code]).decode("utf-8", "surrogateescape") for code in range(0x80, 0x100)] + [
    b"\xc0\x80".decode("utf-8", "surrogateescape"), b"\xe2\x82".decode("utf-8", "surrogateescape"),
    b"\xed\xa0\x80".decode("utf-8", "surrogateescape"), b"\xf4\x90\x80\x80".decode("utf-8", "surrogateescape")]

MANY = 10_000 if THOROUGH else 300


def hostile(seed, count, raw=False):
    """So many texts; RAW: with bytes that are no UTF-8, as Python has them in names of files."""
    chance = random.Random(seed)
    kinds = [_CONTROLS, _C1, _MOVES, _UNSEEN, _SEQUENCES, _SEQUENCES, _WORDS] + [_BYTES] * raw
    texts = []
    for _ in range(count):
        parts = [chance.choice(chance.choice(kinds)) for _ in range(chance.choice((1, 2, 3, 5, 8, 20)))]
        if chance.random() < 0.1:
            parts.append(chance.choice(_WORDS[:6]) + "\u0301\u0489\u20dd" * chance.choice((1, 30)))
        texts.append("".join(parts))
    return texts


def in_groups(texts, size):
    return [texts[at:at + size] for at in range(0, len(texts) - size + 1, size)]

"""What may reach a terminal: a strict reader of the byte stream of a program.

`Reader` cuts a stream into tokens as a terminal does (ECMA-48: text, controls, escape and control
sequences, control strings). `assert_only_terminfo` then accepts what terminfo says for TERM and nothing
else, so an escape sequence smuggled in by a server or a file is an error whatever it would do.
`assert_clean_text` is its twin for plain output: no control at all.
"""

import base64
import re
import unicodedata
from typing import NamedTuple

import terminfo

TEXT, CONTROL, ESCAPE, CSI, STRING, BROKEN = "text", "control", "escape", "csi", "string", "broken"


class Token(NamedTuple):
    kind: str
    raw: bytes
    offset: int


_STRING_END = rb"(?:\x07|\x1b\\)"
# In tmux's passthrough every inner ESC is doubled, so a doubled ESC never begins the end of a DCS.
_DCS_BODY = rb"(?:[^\x1b]|\x1b\x1b|\x1b[^\x1b\\])*"
_SEQUENCE = re.compile(
    rb"(?P<csi>\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e])"
    rb"|(?P<dcs>\x1bP" + _DCS_BODY + rb"\x1b\\)"
    rb"|(?P<osc>\x1b\][^\x07\x1b]*" + _STRING_END + rb")"
    rb"|(?P<other>\x1b[X^_][^\x1b]*\x1b\\)"
    rb"|(?P<escape>\x1b[\x20-\x2f]*[\x30-\x4f\x51-\x57\x59\x5a\x60-\x7e\\])",
    re.DOTALL)
# The Linux console ends these two palette strings by their length, not by a terminator.
_LINUX_PALETTE = re.compile(rb"\x1b\](?:R|P[0-9A-Fa-f]{7})")
_UNFINISHED = re.compile(
    rb"\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*|[\x20-\x2f]*|P" + _DCS_BODY + rb"\x1b?"
    rb"|\][^\x07\x1b]*\x1b?|[X^_][^\x1b]*\x1b?)?\Z", re.DOTALL)
_PLAIN = re.compile(rb"[^\x00-\x1f\x7f]+")


class Reader:
    """Cuts bytes into tokens; a sequence may arrive in pieces."""

    def __init__(self, term="xterm-256color"):
        self._linux = term.startswith("linux")
        self._rest = b""
        self._offset = 0

    def feed(self, data):
        buffer, self._rest, at, tokens = self._rest + data, b"", 0, []
        while at < len(buffer):
            kind, end = self._next(buffer, at)
            if kind is None:
                self._rest = buffer[at:]
                break
            tokens.append(Token(kind, buffer[at:end], self._offset + at))
            at = end
        self._offset += at
        return tokens

    def finish(self):
        """The unfinished sequence at the end of the stream, as a broken token."""
        rest, self._rest = self._rest, b""
        return [Token(BROKEN, rest, self._offset)] if rest else []

    def _next(self, buffer, at):
        plain = _PLAIN.match(buffer, at)
        if plain:
            return TEXT, plain.end()
        if buffer[at] != 0x1B:
            return CONTROL, at + 1
        palette = self._linux and _LINUX_PALETTE.match(buffer, at)
        if palette:
            return STRING, palette.end()
        match = _SEQUENCE.match(buffer, at)
        if match:
            kind = {"csi": CSI, "escape": ESCAPE}.get(match.lastgroup, STRING)
            return kind, match.end()
        if _UNFINISHED.match(buffer, at):
            return None, at
        return BROKEN, at + 1


def tokens(raw, term="xterm-256color"):
    reader = Reader(term)
    return reader.feed(raw) + reader.finish()


class _Shape(NamedTuple):
    """A control sequence without its numbers: what a terminal would do, not how often or where."""
    prefix: bytes
    middle: bytes
    final: bytes


_CSI_PARTS = re.compile(rb"\x1b\[([<=>?]*)([0-9:;]*)([\x20-\x2f]*)([\x40-\x7e])\Z")


def _shapes_of_csi(raw):
    parts = _CSI_PARTS.match(raw)
    if not parts:
        return {raw}
    prefix, numbers, middle, final = parts.groups()
    if final in b"hl":
        # Switching a mode is only as harmless as the mode: each number counts.
        return {(prefix, number, final) for number in numbers.split(b";")}
    if final in b"tnc":
        # Window operations and reports make a terminal type at its user: the whole sequence counts.
        return {raw}
    return {_Shape(prefix, middle, final)}


class _Allowed:
    def __init__(self, term):
        self.exact, self.shapes = set(), set()
        for sample in terminfo.output_samples(term):
            for token in tokens(sample, term):
                self.add(token)
        if terminfo.capability(term, "kmous"):
            # ncurses turns the mouse on by itself where terminfo has no XM.
            for switch in (b"\x1b[?1000h", b"\x1b[?1000l"):
                self.add(Token(CSI, switch, 0))

    def add(self, token):
        if token.kind == CSI:
            self.shapes |= _shapes_of_csi(token.raw)
        elif token.kind != TEXT:
            self.exact.add(token.raw)

    def accepts(self, token):
        if token.kind == CSI:
            return _shapes_of_csi(token.raw) <= self.shapes
        return token.kind != BROKEN and token.raw in self.exact


_CLIPBOARD = re.compile(rb"\x1b\]52;[cps]*;([A-Za-z0-9+/=]*)" + _STRING_END + rb"\Z")
_TMUX = re.compile(rb"\x1bPtmux;(" + _DCS_BODY + rb")\x1b\\\Z", re.DOTALL)
_SCREEN = re.compile(rb"\x1bP(\x1b\]52;" + _DCS_BODY + rb")\x1b\\\Z", re.DOTALL)


def _clipboard_of(raw):
    """The text that an OSC 52, bare or passed through tmux or screen, puts on the clipboard, or None."""
    tmux, screen = _TMUX.match(raw), _SCREEN.match(raw)
    if tmux:
        raw = tmux.group(1).replace(b"\x1b\x1b", b"\x1b")
    elif screen:
        raw = screen.group(1)
    match = _CLIPBOARD.match(raw)
    return base64.b64decode(match.group(1), validate=True) if match else None


def clipboard(raw, term="xterm-256color"):
    """Every text that the stream sent to the terminal's clipboard, as bytes."""
    texts = (_clipboard_of(token.raw) for token in tokens(raw, term) if token.kind == STRING)
    return [text for text in texts if text is not None]


# Hangul fillers and the grapheme joiner: letters or marks by category, but nothing is seen.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def harmful(char):
    """True for a character that is not one to be seen: control, bidi, zero-width, line separator…"""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or char in _INVISIBLE


def _assert_seen(text, where):
    for char in text:
        assert not harmful(char), \
            f"U+{ord(char):04X} {unicodedata.name(char, '(control)')} in {where}: {text[:200]!r}"


def assert_only_terminfo(raw, term="xterm-256color", codec="utf-8", clipboard=False):
    """Fails when the stream holds a sequence or a control that terminfo of TERM does not have.

    clipboard=True also lets OSC 52 through. Text must be valid in the codec and visible."""
    allowed, text = _Allowed(term), bytearray()
    for token in tokens(raw, term):
        if token.kind == TEXT:
            text += token.raw
            continue
        # A character never spans a sequence: what was drawn before it must be whole.
        _assert_seen(_decode(bytes(text), codec, token.offset), f"text before byte {token.offset}")
        text.clear()
        if clipboard and token.kind == STRING and _clipboard_of(token.raw) is not None:
            continue
        assert allowed.accepts(token), \
            f"{token.kind} {token.raw[:60]!r} at byte {token.offset} is not in terminfo of {term}: " \
            f"…{raw[max(0, token.offset - 60):token.offset + 60]!r}…"
    _assert_seen(_decode(bytes(text), codec, len(raw)), "the last text")


def _decode(text, codec, offset):
    try:
        return text.decode(codec)
    except UnicodeDecodeError as error:
        raise AssertionError(f"text before byte {offset} is not valid {codec}: {error}") from None


def assert_clean_text(data, codec="utf-8"):
    """Plain output of a command: valid text, no control but the line feed. Returns it as a string."""
    text = _decode(data, codec, len(data))
    for number, line in enumerate(text.split("\n"), 1):
        _assert_seen(line, f"line {number}")
    return text

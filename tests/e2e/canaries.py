"""Finds a secret wherever it should not be, whole or in pieces, as it is or in another coding."""

import base64
import os
import re

_PIECE = 24         # So many characters of a token in a row are no chance.
_JWT_HEADER = 60    # All tokens begin alike.


def forms(secret):
    """What to look for: coding -> patterns."""
    text = secret[_JWT_HEADER:] if secret.startswith("eyJ") else secret
    core = text[:3 * _PIECE].encode()
    pieces = [text[at:at + _PIECE].encode() for at in range(0, max(1, len(text) - _PIECE + 1), _PIECE)]
    coded = []
    for shift in range(3):
        # What stands before it decides how it is cut into groups of three.
        code = base64.b64encode(b"\0" * shift + core)[4 * (shift > 0):-4]
        coded += [code, code.translate(bytes.maketrans(b"+/", b"-_"))]
    return {
        "itself or a piece": pieces,
        "base64": coded,
        "hex": [core.hex().encode(), core.hex().upper().encode()],
        "percent": ["".join(f"%{byte:02{case}}" for byte in core).encode() for case in "xX"],
        "JSON": ["".join(f"\\u{byte:04x}" for byte in core).encode()],
        "wide characters": [core.decode().encode("utf-32-le")],
    }


class Canaries:
    """Secrets by name: `Canaries(code=…)`; or `Canaries.of(token_sets)`."""

    def __init__(self, **secrets):
        self._forms = {name: forms(secret) for name, secret in secrets.items()}

    @classmethod
    def of(cls, token_sets, but=()):
        """But some kinds of them: what these have in common with the others is no secret either."""
        canaries = cls(**{f"{kind} {number}": getattr(tokens, kind) for number, tokens in enumerate(token_sets)
                          for kind in ("refresh_token", "access_token", "id_token") if kind not in but})
        canaries._forget("\n".join(getattr(tokens, kind) for tokens in token_sets for kind in but).encode())
        return canaries

    def _forget(self, known):
        for kinds in self._forms.values():
            for form, patterns in kinds.items():
                kinds[form] = [pattern for pattern in patterns if pattern not in known]

    def found(self, data):
        """What of them is in the data: ["refresh_token 0, base64", …]."""
        return [f"{name}, {form}" for name, kinds in self._forms.items() for form, patterns in kinds.items()
                if any(pattern in data for pattern in patterns)]

    def in_files(self, *folders, but=lambda path: False):
        """Path -> what is in it, of every regular file that is not meant to hold them."""
        found = {}
        for folder in folders:
            for path in folder.rglob("*"):
                if path.is_file() and not path.is_symlink() and not but(path):
                    found[str(path)] = self.found(str(path).encode() + path.read_bytes())
        return {path: what for path, what in found.items() if what}

    def in_process(self, pid):
        """What is in the memory that a process has written to; PermissionError when we may not look."""
        found = {}
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw\S* \S+ \S+ \S+ *(.*)", line)
                if match and not match[3].startswith("[v"):
                    start, end = int(match[1], 16), int(match[2], 16)
                    # Not as a whole: an untouched gigabyte is no memory.
                    for at in range(start, end, 1 << 20):
                        data = os.pread(memory.fileno(), min(end - at, (1 << 20) + 4096), at)
                        if what := self.found(data):
                            found[f"{match[3] or 'anonymous'} at {at:x}"] = what
        return found

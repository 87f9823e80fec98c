"""Translations for programs as they are built, installed nowhere; among them one that is none.

In the pseudo-locale each text is a third longer than in English, between ⟦ and ⟧ and without a letter of ASCII: a
word of ASCII on a screen was not translated, a ⟦ without its ⟧ was cut off.
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = Path(__file__).with_name("shim_locale.c")
PSEUDO = "qps"
# What the C library has of C.UTF-8, where that is a directory: newer ones translate nothing in a locale of this name.
NEUTRAL = Path("/usr/lib/locale/C.utf8")
OPEN, CLOSE = "⟦⟧"

_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                         "áƀçðéƒĝĥíĵķļɱñóþʠŕšţúṽŵẋýžÁƁÇÐÉƑĜĤÍĴĶĻṀÑÓÞǪŔŠŢÚṼŴẊÝŽ")
_DIRECTIVE = re.compile(r"%(?:<\w+>|[-0-9.*]*(?:hh|ll|[hlzjt])?[a-zA-Z%])")
# What is no word, but a letter that is typed.
_AS_IT_IS = {"y"}
_LONGER = 0.35
_MORE = " ļóñĝéŕ ţĥáñ ïñ Éñĝļïšĥ"


class Catalogues:
    """A directory of compiled translations, for programs that are linked to the C library."""

    def __init__(self, folder):
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None or shutil.which("msgfmt") is None or shutil.which("xgettext") is None:
            pytest.skip("there is no compiler, or no gettext")
        self.folder, self._library = folder, folder / "shim_locale.so"
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", self._library, SOURCE], check=True)
        self._locale = {"LANG": "C.UTF-8"}
        if NEUTRAL.is_dir():
            (folder / f"{PSEUDO}.utf8").symlink_to(NEUTRAL)
            self._locale = {"LANG": f"{PSEUDO}.UTF-8", "LOCPATH": str(folder)}

    def add(self, language, po):
        target = self.folder / language / "LC_MESSAGES" / "chatelaine.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["msgfmt", "--check-format", "-o", target, po], check=True)

    def environment(self, language, others=None):
        """A person's who speaks this language; `others` may load a library as well."""
        libraries = [str(self._library), *filter(None, [(others or {}).get("LD_PRELOAD")])]
        return {**(others or {}), **self._locale, "LANGUAGE": language, "LOCALE_SHIM": str(self.folder),
                "LD_PRELOAD": ":".join(libraries)}


def make_pseudo(folder):
    """The pseudo-locale's file, from the sources as they are."""
    pot, po = folder / "chatelaine.pot", folder / f"{PSEUDO}.po"
    options = re.search(r"^XGETTEXT_OPTIONS = ((?:.*\\\n)*.*)", (ROOT / "po/Makevars").read_text(), re.M)[1]
    subprocess.run(["xgettext", *shlex.split(options.replace("\\\n", " ")), "--files-from=po/POTFILES.in",
                    "--directory=.", "-o", pot], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    po.write_text("".join(_translated(entry) for entry in pot.read_text().split("\n\n")))
    return po


def _translated(entry):
    flags = re.findall("^#,.*", entry, re.M)
    texts = re.findall(r'^(msgid|msgid_plural) ((?:".*"\n)+)', entry, re.M)
    if not texts:
        return ""
    one, many = texts[0][1], dict(texts).get("msgid_plural")
    if not _text(one):
        return ('msgid ""\nmsgstr "Language: qps\\nContent-Type: text/plain; charset=UTF-8\\n"\n'
                '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n')
    said = [f"msgid {one.strip()}"]
    if many:
        said += [f"msgid_plural {many.strip()}", f'msgstr[0] "{pseudo(_text(one))}"', f'msgstr[1] "{pseudo(_text(many))}"']
    else:
        said.append(f'msgstr "{pseudo(_text(one))}"')
    return "\n".join([*flags, *said]) + "\n\n"


def _text(quoted):
    """As it stands in the file, with its escapes."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', quoted))


def pseudo(text):
    if text in _AS_IT_IS:
        return text
    before, text, after = re.fullmatch(r"((?:\s|\\n)*)(.*?)((?:\s|\\n)*)", text, re.S).groups()
    more = round(len(text) * _LONGER)
    tail = (_MORE * (1 + more // len(_MORE)))[:more].rstrip()
    parts = re.split(f"({_DIRECTIVE.pattern}|\\\\.)", text)
    said = "".join(part if i % 2 else part.translate(_LETTERS) for i, part in enumerate(parts))
    return f"{before}{OPEN}{said}{tail}{CLOSE}{after}"


# What a translation leaves as it is: names, and what programs write and read.
_DATA = [
    r"\S+@\S+", r"~?(?:/[\w.%*-]+)+/?", r"~/\S*", r"https?://\S+", r"\w+://\S+", r"[\w%-]+(?:\.[\w%-]+)+",
    r"--[a-z-]+", r"\$?\b[A-Z]+(?:_[A-Z]+)+\b", r"'[^']*'", r'"[^"]*"', r"\b[A-Z]{4}(?:-| )\w+",
    r"\b(?:[A-Z] ){4}.*", r"\d[\w-]*", r"user-\w+",
]
_NAMES = {
    # of the program, its commands, the profiles of the tests
    "chatelaine", "oauth", "work", "personal", "acme", "old", "client", "root", "qq",
    # of other programs, of their formats and models, of plans
    "OpenHands", "openhands", "Codex", "CLI", "codex", "llm", "gpt", "OpenCode", "LiteLLM", "Team", "Plus", "Pro",
    # of settings and their values, and of parts of the system
    "store", "issuer", "targets", "window", "model", "theme", "clock", "auto", "tcp", "ext", "overlay", "tmpfs",
    "Landlock", "null", "false", "true", "credential", "json", "use",
}


def left_in_english(text, names=()):
    """Words that are neither translated nor data."""
    text = re.sub("|".join(_DATA), " ", text)
    return [word for word in re.findall("[A-Za-z]{2,}", text) if word not in _NAMES and word not in names]

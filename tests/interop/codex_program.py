"""The real Codex CLI."""

import npm_package

VERSION = "0.169.0"
PACKAGE = f"@openai/codex@{VERSION}-linux-x64"
PROGRAM = "package/vendor/x86_64-unknown-linux-musl/bin/codex"


def find():
    return npm_package.find("CHATELAINE_CODEX", PACKAGE, PROGRAM, f"codex-{VERSION}")

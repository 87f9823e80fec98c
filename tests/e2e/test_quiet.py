"""`--quiet`: what was asked for, and errors; nothing of what was done."""

import signal

import expect

DAY = 86400


def test_what_was_done_is_not_told(chatelaine, issuer, store, seed, codex, tmp_path):
    seed("work", lifetime=9 * DAY)
    for words in ("use work --for codex", "refresh work", "rename work other", "add-volume acme/user", "doctor",
                  f"export other -f env -o {tmp_path}/env", "use --none", "delete other --yes", "undo",
                  "config theme dark", "lend other --to codex", "take-back other", "refresh --all --within 48h"):
        result = chatelaine(*words.split(), "--quiet")
        assert (result.status, result.stdout, result.stderr) == (0, "", ""), words
    assert issuer.count("token") == 1 and store.names() == ["other"]


def test_what_was_asked_for_is(chatelaine, seed, codex):
    seed("work", lifetime=9 * DAY + 1800)
    for words in ("list", "list --json", "show work", "token work", "export work -f env", "config theme", "version",
                  "help"):
        assert chatelaine(*words.split(), "-q").stdout == expect.succeeded(chatelaine(*words.split())), words


def test_what_is_left_out_is(chatelaine, seed):
    seed("gone", lifetime=-DAY, reason="revoked")
    result = chatelaine("refresh", "--all", "--quiet")
    assert (result.status, result.stdout) == (0, "") and "'gone' is left out" in result.stderr


def test_errors_are(chatelaine, seed, codex):
    seed("work")
    said = expect.failed(chatelaine("use", "nobody", "-q"), expect.NOT_FOUND)
    assert "nobody" in said
    codex.write_text("{")
    assert "auth.json" in expect.failed(chatelaine("use", "work", "--for", "codex", "-q"), expect.REFUSED)


def test_keep_says_only_what_went_wrong(chatelaine, issuer, seed):
    seed("work", lifetime=3600)
    issuer.fault("token", "500", after=False)
    running = chatelaine.start("keep", "--quiet")
    running.wait_for(lambda program: program.stderr.endswith("\n"))
    running.signal(signal.SIGTERM)
    result = running.finish(timeout=5)
    assert (result.status, result.stdout) == (0, "") and result.stderr.count("\n") == 1
    assert "server" in result.stderr

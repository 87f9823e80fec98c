"""Files with the logins of many providers: ours is exchanged, every other byte stays."""

import json
import os
import re

import consumers
import expect
import pytest

HOUR = 3600
ENTRY = {"opencode": "openai", "pi": "openai-codex"}

# As people and programs write it; OURS stands for our entry, name and all.
FORMS = {
    "pretty": '{\n  "anthropic": {\n    "type": "oauth",\n    "refresh": "sk-ant"\n  },\n  OURS,\n  "z": {"a": 1}\n}\n',
    "first": '{OURS,"anthropic":{"type":"api","key":"k"}}',
    "last": '{"anthropic":{"type":"api","key":"k"},OURS}',
    "alone": '{OURS}',
    "tabs": '{\n\t"anthropic":\t{ "type" :"api" , "key":"k" } ,\n\tOURS\n}',
    "CRLF": '{\r\n  "anthropic": {"type": "api", "key": "k"},\r\n  OURS\r\n}\r\n',
    "blank lines": '\n\n{ "anthropic"\n:\n{"type":"api","key":"k"}\n\n,\n\nOURS\n\n}\n\n\n',
    "nested name": '{"other":{"openai":{"type":"api"},"openai-codex":[{}]},OURS}',
    "text that looks like ours": '{"note":"\\"openai\\": {\\"openai-codex\\":","x":"}{][\\\\\\"",OURS}',
    "unicode": '{"例え":{"key":"é\\u00e9😀"},OURS}',
    "numbers": '{"n":[1.0,1e400,-0,12345678901234567890,1.10],OURS,"t":[true,false,null,[]]}',
}


@pytest.fixture(params=consumers.SHARED)
def program(request, home):
    return consumers.make(request.param, home).install()


def around(text, program):
    """What is before and after our entry's value; the text must hold it."""
    value = json.loads(text)[program.entry]
    decoder = json.JSONDecoder()
    at = -1
    while True:
        at = text.index(f'"{program.entry}"', at + 1)
        start = text.index(":", at) + 1
        while text[start] in " \t\r\n":
            start += 1
        found, end = decoder.raw_decode(text, start)
        if found == value:
            return text[:start], text[end:]


def with_entry(form, program, entry):
    return FORMS[form].replace("OURS", f'"{program.entry}": {json.dumps(entry)}')


def read(path):
    return path.read_bytes().decode()


OLD = {"type": "oauth", "refresh": "", "access": "old", "expires": 1}


@pytest.mark.parametrize("form", FORMS)
def test_other_providers_stay_to_the_byte(chatelaine, seed, program, form):
    tokens, other = seed(), seed("personal", "personal")
    text = with_entry(form, program, OLD)
    program.path.write_bytes(text.encode())
    for name, shown in (("work", tokens), ("personal", other), ("work", tokens)):
        expect.succeeded(chatelaine("use", name, "--for", program.kind))
        assert program.shows(shown)
        assert around(read(program.path), program) == around(text, program)


@pytest.mark.parametrize("form", FORMS)
def test_entry_comes_and_goes(chatelaine, seed, program, form):
    """Where there was none, one is added; taken away again, the others are what they were."""
    tokens = seed()
    text = re.sub(r",\s*OURS|OURS\s*,\s*|OURS", "", FORMS[form])
    before = json.loads(text, object_pairs_hook=list)
    program.path.write_bytes(text.encode())
    expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    assert program.shows(tokens)
    there = json.loads(read(program.path), object_pairs_hook=list)
    assert [pair for pair in there if pair[0] != program.entry] == before
    expect.succeeded(chatelaine("use", "--none", "--for", program.kind))
    assert json.loads(read(program.path), object_pairs_hook=list) == before
    for line in text.splitlines():
        if "anthropic" in line:
            assert line.rstrip(" ,\r\n}") in read(program.path)


def test_other_providers_stay_through_a_renewal(chatelaine, store, seed, program):
    seed(lifetime=HOUR)
    text = with_entry("CRLF", program, OLD)
    program.path.write_bytes(text.encode())
    expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    expect.succeeded(chatelaine("refresh", "work"))
    assert program.read().access == store.credential("work")["access_token"]
    assert around(read(program.path), program) == around(text, program)


def test_program_that_adds_another_provider(chatelaine, store, seed, program):
    """It writes the whole file anew, in its own form: the view is still ours to renew."""
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    value = json.loads(read(program.path))
    program.path.write_text(json.dumps({**value, "groq": {"type": "api", "key": "k"}}, indent=4))
    entry = expect.listed(chatelaine)["work"]
    assert entry["targets"] == [program.kind] and entry["warnings"] == []
    expect.succeeded(chatelaine("refresh", "work"))
    assert program.read().access == store.credential("work")["access_token"]
    assert json.loads(read(program.path))["groq"] == {"type": "api", "key": "k"}


def test_program_that_removes_ours_alone(chatelaine, seed, program):
    seed(lifetime=HOUR)
    program.path.write_text('{"groq": {"type": "api", "key": "k"}}')
    expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    program.log_out()
    before = read(program.path)
    expect.succeeded(chatelaine("refresh", "work"))
    assert read(program.path) == before


@pytest.mark.parametrize("command", ["use", "import"])
def test_login_of_its_own_is_taken_in_and_the_others_stay(chatelaine, issuer, home, store, seed, program, command):
    tokens = issuer.mint("work")
    if command == "use":
        seed(lifetime=HOUR)
    text = FORMS["pretty"].replace("OURS", f'"{program.entry}": ' + json.dumps(
        {"type": "oauth", "refresh": tokens.refresh_token, "access": tokens.access_token,
         "expires": tokens.expires_at * 1000, "accountId": tokens.account.account_id}))
    program.path.write_text(text)
    if command == "use":
        expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    else:
        expect.succeeded(chatelaine("import", program.kind, "--as", "work"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert program.shows(tokens) and around(read(program.path), program) == around(text, program)


@pytest.mark.parametrize("text", [b"{", b'{"a":1,}', b"not JSON", b"[]", b'"text"', b"null", b'{"a":1} {"b":2}',
                                  b"\xff\xfe{\0}\0", b'{"a":"\xff"}', b"// a comment\n{}", b'{"x":1,"x":2}',
                                  b'\xef\xbb\xbf{"a":1'])
def test_file_that_cannot_be_read_stays(chatelaine, seed, program, text):
    seed()
    program.path.write_bytes(text)
    for arguments in (["work"], ["--none"]):
        expect.failed(chatelaine("use", *arguments, "--for", program.kind), expect.REFUSED)
        assert program.path.read_bytes() == text


@pytest.mark.parametrize("entry", [{"type": "api", "key": "sk-made-up"}, {"type": "wellknown", "token": "t"},
                                   {"key": "sk-made-up"}, "sk-made-up", ["sk"], 7])
def test_other_kind_of_login_under_our_name_stays(chatelaine, seed, program, entry):
    seed()
    text = with_entry("pretty", program, entry)
    program.path.write_text(text)
    for arguments in (["work"], ["--none"]):
        result = chatelaine("use", *arguments, "--for", program.kind)
        expect.failed(result, expect.REFUSED)
        assert "sk-made-up" not in result.stderr and read(program.path) == text


def test_empty_entry_is_no_obstacle(chatelaine, seed, program):
    tokens = seed()
    program.path.write_text(with_entry("pretty", program, {}))
    expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    assert program.shows(tokens)


def test_entry_that_stands_there_twice(chatelaine, issuer, home, seed, program):
    """Parsers take the first or the last: whichever it is, no login under that name is lost."""
    seed(lifetime=HOUR)
    tokens = [issuer.mint("old"), issuer.mint("personal")]
    entries = ", ".join(f'"{program.entry}": ' + json.dumps(
        {"type": "oauth", "refresh": one.refresh_token, "access": one.access_token, "expires": one.expires_at * 1000})
        for one in tokens)
    program.path.write_text("{" + entries + "}")
    for view in range(2):
        chatelaine("use", "work", "--for", program.kind)
        for one in tokens:
            assert consumers.files_with(one.refresh_token, home) == [program.path]


def test_escaped_name_is_the_same_name(chatelaine, issuer, home, seed, program):
    """"\\u006fpenai" is our entry, and its login is not to be lost."""
    seed()
    stranger = issuer.mint("old")
    entry = json.dumps({"type": "oauth", "refresh": stranger.refresh_token, "access": stranger.access_token,
                        "expires": stranger.expires_at * 1000})
    text = '{"\\u006f' + program.entry[1:] + '": ' + entry + "}"
    program.path.write_text(text)
    expect.failed(chatelaine("use", "work", "--for", program.kind), expect.REFUSED)
    assert read(program.path) == text


def test_file_of_many_providers(chatelaine, seed, program):
    tokens = seed()
    others = {f"provider-{number}": {"type": "api", "key": "k" * 100} for number in range(400)}
    program.path.write_text(json.dumps(others))
    expect.succeeded(chatelaine("use", "work", "--for", program.kind))
    value = json.loads(read(program.path))
    assert program.shows(tokens) and {**others, program.entry: value[program.entry]} == value


def test_lock_folder_of_pi_is_made_and_removed(chatelaine, home, seed):
    seed()
    pi = consumers.make("pi", home).install()
    expect.succeeded(chatelaine("use", "work", "--for", "pi"))
    assert os.listdir(pi.path.parent) == ["auth.json"]


def test_lock_folder_of_pi_is_waited_for(chatelaine, home, seed):
    tokens = seed()
    pi = consumers.make("pi", home).install()
    lock = pi.path.with_name("auth.json.lock")
    lock.mkdir()
    run = chatelaine.start("use", "work", "--for", "pi")
    # Its view is staged by then.
    run.wait_for(lambda _: any(name.startswith(".auth.json.") for name in os.listdir(pi.path.parent)))
    assert not pi.path.exists()
    lock.rmdir()
    expect.succeeded(run.finish())
    assert pi.shows(tokens)


def test_lock_folder_that_a_dead_program_left(chatelaine, home, seed):
    tokens = seed()
    pi = consumers.make("pi", home).install()
    lock = pi.path.with_name("auth.json.lock")
    lock.mkdir()
    os.utime(lock, (1, 1))
    expect.succeeded(chatelaine("use", "work", "--for", "pi"))
    assert pi.shows(tokens) and not lock.exists()

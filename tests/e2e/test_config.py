"""The config file: what it changes, what is wrong with it, and the command that writes it."""

import consumers
import expect
import pytest

HOUR, DAY = 3600, 86400


@pytest.fixture
def config(home):
    """The config file in its usual place, which `config.put(...)` writes."""
    file = home / ".config" / "chatelaine" / "config"

    class Config:
        path = file

        @staticmethod
        def put(text, mode=0o600):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(mode)

        @staticmethod
        def text():
            return file.read_text()

    return Config()


def values(chatelaine, *args, **options):
    shown = chatelaine(*args, "config", "--json", **options)
    expect.succeeded(shown)
    return {one["key"]: (one["value"], one["source"], one["line"]) for one in shown.json["settings"]}


def test_what_counts_and_where_it_is_from(chatelaine, config, store, home, issuer):
    config.put("# mine\nwindow = 3d\nissuer = https://issuer.example\nstore = ~/vault\n")
    found = values(chatelaine)
    assert found["window"] == ("3d", "file", 2)
    assert found["issuer"] == (issuer.url, "variable", None) and found["store"] == (str(store), "variable", None)
    assert found["clock"] == ("24h", "default", None)
    assert values(chatelaine, env={"CHATELAINE_STORE": None})["store"] == (f"{home}/vault", "file", 4)
    assert values(chatelaine, "--store", "/elsewhere")["store"] == ("/elsewhere", "option", None)
    assert chatelaine("config").stdout.splitlines()[3].split() == ["window", "3d", f"{config.path}:2"]
    assert chatelaine("config", "window").stdout == "3d\n"


def test_set_keeps_what_is_written(chatelaine, config):
    expect.succeeded(chatelaine("config", "theme", "dark"))
    assert config.text() == "theme = dark\n"
    assert config.path.stat().st_mode & 0o777 == 0o600 and config.path.parent.stat().st_mode & 0o777 == 0o700
    config.put("# for the night\ntheme = dark ; was light\n\nclock = 12h\n")
    expect.succeeded(chatelaine("config", "theme", "mono"))
    assert config.text() == "# for the night\ntheme = mono ; was light\n\nclock = 12h\n"
    expect.succeeded(chatelaine("config", "--unset", "theme"))
    assert config.text() == "# for the night\n\nclock = 12h\n"
    assert "CHATELAINE_STORE is given, which goes before" in chatelaine("config", "store", "/srv/logins").stderr


@pytest.mark.parametrize("args, words", [
    (["colour"], "no setting 'colour'"), (["theme", "pink"], "auto, light, dark, mono"),
    (["store", "logins"], "absolute"), (["store", "/a\nclock = 12h"], "cannot be written"),
    (["--unset"], "wants a KEY"), (["--unset", "theme", "dark"], "wants a KEY"), (["--json", "theme"], "takes no KEY")])
def test_what_cannot_be_set(chatelaine, config, args, words):
    config.put("clock = 24h\n")
    result = chatelaine("config", *args)
    assert result.status == 2 and words in result.stderr and config.text() == "clock = 24h\n"


@pytest.mark.parametrize("args", [["list"], ["token", "work"], ["keep"], ["config"], []])
def test_a_mistake_stops_every_command(chatelaine, config, seed, args):
    seed("work", lifetime=9 * DAY)
    config.put("clock = 12h\nwindows = 3d\n")
    result = chatelaine(*args)
    assert result.status == 2 and result.stdout == ""
    assert f"{config.path}:2: there is no setting 'windows'" in result.stderr


@pytest.mark.parametrize("args", [[], ["clock", "24h"], ["--json"]])
def test_who_mends_it_is_told_all_mistakes(chatelaine, config, args):
    config.put("clock = 12h\nwindows = 3d\nwhat\ntheme = pink\n")
    result = chatelaine("config", *args)
    assert (result.status, result.stdout) == (2, "")
    told = result.stderr.splitlines()
    assert [line.split(": ")[1] for line in told] == [f"{config.path}:{line}" for line in (2, 3, 4)]
    assert told[2].endswith("'pink' is no theme; there are: auto, light, dark, mono")


def test_help_needs_no_config_file(chatelaine, config):
    config.put("what\n")
    assert chatelaine("help").status == 0 and chatelaine("version").status == 0


def test_others_must_not_be_able_to_write_it(chatelaine, config):
    config.put("clock = 12h\n", mode=0o664)
    result = chatelaine("list")
    assert result.status == 1 and "chmod go-w" in result.stderr
    config.path.chmod(0o644)
    assert chatelaine("list").status == 0


def test_another_file(chatelaine, config, tmp_path):
    config.put("what\n")
    other = tmp_path / "other"
    result = chatelaine("--config", other, "list")
    assert result.status == 2 and f"there is no config file {other}" in result.stderr
    expect.succeeded(chatelaine("--config", other, "config", "clock", "12h"))
    assert other.read_text() == "clock = 12h\n" and config.text() == "what\n"
    assert values(chatelaine, env={"CHATELAINE_CONFIG": other})["clock"] == ("12h", "file", 1)
    assert chatelaine("list", env={"CHATELAINE_CONFIG": "/dev/null"}).status == 0


def test_the_store_that_it_names(chatelaine, config, seed, store):
    seed("work", lifetime=9 * DAY)
    config.put(f"store = {store}\n")
    assert "work" in chatelaine("list", env={"CHATELAINE_STORE": None}).stdout


def test_programs_that_are_switched(chatelaine, config, seed, home):
    tokens = seed("work", lifetime=9 * DAY)
    (home / ".codex").mkdir(mode=0o700)
    config.put("targets = pi\n")
    assert chatelaine("use", "work").stdout == "pi shows 'work'\n"
    assert consumers.make("pi", home).shows(tokens) and not (home / ".codex" / "auth.json").exists()


def test_window_of_keep(keep, config, seed, issuer, store):
    seed("far", lifetime=4 * DAY)
    seed("near", "personal", lifetime=2 * DAY + HOUR)
    before = store.credential("far")
    config.put("window = 3d\n")
    running = keep()
    running.wait_for(lambda program: "'near' is renewed" in program.stdout)
    assert store.credential("far") == before
    running.signal(15)
    running.finish()


def test_model_of_exports(chatelaine, config, seed):
    seed("work", lifetime=9 * DAY)
    config.put("model = gpt-mine\n")
    export = ("export", "work", "--format", "openhands-llm")
    assert chatelaine(*export).json["model"] == "openai/gpt-mine"
    assert chatelaine(*export, "--model", "gpt-other").json["model"] == "openai/gpt-other"


def test_clock(chatelaine, config, seed):
    seed("work", lifetime=9 * DAY)
    assert " PM" not in chatelaine("show", "work").stdout.replace("AM", "PM")
    config.put("clock = 12h\n")
    assert " PM" in chatelaine("show", "work").stdout.replace("AM", "PM")

"""What the programs give up, and what of them nobody else gets: neither debuggers, nor cores, nor their children."""

import ctypes
import errno
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import expect
import processes
import pytest
from program import Runner

DAY = 86400
USER = 65534
PARTS = ["reading", "writing", "programs", "truncation", "tcp", "devices", "processes"]
LOOKING = ["writing", "programs", "truncation", "tcp", "processes"]
SINCE = {"reading": 1, "writing": 1, "programs": 1, "truncation": 3, "tcp": 4, "devices": 5, "processes": 6}


@pytest.fixture(autouse=True)
def uninstrumented(instrumented):
    if instrumented:
        pytest.skip("sanitizers and coverage need files, programs and debuggers")


@pytest.fixture
def sandbox(chatelaine):
    """What doctor says of it."""
    return chatelaine("doctor", "--json").json["sandbox"]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def probe(tmp_path, listener, env):
    """Runs a program that tells, at its end, what it may still do: {"connect": 13, …}."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no compiler")
    library, file = tmp_path / "shim_probe.so", tmp_path / "private"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("shim_probe.c")],
                   check=True)
    file.write_text("private\n")
    environment = {"LD_PRELOAD": str(library), "PROBE_PORT": listener.getsockname()[1], "PROBE_FILE": file}

    def run(program, *args, **options):
        result = Runner(program, {**env, **environment})(*args, **options)
        name = Path(program).name
        told = [json.loads(line) for line in re.findall(r"^probe: (.*)$", result.stderr, re.M)]
        return next(one for one in told if one["program"] == name)
    return run


def refused(sandbox, who, part):
    return errno.EACCES if part in sandbox[who] else 0


# The sandbox

def test_doctor_tells_what_is_denied(chatelaine, sandbox):
    assert set(sandbox) == {"landlock", "chatelaine-oauth", "looking"}
    abi = sandbox["landlock"]
    assert sandbox["chatelaine-oauth"] == [part for part in PARTS if SINCE[part] <= abi]
    assert sandbox["looking"] == [part for part in LOOKING if SINCE[part] <= abi]
    line, = re.findall("^sandbox: .*", expect.succeeded(chatelaine("doctor")), re.M)
    if abi == 0:
        assert line == "sandbox: none, since this system has no Landlock"
    else:
        assert line == (f"sandbox: Landlock {abi}; denied to chatelaine-oauth: {', '.join(sandbox['chatelaine-oauth'])}; "
                        f"to commands that only look: {', '.join(sandbox['looking'])}")


def test_network_program_has_its_server_and_nothing_else(probe, build, issuer, sandbox):
    request = {"operation": "usage", "issuer": issuer.environment["CHATELAINE_BACKEND"], "token": "t"}
    may = probe(build / "chatelaine-oauth", input=json.dumps(request) + "\n")
    assert may["connect"] == refused(sandbox, "chatelaine-oauth", "tcp")
    assert may["read"] == refused(sandbox, "chatelaine-oauth", "reading")
    assert may["write"] == refused(sandbox, "chatelaine-oauth", "writing")
    assert may["start"] == refused(sandbox, "chatelaine-oauth", "programs")
    assert may["home"] == 0 and may["language"] == 1  # of its environment
    assert may["no_new_privs"] == 1 and may["dumpable"] == 0


@pytest.mark.parametrize("command", [
    ("list",), ("show", "work"), ("token", "work"), ("export", "work", "--format", "env"), ("audit",),
    ("metrics",), ()], ids=lambda command: command[0] if command else "no-terminal")
def test_commands_that_look_write_into_the_store_only(probe, build, seed, sandbox, command):
    seed(lifetime=9 * DAY)
    may = probe(build / "chatelaine", *command)
    assert may["write"] == refused(sandbox, "looking", "writing") and may["read"] == 0
    assert may["connect"] == refused(sandbox, "looking", "tcp")
    assert may["start"] == refused(sandbox, "looking", "programs")
    assert may["no_new_privs"] == 1 and may["dumpable"] == 0


@pytest.mark.parametrize("command", [
    ("completion", "bash"), ("config",), ("help",), ("export", "work", "--format", "env", "--output", "file")],
    ids=lambda command: command[0])
def test_commands_without_a_store_or_with_a_file_have_no_network(probe, build, seed, sandbox, home, command):
    seed(lifetime=9 * DAY)
    may = probe(build / "chatelaine", *command, cwd=home)
    assert may["connect"] == refused(sandbox, "looking", "tcp")
    assert may["start"] == refused(sandbox, "looking", "programs")
    assert may["read"] == may["write"] == 0


def test_token_is_renewed_first_and_the_network_given_up_then(probe, build, issuer, seed, sandbox):
    seed(lifetime=60)
    may = probe(build / "chatelaine", "token", "work")
    assert issuer.count("token", "refresh_token") == 1
    assert may["connect"] == refused(sandbox, "looking", "tcp")


def test_command_that_is_run_keeps_everything(env, build, seed, listener):
    """It is somebody else's, and so are its rights, its limits and its files."""
    seed(lifetime=9 * DAY)
    script = (f"umask; [ $(ulimit -c) = $(ulimit -Hc) ] && echo as-before; sed -n 's/^NoNewPrivs:.//p' /proc/self/status; "
              f"exec 3<>/dev/tcp/127.0.0.1/{listener.getsockname()[1]} && echo connected")
    outer = 'ulimit -c $(ulimit -Hc); umask 027; exec "$0" run work --for codex -- bash -c "$1"'
    result = Runner("bash", env)("-c", outer, build / "chatelaine", script)
    assert expect.succeeded(result).split() == ["0027", "as-before", "0", "connected"]


# Descriptors

def test_network_program_gets_its_descriptors_only(env, build, seed, tmp_path):
    """Standard input, output and error, the answer's file and two locks."""
    seed(lifetime=60)
    seen, helper = tmp_path / "seen", tmp_path / "helper"
    helper.write_text(f"#!/bin/sh\nls /proc/self/fd > {seen}\n")
    helper.chmod(0o755)
    # Whoever starts us may have forgotten to close one.
    script = 'exec 9< /dev/null; exec "$@"'
    Runner("sh", {**env, "CHATELAINE_OAUTH": helper})("-c", script, "sh", build / "chatelaine", "refresh", "work")
    # The last one is the directory that ls reads.
    assert seen.read_text().split() == ["0", "1", "2", "3", "4", "5", "6"]


def test_command_that_is_run_gets_one_lock_and_no_other_descriptor_of_ours(chatelaine, seed):
    """As long as that is locked, its directory is not cleared away."""
    seed(lifetime=9 * DAY)
    result = chatelaine("run", "work", "--for", "codex", "--", "ls", "-l", "/proc/self/fd")
    links = dict(re.findall(r" (\d+) -> (.*)", expect.succeeded(result)))
    # The last one is the directory that ls reads.
    assert sorted(number for number, to in links.items() if not to.endswith("/.lock")) == ["0", "1", "2", "3"]
    assert len(links) == 5


# Debuggers and cores

@pytest.fixture
def place(build):
    """A directory of an ordinary user with the programs, out of root's directories, which the user may not enter."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("chatelaine", "chatelaine-oauth"):
            shutil.copy(build / name, folder)
        if os.geteuid() == 0:
            os.chown(folder, USER, USER)
        yield Path(folder)


def in_shell(place, env, *command):
    """Starts it below a shell that lets cores be written, and tells of them."""
    return Runner("bash", {**env, "HOME": place, "CHATELAINE_STORE": place / "store",
                           "CHATELAINE_OAUTH": place / "chatelaine-oauth"}).start(
        "-c", 'ulimit -c unlimited; "$@"; exit $?', "bash", *command, cwd=place,
        user=USER if os.geteuid() == 0 else None)


@pytest.fixture
def signing_in(place, env):
    """Both programs at work: a sign-in that waits for its approval. The running shell, and their process ids."""
    running = in_shell(place, env, place / "chatelaine", "login", "work", "--agree-terms", "--json")
    running.wait_for_event("waiting")
    pids = {process.name: process.pid for process in processes.descendants(running.pid)}
    assert set(pids) == {"chatelaine", "chatelaine-oaut"}
    yield running, pids["chatelaine"], pids["chatelaine-oaut"]
    for process in processes.descendants(running.pid):
        os.kill(process.pid, signal.SIGKILL)
    running.kill()


def as_user(function):
    """What the function gives in a child that is an ordinary user, as the programs are."""
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(USER)
                os.setuid(USER)
            os._exit(function())
        except BaseException:
            os._exit(255)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def reads_memory(pid, address):
    libc = ctypes.CDLL(None, use_errno=True)
    memory = ctypes.create_string_buffer(16)
    ours = Iovec(ctypes.cast(memory, ctypes.c_void_p), 16)
    theirs = Iovec(address, 16)
    n = libc.process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
    return 0 if n == 16 else ctypes.get_errno()


def attaches(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    return 0 if libc.ptrace(0x4206, pid, None, None) == 0 else ctypes.get_errno()  # PTRACE_SEIZE


def opens(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
        return 0
    except OSError as error:
        return error.errno


def test_nobody_looks_into_them(signing_in):
    _, *pids = signing_in
    for pid in pids:
        assert as_user(lambda pid=pid: reads_memory(pid, 0x10000)) == errno.EPERM
        assert as_user(lambda pid=pid: attaches(pid)) == errno.EPERM
        for name in ("mem", "environ", "maps"):
            assert as_user(lambda pid=pid, name=name: opens(f"/proc/{pid}/{name}")) == errno.EACCES


def test_whoever_looks_into_a_program_could_look_into_another():
    """Or else the test above would be content with anything."""
    memory = ctypes.create_string_buffer(b"something to read")

    def look():
        # Whoever changed their user is closed to others, until they say otherwise.
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE
        pid = os.fork()
        if pid == 0:
            signal.pause()
        result = reads_memory(pid, ctypes.addressof(memory))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return result
    assert as_user(look) == 0


@pytest.mark.parametrize("which", [1, 2], ids=["chatelaine", "chatelaine-oauth"])
def test_no_core_is_left(signing_in, place, env, which):
    running = signing_in[0]
    limits = Path(f"/proc/{signing_in[which]}/limits").read_text()
    assert re.search(r"^Max core file size +0 ", limits, re.M)
    os.kill(signing_in[which], signal.SIGSEGV)
    result = running.finish()
    assert result.status != 0 and "core dumped" not in result.stderr
    assert not list(place.glob("core*"))
    assert ("Segmentation fault" in result.stderr) == (which == 1)


def test_shell_would_tell_of_a_core(place, env):
    result = in_shell(place, env, "sh", "-c", "kill -SEGV $$").finish()
    if "core dumped" not in result.stderr:
        pytest.skip("this system writes no cores")

"""Measures chatelaine beside the programs that one would compare it with.

Each pair runs in turn, A B A B, so that whatever else the machine does falls
on both. Prints medians; asserts nothing: machines differ.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from screen import Screen

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("CHATELAINE_BUILD") or ROOT / "build")
CHATELAINE = str(BUILD / "chatelaine")
COMMAND_RUNS = 100
SCREEN_RUNS = 15
IDLE_SECONDS = 10
DAY = 86400
DOWN, UP = "\033OB", "\033OA"  # as terminals send them to who asked for application keys

sys.path.insert(0, str(ROOT / "tests"))
from issuer import Issuer  # noqa: E402
from issuer.seed import seed_profile  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        print(f"Command line: medians of {COMMAND_RUNS} runs, peak resident\n")
        bench.commands()
        print(f"\nFirst screen, 80x24: medians of {SCREEN_RUNS} runs, "
              "resident when it stands\n")
        bench.screens()
        print(f"\nLeft alone for {IDLE_SECONDS} s; then the selection is moved: medians of 20 keys\n")
        bench.alone()


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            "HOME": str(folder), "LANG": "C.UTF-8", "PATH": os.environ["PATH"],
            "TERM": "xterm-256color", "TZ": "UTC", "NNN_OPTS": "H",
        }
        self.measure = self.compile("measure")
        self.empty = self.compile("empty", "-Wl,--no-as-needed", "-lncursesw")

    def compile(self, name, *flags):
        program = self.folder / name
        subprocess.run(["gcc", "-O2", "-o", program, ROOT / "bench" / f"{name}.c", *flags],
                       check=True)
        return str(program)

    def store(self, profiles, name="", **options):
        """The environment with a store of so many profiles."""
        store = self.folder / f"store-{profiles}{name}"
        with Issuer() as issuer:
            for number in range(profiles):
                seed_profile(issuer, store, f"profile-{number:02}", **options)
        return {**self.environment, "CHATELAINE_STORE": str(store)}

    # --- Commands ------------------------------------------------------------

    def commands(self):
        ours = self.store(10)
        row("", "ms", "MB", "", "ms", "MB", "ratio")
        empty = Command("empty, with curses", [self.empty])
        git = self.git_credential()
        listing = Command("list", [CHATELAINE, "list"], ours)
        token = Command("token", [CHATELAINE, "token", "profile-05"], ours)
        pairs = [(listing, empty), (token, empty), (token, git)]
        pairs += [(token, peer) for peer in self.other_peers()]
        for pair in pairs:
            self.compare(pair, self.run_command, COMMAND_RUNS)

    def git_credential(self):
        file = self.folder / "git-credentials"
        file.write_text("https://someone:a-made-up-secret@example.com\n")
        return Command("git credential-store get",
                       ["git", "credential-store", "--file", str(file), "get"],
                       stdin="protocol=https\nhost=example.com\n\n")

    def other_peers(self):
        """Those that a machine may have, and need not."""
        codex = os.environ.get("CHATELAINE_CODEX") or shutil.which("codex")
        if codex:
            yield Command("codex login status", [codex, "login", "status"], fails=True)
        if shutil.which("oidc-token"):
            yield Command("oidc-token, no agent", ["oidc-token", "name"], fails=True)

    def run_command(self, command):
        done = subprocess.run([self.measure, *command.argv], input=command.stdin, text=True,
                              env=command.environment or self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0 and not command.fails:
            sys.exit(f"{command.argv}: status {done.returncode}\n{done.stderr}")
        nanoseconds, kib = done.stdout.split()
        return int(nanoseconds) / 1e6, int(kib) / 1024

    # --- Screens -------------------------------------------------------------

    def screens(self):
        row("", "done", "MB", "", "done", "MB", "ratio", "first byte")
        ours = Command("20 profiles", [CHATELAINE], self.store(20))
        for peer in self.nano(), self.nnn(), self.tig(), self.mc(), self.htop():
            self.compare((ours, peer), self.run_screen, SCREEN_RUNS)

    def alone(self):
        print(f"{'':26} {'bytes/s':>8} {'wakes/s':>8} {'MB':>6}   {'key: ms':>8} {'done':>6} {'bytes':>6}")
        ended = self.store(20, "-ended", lifetime=-DAY)
        for command in (Command("20 ended profiles", [CHATELAINE], ended),
                        Command("20 profiles, one ticks", [CHATELAINE], self.store(20)),
                        self.nano(), self.nnn(), self.tig(), self.mc(), self.htop()):
            with Screen(command.argv, command.environment or self.environment) as screen:
                screen.first_frame()
                idle = screen.idle(IDLE_SECONDS)
                frame = screen.keys(*[DOWN, UP] * 10)
            print(f"{command.name:26} {idle.bytes:8.1f} {idle.wakes:8.1f} {idle.resident:6.1f}   "
                  f"{frame.first_byte:8.2f} {frame.done:6.2f} {frame.bytes:6.0f}")

    def nano(self):
        file = self.folder / "twenty-lines"
        file.write_text("".join(f"line {number}\n" for number in range(20)))
        return Command("nano", ["nano", "--ignorercfiles", str(file)])

    def nnn(self):
        folder = self.folder / "twenty-files"
        folder.mkdir(exist_ok=True)
        for number in range(20):
            (folder / f"file-{number:02}").touch()
        return Command("nnn", ["nnn", str(folder)])

    def mc(self):
        return Command("mc", ["mc", "--nosubshell", str(self.folder)])

    def htop(self):
        return Command("htop", ["htop"])

    def tig(self):
        """A history of twenty commits."""
        folder = self.folder / "twenty-commits"
        git = ["git", "-C", str(folder), "-c", "user.name=Dana", "-c", "user.email=dana@example.com"]
        if not folder.exists():
            subprocess.run(["git", "init", "-q", folder], check=True)
            for number in range(20):
                subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", f"commit {number}"], check=True)
        return Command("tig", ["tig", "-C", str(folder)])

    def run_screen(self, command):
        with Screen(command.argv, command.environment or self.environment) as screen:
            frame = screen.first_frame()
            return frame.done, screen.resident(), frame.first_byte

    # --- Both ----------------------------------------------------------------

    @staticmethod
    def compare(pair, run, times):
        results = [], []
        for command in pair:
            run(command)  # once for the caches
        for _ in range(times):
            for command, result in zip(pair, results):
                result.append(run(command))
        ours, peer = ([statistics.median(column) for column in zip(*result)]
                      for result in results)
        first_bytes = [f"{ours[2]:.1f} / {peer[2]:.1f}"] if len(ours) > 2 else []
        row(pair[0].name, f"{ours[0]:.2f}", f"{ours[1]:.1f}",
            pair[1].name, f"{peer[0]:.2f}", f"{peer[1]:.1f}",
            f"{ours[0] / peer[0]:.2f}", *first_bytes)


class Command:
    def __init__(self, name, argv, environment=None, stdin="", fails=False):
        self.name, self.argv, self.environment = name, argv, environment
        self.stdin, self.fails = stdin, fails


def row(name, time, size, peer, peer_time, peer_size, ratio, more=""):
    print(f"{name:12} {time:>7} {size:>6}   {peer:26} {peer_time:>7} {peer_size:>6} "
          f"{ratio:>7}  {more}".rstrip())


main()

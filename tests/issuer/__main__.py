"""The issuer alone: prints its URL on the first line and serves until SIGTERM."""

import argparse
import signal
import sys
from pathlib import Path

# This folder's modules belong to the package; on the path by themselves they
# could take the place of others of the same name.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from issuer import ACCOUNTS, FAULTS, Issuer  # noqa: E402
from issuer.seed import seed_demo  # noqa: E402


def main():
    options = parse(sys.argv[1:])
    if options.list_faults:
        for name, fault in FAULTS.items():
            print(f"{name:24} {fault.meets}")
        return
    # Blocked before the first thread starts, so that sigwait() alone gets them.
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with Issuer(options.port, options.interval, options.access_lifetime,
                options.code_lifetime) as issuer:
        issuer.approve_after = options.approve_after
        issuer.approve_as = options.account
        for endpoint, _, name in (fault.partition("=") for fault in options.fault):
            issuer.fault(endpoint, name, times=None)
        if options.seed:
            seed_demo(issuer, options.seed)
        print(issuer.url, flush=True)
        signal.sigwait(signals)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="issuer", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--interval", type=int, default=1, metavar="S",
                        help="seconds between polls (1)")
    parser.add_argument("--approve-after", type=float, metavar="S",
                        help="approve every code by itself after S seconds")
    parser.add_argument("--account", choices=ACCOUNTS, default="newcomer",
                        help="who then signs in (newcomer)")
    parser.add_argument("--access-lifetime", type=int, default=864000, metavar="S",
                        help="of access tokens (ten days)")
    parser.add_argument("--code-lifetime", type=int, default=900, metavar="S",
                        help="of device codes (15 minutes)")
    parser.add_argument("--seed", metavar="STORE",
                        help="write four made-up profiles into this store first")
    parser.add_argument("--fault", action="append", default=[], metavar="ENDPOINT=NAME",
                        help="spoil every answer of an endpoint")
    parser.add_argument("--list-faults", action="store_true", help="show the faults and end")
    return parser.parse_args(arguments)


main()

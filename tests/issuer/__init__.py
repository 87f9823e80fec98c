"""A made-up issuer for tests and demonstrations, on loopback, with faults on demand.

    from issuer import Issuer, ACCOUNTS
    from issuer.seed import seed_profile

`python3 tests/issuer --help` runs it alone.
"""

from .accounts import ACCOUNTS, Account
from .faults import ENDPOINTS, FAULTS
from .server import Issuer

__all__ = ["ACCOUNTS", "ENDPOINTS", "FAULTS", "Account", "Issuer"]

"""Made-up people who can sign in.

A person is a user id; a plan is an account id. One person may hold several
plans under one e-mail, and several people may share one workspace, so only
the two ids together say whose login it is.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    key: str
    name: str
    email: str
    plan: str
    user_id: str
    account_id: str
    structure: str = "personal"


WORKSPACE = "44444444-2222-4333-8444-555555555555"

PEOPLE = (
    Account("work", "Dana Example", "dev@example.com", "pro",
            "user-DANA4444444444444444", "11111111-2222-4333-8444-555555555555"),
    Account("personal", "Mel Example", "me@example.net", "plus",
            "user-MEL55555555555555555", "22222222-2222-4333-8444-555555555555"),
    Account("client", "Olu Example", "ops@client.example", "team",
            "user-OLU66666666666666666", WORKSPACE, "workspace"),
    Account("old", "Will Example", "who@example.org", "plus",
            "user-WILL7777777777777777", "33333333-2222-4333-8444-555555555555"),
    Account("newcomer", "Sam Example", "sam@example.com", "plus",
            "user-SAM88888888888888888", "55555555-2222-4333-8444-555555555555"),
    # Dana's second seat: the same person and e-mail in somebody's workspace.
    Account("seat", "Dana Example", "dev@example.com", "business",
            "user-DANA4444444444444444", "66666666-2222-4333-8444-555555555555",
            "workspace"),
    # A second member of Olu's workspace: the same account id, another person.
    Account("colleague", "Eve Example", "eve@client.example", "team",
            "user-EVE99999999999999999", WORKSPACE, "workspace"),
    Account("wide", "Zoë 東京", "zoë@例え.example", "enterprise_cbp_usage_based",
            "user-ZOE00000000000000000", "77777777-2222-4333-8444-555555555555",
            "workspace"),
    # Claims that would take over a terminal, if they were printed as they are.
    Account("hostile", "Mal\x1b[2J", "mal\x1b]0;pwned\x07@exa\u202emple.com", "plus\x1b[31m",
            "user-MAL11111111111111111", "88888888-2222-4333-8444-555555555555"),
)

ACCOUNTS = {account.key: account for account in PEOPLE}


def find(account):
    """An Account as it is, or the one with this key."""
    if isinstance(account, Account):
        return account
    try:
        return ACCOUNTS[account]
    except KeyError:
        raise ValueError(f"no account {account!r}; there are: {', '.join(ACCOUNTS)}") from None

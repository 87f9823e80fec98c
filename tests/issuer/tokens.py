"""Chains: a refresh token and its successors, with reuse detection.

A refresh token is good once. Spending it gives the next one; sending it again
shows that two parties hold the chain, and ends the whole chain.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field

from . import jwt
from .accounts import find
from .answers import Refusal

USED = ("refresh_token_reused", "Your refresh token has already been used to generate "
        "a new access token. Please try signing in again.")
REVOKED = ("refresh_token_invalidated", "Your refresh token has been invalidated. "
           "Please try signing in again.")
EXPIRED = ("refresh_token_expired", "Your refresh token has expired. "
           "Please try signing in again.")
UNKNOWN = ("token_expired", "Could not validate your token. Please try signing in again.")
KILLED = ("token_invalidated", "Your authentication token has been invalidated. "
          "Please try signing in again.")


@dataclass
class Chain:
    account: object
    session: str
    refresh_token: str = ""
    spent: set = field(default_factory=set)
    generation: int = 0
    revoked: bool = False
    expired: bool = False


@dataclass(frozen=True)
class TokenSet:
    """One generation of a chain, as its holder has it."""
    access_token: str
    refresh_token: str
    id_token: str
    issued_at: int
    expires_at: int
    account: object
    chain: Chain

    def answer(self):
        return {
            "access_token": self.access_token, "token_type": "Bearer",
            "expires_in": self.expires_at - self.issued_at,
            "scope": " ".join(jwt.SCOPES), "id_token": self.id_token,
            "earliest_refresh_at": self.issued_at + 60,
            "refresh_token": self.refresh_token, "oai_is": secrets.token_urlsafe(48),
        }


class Chains:
    def __init__(self, issuer):
        self.issuer = issuer
        self.lock = threading.RLock()
        self.by_refresh_token = {}
        self.by_session = {}
        self.predecessors = {}      # refresh token -> the one spent for it
        self.reused = 0

    def begin(self, account, lifetime=None):
        """A new sign-in; LIFETIME seconds are left of its access token."""
        with self.lock:
            chain = Chain(account, "authsess_" + secrets.token_hex(12))
            self.by_session[chain.session] = chain
            return self._issue(chain, lifetime)

    def spend(self, refresh_token):
        """The next generation for a refresh token that is good."""
        with self.lock:
            chain = self.by_refresh_token.get(refresh_token)
            if chain is None:
                raise Refusal(401, *UNKNOWN)
            if refresh_token in chain.spent:
                self.reused += 1
                chain.revoked = True
                raise Refusal(401, *USED)
            if chain.revoked:
                raise Refusal(401, *REVOKED)
            if chain.expired:
                raise Refusal(401, *EXPIRED)
            if self.issuer.rotation == "rotate":
                chain.spent.add(refresh_token)
            if self.issuer.refresh_as is not None:
                chain.account = find(self.issuer.refresh_as)
            return self._issue(chain)

    def _issue(self, chain, lifetime=None):
        now = int(time.time())
        usual = self.issuer.access_lifetime
        expires_at = now + (usual if lifetime is None else int(lifetime))
        # With less left than usual it was issued earlier, never in the future.
        issued_at = min(now, expires_at - max(usual, 1))
        chain.generation += 1
        if not chain.refresh_token or chain.refresh_token in chain.spent:
            before, chain.refresh_token = chain.refresh_token, "rt_" + secrets.token_urlsafe(64)
            self.by_refresh_token[chain.refresh_token] = chain
            self.predecessors[chain.refresh_token] = before
        url, account = self.issuer.url, chain.account
        access = jwt.access_token(url, account, issued_at, expires_at, chain.session)
        identity = jwt.id_token(url, account, issued_at, chain.session, access)
        return TokenSet(access, chain.refresh_token, identity, issued_at, expires_at,
                        account, chain)

    def revoke(self, token):
        """Ends the chain of a refresh or an access token, if there is one."""
        with self.lock:
            chain = self.chain(token)
            if chain is not None:
                chain.revoked = True
            return chain is not None

    def chain(self, token):
        """The chain that a refresh or an access token belongs to, or None."""
        with self.lock:
            if token in self.by_refresh_token:
                return self.by_refresh_token[token]
            try:
                return self.by_session.get(jwt.decode(token).get("session_id"))
            except jwt.BadToken:
                return None

    def bearer(self, header):
        """The account that an Authorization header speaks for."""
        scheme, _, token = (header or "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise jwt.BadToken("no bearer token")
            claims = jwt.decode(token)
        except jwt.BadToken:
            raise Refusal(401, *UNKNOWN) from None
        with self.lock:
            chain = self.by_session.get(claims.get("session_id"))
            if chain is None or claims["exp"] <= time.time():
                raise Refusal(401, *UNKNOWN)
            if chain.revoked:
                raise Refusal(401, *KILLED)
            return chain.account

"""Device codes: asked for by a program, approved by a person, spent once."""

import hashlib
import secrets
import string
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timezone

from . import keys
from .accounts import find
from .answers import Refusal

ALPHABET = string.ascii_uppercase + string.digits
# A program that waits exactly the interval may arrive this much early, since
# the way to us is not equally long each time.
EARLY_TOLERANCE = 0.1

PENDING = (403, "deviceauth_authorization_pending",
           "Device authorization is pending. Please try again.")
UNKNOWN = (403, "deviceauth_authorization_unknown",
           "Device authorization is unknown. Please try again.")
# Only the message is known of the real one, so no program may look for a code.
EXPIRED = (403, None, "Device authorization code has expired. Please request a new code.")
DECLINED = (401, "authorization_declined", "The authorization was declined.")


@dataclass
class DeviceCode:
    device_auth_id: str
    user_code: str
    interval: float
    issued_at: float
    expires_at: float
    state: str = "pending"          # approved, declined, expired, exchanged
    account: object = None
    authorization_code: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    polled_at: float = None

    @property
    def challenge(self):
        return keys.base64url(hashlib.sha256(self.verifier.encode("ascii")).digest())


class DeviceCodes:
    def __init__(self, issuer):
        self.issuer = issuer
        self.lock = threading.RLock()
        self.by_user_code = {}
        self.by_device = {}
        self.by_authorization_code = {}
        self.approvals = deque()    # accounts that approve the next codes
        self.early_polls = []       # (user code, seconds after the poll before)

    # What a program does

    def request(self):
        with self.lock:
            now = time.time()
            code = DeviceCode("deviceauth_" + secrets.token_hex(16), self._user_code(),
                              seconds(self.issuer.interval), now,
                              now + self.issuer.code_lifetime)
            self.by_user_code[code.user_code] = code
            self.by_device[code.device_auth_id] = code
            self._settle(code)
        return {"device_auth_id": code.device_auth_id, "user_code": code.user_code,
                "interval": str(self.issuer.interval), "expires_at": stamp(code.expires_at)}

    def poll(self, device_auth_id, user_code):
        with self.lock:
            code = self.by_device.get(device_auth_id)
            if code is None or code.user_code != user_code:
                raise Refusal(*UNKNOWN)
            self._note_time(code)
            self._settle(code)
            if code.state != "approved":
                raise Refusal(*{"pending": PENDING, "declined": DECLINED,
                                "expired": EXPIRED}.get(code.state, UNKNOWN))
            return {"status": "success", "user_code": user_code,
                    "user_code_expiration": stamp(code.expires_at),
                    "authorization_code": code.authorization_code,
                    "code_challenge": code.challenge, "code_verifier": code.verifier}

    def exchange(self, authorization_code, verifier):
        """The account behind a code, which is good once and with its verifier only."""
        with self.lock:
            code = self.by_authorization_code.get(authorization_code)
            if code is None or code.state != "approved" or code.verifier != verifier:
                raise Refusal(400, "invalid_grant", "The authorization code is invalid, "
                              "was used already, or does not fit its verifier.")
            code.state = "exchanged"
            return code.account

    # What a person does

    def approve(self, user_code, account):
        self._decide(user_code, "approved", account)

    def decline(self, user_code):
        self._decide(user_code, "declined")

    def expire(self, user_code):
        self._decide(user_code, "expired")

    def approve_next(self, account):
        with self.lock:
            self.approvals.append(account)

    def get(self, user_code):
        """The code that a person typed, in whatever case."""
        with self.lock:
            try:
                return self.by_user_code[user_code.strip().upper()]
            except KeyError:
                raise ValueError(f"no such code: {user_code!r}") from None

    # Inside, with the lock held

    def _decide(self, user_code, state, account=None):
        with self.lock:
            code = self.get(user_code)
            self._settle(code)
            if code.state != "pending":
                raise ValueError(f"the code {user_code} is {code.state} already")
            self._set(code, state, account)

    def _set(self, code, state, account=None):
        code.state, code.account = state, account
        if state == "approved":
            code.authorization_code = "ac_" + secrets.token_urlsafe(64)
            self.by_authorization_code[code.authorization_code] = code

    def _settle(self, code):
        """Brings a pending code to the state that time or a waiting approval gives it."""
        if code.state != "pending":
            return
        now, after = time.time(), self.issuer.approve_after
        if now >= code.expires_at:
            self._set(code, "expired")
        elif self.approvals:
            self._set(code, "approved", self.approvals.popleft())
        elif after is not None and now >= code.issued_at + after:
            self._set(code, "approved", find(self.issuer.approve_as))

    def _note_time(self, code):
        now = time.monotonic()
        if code.polled_at is not None:
            gap = now - code.polled_at
            if gap < code.interval - EARLY_TOLERANCE:
                self.early_polls.append((code.user_code, gap))
        code.polled_at = now

    def _user_code(self):
        while True:
            letters = "".join(secrets.choice(ALPHABET) for _ in range(9))
            user_code = f"{letters[:4]}-{letters[4:]}"
            if user_code not in self.by_user_code:
                return user_code


def seconds(interval):
    """The interval as a number; tests may announce one that is none."""
    try:
        return float(interval)
    except ValueError:
        return 0.0


def stamp(moment):
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

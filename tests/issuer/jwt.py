"""Signed tokens with the claims of the real ones."""

import hashlib
import json
import secrets
from datetime import datetime, timezone

from . import keys

CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann"
SCOPES = ["openid", "profile", "email", "offline_access"]
AUTH = "https://api.openai.com/auth"
PROFILE = "https://api.openai.com/profile"
MFA = "https://api.openai.com/mfa"
ID_TOKEN_LIFETIME = 3600


class BadToken(ValueError):
    pass


def encode(claims):
    header = {"alg": "RS256", "kid": keys.KEY_ID, "typ": "JWT"}
    parts = [keys.base64url(json.dumps(part, separators=(",", ":")).encode())
             for part in (header, claims)]
    message = ".".join(parts)
    return message + "." + keys.base64url(keys.sign(message.encode("ascii")))


def decode(token):
    """The claims of a token that we signed."""
    try:
        message, _, signature = token.rpartition(".")
        if not keys.verify(message.encode("ascii"), keys.from_base64url(signature)):
            raise BadToken("the signature does not fit")
        return json.loads(keys.from_base64url(message.split(".")[1]))
    except (ValueError, IndexError) as problem:
        raise BadToken(str(problem)) from problem


def access_token(issuer, account, issued_at, expires_at, session):
    return encode(access_claims(issuer, account, issued_at, expires_at, session))


def access_claims(issuer, account, issued_at, expires_at, session):
    return {
        "iss": issuer, "aud": ["https://api.openai.com/v1"], "client_id": CLIENT_ID,
        "sub": subject(account), "scp": SCOPES,
        "iat": issued_at, "nbf": issued_at, "exp": expires_at,
        "jti": secrets.token_hex(16), "session_id": session,
        "pwd_auth_time": (issued_at - 10) * 1000,
        AUTH: {
            "chatgpt_account_id": account.account_id,
            "chatgpt_account_user_id": f"{account.user_id}__{account.account_id}",
            "chatgpt_compute_residency": "no_constraint",
            "chatgpt_plan_type": account.plan,
            "chatgpt_user_id": account.user_id, "user_id": account.user_id,
        },
        PROFILE: {"email": account.email, "email_verified": True},
        MFA: {"required": "no"},
    }


def id_token(issuer, account, issued_at, session, access):
    half = hashlib.sha256(access.encode("ascii")).digest()[:16]
    return encode({
        "iss": issuer, "aud": [CLIENT_ID], "sub": subject(account),
        "email": account.email, "email_verified": True, "name": account.name,
        "auth_provider": "password",
        "iat": issued_at, "exp": issued_at + ID_TOKEN_LIFETIME,
        "auth_time": issued_at - 10, "at_hash": keys.base64url(half),
        "sid": session, "jti": secrets.token_hex(16), "rat": issued_at - 20,
        AUTH: {
            "chatgpt_account_id": account.account_id,
            "chatgpt_plan_type": account.plan,
            "chatgpt_user_id": account.user_id, "user_id": account.user_id,
            "chatgpt_subscription_active_start": iso(issued_at - 20 * 86400),
            "chatgpt_subscription_active_until": iso(issued_at + 11 * 86400),
            "chatgpt_subscription_last_checked": iso(issued_at),
            "chatgpt_account_is_fedramp": False,
            "organizations": [{"id": "org-" + account.user_id[-20:], "is_default": True,
                               "role": "owner", "title": "Personal"}],
            "groups": [],
        },
    })


def subject(account):
    return "auth0|" + account.user_id.removeprefix("user-")


def iso(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()

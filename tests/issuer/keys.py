"""The issuer's signing key: RSA 2048 with RS256, in plain integers.

The key was made for these tests and signs nothing else; that it is public is
the point. Python's standard library has no RSA, but signing is little more than pow().
"""

import base64
import hashlib

KEY_ID = "test-key-1"
EXPONENT = 65537
P = int(
    "f8b3e4d8544d8b86932ededd569b84ffcd9e01facec7d89e3591cc5184d9efb0"
    "9b88c9e130eb883d71f567d62314aba29fe214c17225f3c1a64af83e105190fa"
    "53c2561774adb85dbb89add58afeb3af8a5fd6a7b7338f39ddcdcd66e6e3c9f2"
    "e7b061bd58600f569c03fb663d3371021c1c35b6339c8eb30d45c0947d2857e3",
    16)
Q = int(
    "ddaa8bd89612784fe94cb62caa19fff369225c955b4a9688aadfa564a0a38de6"
    "7022d304bc0e7234a069be7e115aac852b5c7241954610777ea7ede6e8c70e4c"
    "d2fa976ac715205ff45241c0d541efefd018f57db9f94412483cafdf0edf4ebf"
    "9743d0669f2b12901e1893400143a5ef98fcd8592764bbd32b021bfab3cff645",
    16)
MODULUS = P * Q
PRIVATE = pow(EXPONENT, -1, (P - 1) * (Q - 1))
Q_INVERSE = pow(Q, -1, P)
SIZE = 256

# The DER that PKCS #1 puts before a SHA-256 digest.
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def padded(message):
    """The number that stands for MESSAGE (EMSA-PKCS1-v1_5)."""
    tail = SHA256_PREFIX + hashlib.sha256(message).digest()
    fill = b"\xff" * (SIZE - len(tail) - 3)
    return int.from_bytes(b"\x00\x01" + fill + b"\x00" + tail, "big")


def sign(message):
    # By the Chinese remainder theorem: four times as fast as one large pow().
    number = padded(message)
    by_p = pow(number, PRIVATE % (P - 1), P)
    by_q = pow(number, PRIVATE % (Q - 1), Q)
    return (by_q + Q * ((by_p - by_q) * Q_INVERSE % P)).to_bytes(SIZE, "big")


def verify(message, signature, modulus=MODULUS, exponent=EXPONENT):
    return pow(int.from_bytes(signature, "big"), exponent, modulus) == padded(message)


def jwks():
    """The public half, as /.well-known/jwks.json shows it."""
    return {"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
        "n": base64url(MODULUS.to_bytes(SIZE, "big")),
        "e": base64url(EXPONENT.to_bytes(3, "big")),
    }]}

"""The issuer's signing key: RSA 2048 with RS256, in plain integers.

The key was made for these tests and signs nothing else; that it is public is
the point. Python's standard library has no RSA, but signing is little more than pow().
It has eight primes, not two, for speed: tests sign thousands of tokens.
"""

import base64
import hashlib
import math

KEY_ID = "test-key-1"
EXPONENT = 65537
PRIMES = [int(digits, 16) for digits in (
    "e26bcb9dadd420efea233213284c8132347a9b43e46420b10537d6bdf11f07af",
    "ecc974d741781f5e26aa8cd2500b368c0c0e9229c2f2bccd6a0ad95b9b27ed23",
    "ed96105d980329ae2a45215ef8976f16555e717c81bbf749d84e5a14d4eb7df3",
    "ee4fdd329625a200942910ada1d504bb31d772a09b3b5ea7388e84e310a8b4db",
    "f60d5cc6f979d45babbe99fe68ac4879ffed09f4115be042488c1144d3efb05d",
    "f6bd9561d75bd27be968e9902b069b60c02b968990803f908874e6ca7da78ca5",
    "f9e3a58240973e48329d3c3c8eaa7e4c11e674fee637a647f0e3b4e2dc475571",
    "fb31052ae2591209f128f59ebd11817337a560ebdd0bc2e510e479fd028fd945",
)]
MODULUS = math.prod(PRIMES)
# Of each prime: itself, its private exponent, and what is 1 to it and 0 to all others.
PARTS = [(prime, pow(EXPONENT, -1, prime - 1), MODULUS // prime * pow(MODULUS // prime, -1, prime))
         for prime in PRIMES]
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
    # By the Chinese remainder theorem.
    number = padded(message)
    signature = sum(pow(number, private, prime) * unit for prime, private, unit in PARTS) % MODULUS
    return signature.to_bytes(SIZE, "big")


def verify(message, signature, modulus=MODULUS, exponent=EXPONENT):
    return pow(int.from_bytes(signature, "big"), exponent, modulus) == padded(message)


def jwks():
    """The public half, as /.well-known/jwks.json shows it."""
    return {"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
        "n": base64url(MODULUS.to_bytes(SIZE, "big")),
        "e": base64url(EXPONENT.to_bytes(3, "big")),
    }]}

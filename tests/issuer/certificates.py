"""An authority of our own, and certificates of 127.0.0.1 that are good, or bad in one way each."""

import ssl
import subprocess
import warnings
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    def __init__(self, folder, name="loopback authority"):
        self._folder, self._count = Path(folder), 0
        self.file = self._folder / "authority.pem"      # what a client is told to trust
        self._key = self._folder / "authority.key"
        _openssl("req", "-x509", *_KEY, "-keyout", self._key, "-out", self.file, "-days", "30",
                 "-subj", f"/CN={name}")

    def context(self, host="IP:127.0.0.1", days=30, name="issuer", versions=None):
        """What a server speaks TLS with: a certificate for HOST (None: for NAME alone) that ends in DAYS.

        VERSIONS: the oldest and the newest TLS, however old."""
        self._count += 1
        stem = self._folder / f"server-{self._count}"
        key, request, file = (stem.with_suffix(end) for end in (".key", ".csr", ".pem"))
        _openssl("req", *_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}",
                 *(["-addext", f"subjectAltName={host}"] if host else []))
        _openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-out", file,
                 "-days", str(days), "-copy_extensions", "copyall")
        return _context(file, key, versions)


def self_signed(folder):
    key, file = Path(folder) / "self.key", Path(folder) / "self.pem"
    _openssl("req", "-x509", *_KEY, "-keyout", key, "-out", file, "-days", "30", "-subj", "/CN=issuer",
             "-addext", "subjectAltName=IP:127.0.0.1")
    return _context(file, key)


def _context(file, key, versions=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    if versions:
        # What is so old is no longer spoken unless one insists.
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = versions
    return context


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')}")

"""The two ports that the issuer sends browsers back to, as free ones of this machine (shim_ports.c)."""

import http.client
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

SOURCE = Path(__file__).with_name("shim_ports.c")


class Ports:
    def __init__(self, folder):
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("there is no compiler")
        library = folder / "shim_ports.so"
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        # Bound, so that nobody else gets them; who listens may still bind them, by SO_REUSEADDR.
        self._sockets = {port: socket.socket() for port in (1455, 1457)}
        for one in self._sockets.values():
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("127.0.0.1", 0))
        pairs = ",".join(f"{port}={self.real(port)}" for port in self._sockets)
        self.environment = {"LD_PRELOAD": str(library), "PORTS_SHIM": pairs}

    def real(self, port):
        return self._sockets[port].getsockname()[1]

    def take(self, *ports):
        """Another program listens there."""
        for port in ports:
            self._sockets[port].listen()

    def connect(self, port=1455):
        return http.client.HTTPConnection("127.0.0.1", self.real(port), timeout=10)

    def open(self, url, method="GET", **more):
        """What a browser does that is sent to URL: the status, and the page."""
        where = urlsplit(url)
        connection = self.connect(where.port)
        connection.request(method, f"{where.path}?{where.query}", **more)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return answer.status, page, answer.headers

    def close(self):
        for one in self._sockets.values():
            one.close()

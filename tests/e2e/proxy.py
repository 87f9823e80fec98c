"""A proxy on loopback, as https_proxy names one: it notes what it is told, and passes it on or misbehaves."""

import select
import socket
import socketserver
import threading

# What it says in place of "200".
ANSWERS = {
    "refuses": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "wants a password": b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"\x1b[2J\"\r\n"
                        b"Content-Length: 0\r\n\r\n",
    "sends elsewhere": b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "talks rubbish": b"\x1b]0;pwned\x07\x00\xff SSH-2.0-x\r\n\r\n",
    "hangs up": b"",
    "answers for the server": b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "talks without end": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"x" * 400_000 + b"\r\n\r\n",
}


class Proxy:
    """`with Proxy() as proxy:` …, https_proxy=proxy.url. `answer`: one of ANSWERS, or None: it is a proxy."""

    def __init__(self):
        self.answer = None
        self.heads = []             # what it was asked, to the empty line
        self.passed = bytearray()   # what clients sent through it
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                proxy._handle(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads, self._server.block_on_close = True, False
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, client):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := client.recv(4096)):
                    return
                head += data
            self.heads.append(head)
            if self.answer is not None:
                client.sendall(ANSWERS[self.answer])
                return
            host, _, port = head.split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._pass_on(client, server)
        except OSError:
            pass  # One of the two is gone.

    def _pass_on(self, client, server):
        while True:
            for ready in select.select([client, server], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                if ready is client:
                    self.passed += data
                (server if ready is client else client).sendall(data)

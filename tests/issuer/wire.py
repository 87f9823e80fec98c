"""One connection, down to its bytes, so that an answer can be spoilt anywhere."""

import select
import socket
import struct
import time
from email.utils import formatdate
from http import HTTPStatus

from .answers import Answer

PAUSE_STEP = 0.1


class Gone(Exception):
    """The client left, or the issuer is closing: nobody waits for the rest."""


class Wire:
    def __init__(self, connection, request, closing, other_host):
        self.connection = connection
        self.request = request
        self.closing = closing
        self.other_host = other_host    # where redirects lead
        self.keep_alive = True
        self.ahead = None                # seconds of the clock that Date tells

    def send(self, answer):
        """An answer as it should be."""
        self.head(answer.status, {"Content-Length": len(answer.body), **fields(answer)})
        self.raw(answer.body)

    def head(self, status, headers):
        self.raw(self.head_bytes(status, headers))
        self.request.status = status

    def head_bytes(self, status, headers):
        lines = [f"HTTP/1.1 {status} {reason(status)}"]
        if self.ahead is not None:
            lines.append(f"Date: {formatdate(time.time() + self.ahead, usegmt=True)}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not self.keep_alive:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def raw(self, data):
        try:
            self.connection.sendall(data)
        except OSError as problem:
            raise Gone from problem

    def drip(self, data):
        """DATA at one byte a second."""
        for byte in data:
            self.raw(bytes([byte]))
            self.pause(1)

    def pause(self, seconds):
        """Waits; ends at once when nobody waits for the answer any more."""
        while seconds > 0:
            step = min(seconds, PAUSE_STEP)
            if self.closing.wait(step) or self._left():
                raise Gone
            seconds -= step

    def stall(self):
        self.pause(float("inf"))

    def cut(self, reset=False):
        """The end of this connection, politely (FIN) or not (RST)."""
        self.keep_alive = False
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
        raise Gone

    def _left(self):
        try:
            poll = select.poll()
            poll.register(self.connection, select.POLLIN)
            return bool(poll.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True


def fields(answer: Answer):
    return {"Content-Type": answer.content_type, "Cache-Control": "no-store",
            **{name.replace("_", "-"): value for name, value in answer.headers.items()}}


def reason(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"

"""A network with nothing in it but loopback, where that is permitted.

Network namespaces belong to threads: one thread enters an empty one, and
whatever it creates (the issuer's sockets, child processes) stays in there. A
program that gets its work done in it has contacted nobody else.
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


class Network:
    def __init__(self):
        self.thread = ThreadPoolExecutor(max_workers=1)
        self.obstacle = self.call(enter_empty_network)

    @property
    def isolated(self):
        return self.obstacle is None

    def call(self, function, *arguments, **options):
        """Calls it inside, and gives what it gives."""
        return self.thread.submit(function, *arguments, **options).result()

    def start(self, command, **options):
        """A process inside, in a process group of its own."""
        return self.call(subprocess.Popen, command, start_new_session=True, **options)

    def close(self):
        self.thread.shutdown()


def enter_empty_network():
    """None when this thread is inside one, or why it is not."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare") or libc.unshare(CLONE_NEWNET) != 0:
        return os.strerror(ctypes.get_errno())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    return None

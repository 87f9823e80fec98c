"""What came in: every request, in order, and a way to wait for the next."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import parse_qsl


@dataclass
class Request:
    method: str
    path: str
    headers: dict                   # names in lower case
    raw: bytes = b""
    query: dict = field(default_factory=dict)
    endpoint: str = ""
    time: float = field(default_factory=time.monotonic)
    status: int = None              # of the answer, once a status line was sent
    done: float = None              # when the answer was over
    fault: str = None
    body: object = None             # JSON value or form fields; None when neither

    def __post_init__(self):
        self.body = parsed(self.content_type, self.raw)

    @property
    def content_type(self):
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def get(self, name):
        """A parameter of the body, or None."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    def plain(self):
        """This request as JSON can hold it."""
        return {**asdict(self), "raw": self.raw.decode("utf-8", "replace")}


def parsed(content_type, raw):
    try:
        if content_type == "application/json":
            return json.loads(raw)
        if content_type == "application/x-www-form-urlencoded":
            return dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True,
                                  strict_parsing=True))
    except ValueError:
        pass
    return None


class Journal:
    def __init__(self):
        self.changed = threading.Condition()
        self.requests = []

    def begin(self, request):
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    def end(self, request):
        with self.changed:
            request.done = time.monotonic()
            self.changed.notify_all()

    def select(self, endpoint=None, grant=None, status=None):
        with self.changed:
            return [request for request in self.requests
                    if endpoint in (None, request.endpoint)
                    and (grant is None or request.get("grant_type") == grant)
                    and status in (None, request.status)]

    def wait_for(self, predicate, timeout):
        with self.changed:
            return self.changed.wait_for(predicate, timeout)

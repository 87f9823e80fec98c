"""What an endpoint gives back, and the refusals that it may raise instead."""

import json
from dataclasses import dataclass, field

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass
class Answer:
    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict = field(default_factory=dict)


class Refusal(Exception):
    """An error answer in the issuer's shape."""

    def __init__(self, status, code, message, param=None):
        super().__init__(message)
        self.status, self.code = status, code
        self.message, self.param = message, param

    def answer(self):
        return error(self.status, self.code, self.message, self.param)


def as_json(value, status=200, **headers):
    # Not ASCII only: text faults must reach the client as real characters.
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, body.encode("utf-8", "surrogatepass"), JSON, headers)


def error(status, code, message, param=None):
    return as_json({"error": {"message": message, "type": "invalid_request_error",
                              "param": param, "code": code}}, status)


def html(text, status=200, **headers):
    return Answer(status, text.encode(), HTML, headers)

"""Every fault does what its name says, and none of them harms the issuer itself."""

import http.client
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from issuer import ACCOUNTS, FAULTS, jwt
from issuer.client import USAGE, USERCODE, poll, post, refresh, request_code


def test_a_fault_before_processing_leaves_the_token_good(issuer):
    token = issuer.mint().refresh_token
    issuer.fault("token", "html-403", times=2)
    assert [refresh(issuer, token).status for _ in range(3)] == [403, 403, 200]
    assert issuer.requests[0].fault == "html-403"


def test_a_fault_after_processing_spent_it(issuer):
    token = issuer.mint().refresh_token
    issuer.fault("token", "cut", after=True)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        refresh(issuer, token)
    assert not issuer.alive(token)
    assert refresh(issuer, token).code == "refresh_token_reused"


def test_always_until_cleared(issuer):
    token = issuer.mint().refresh_token
    issuer.fault("token", "503", times=None)
    assert [refresh(issuer, token).status for _ in range(3)] == [503] * 3
    issuer.clear_faults()
    assert refresh(issuer, token).status == 200


def test_an_edit_waits_for_success(issuer):
    code = request_code(issuer)
    issuer.fault("poll", "wrong-types")
    assert poll(issuer, code).code == "deviceauth_authorization_pending"
    issuer.approve(code["user_code"])
    assert poll(issuer, code).value["authorization_code"] == 7


def test_edits_of_tokens(issuer):
    token = issuer.mint().refresh_token
    issuer.fault("token", "same-refresh-token")
    assert refresh(issuer, token).value["refresh_token"] == token
    assert not issuer.alive(token)
    issuer.fault("token", "other-account")
    other = refresh(issuer, issuer.mint().refresh_token).value
    assert jwt.decode(other["id_token"])["email"] == ACCOUNTS["hostile"].email
    issuer.fault("token", "huge-refresh-token")
    huge = refresh(issuer, issuer.mint().refresh_token).value
    assert len(huge["refresh_token"]) > 1 << 20


def test_a_redirect_is_seen_only_when_followed(issuer):
    token = issuer.mint().refresh_token
    issuer.fault("token", "redirect-307")
    answer = refresh(issuer, token)
    assert answer.status == 307 and issuer.elsewhere == []
    target = urlsplit(answer.headers["Location"])
    followed = http.client.HTTPConnection(target.hostname, target.port, timeout=5)
    followed.request("POST", target.path, "refresh_token=x",
                     {"Content-Type": "application/x-www-form-urlencoded"})
    assert followed.getresponse().status == 200
    followed.close()
    assert issuer.elsewhere[0].body == {"refresh_token": "x"}


def test_200_megabytes_come_as_announced(issuer):
    for name in ("huge-length", "huge-chunked"):
        issuer.fault("usage", name)
        address = urlsplit(issuer.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
        connection.request("GET", USAGE)
        response, total = connection.getresponse(), 0
        while block := response.read(1 << 20):
            total += len(block)
        connection.close()
        assert total == 200 * 1000 * 1000


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_does_something_else_than_succeed(issuer, name):
    """Each goes over the wire without a mistake of ours, and is not the plain answer."""
    endpoint = "usercode" if "user_code" in FAULTS[name].meets or name.startswith(
        ("interval-", "no-interval", "usercode-", "expires-at-")) else "token"
    issuer.fault(endpoint, name)
    try:
        if endpoint == "usercode":
            answer = post(issuer, USERCODE, {"client_id": jwt.CLIENT_ID}, timeout=0.3)
        else:
            answer = refresh(issuer, issuer.mint().refresh_token, timeout=0.3)
    except (OSError, http.client.HTTPException):
        answer = None
    issuer.wait_for(lambda: issuer.requests[0].done)
    assert issuer.requests[0].fault == name
    assert answer is None or answer.status != 200 or FAULTS[name].edits or not well_formed(answer)


def well_formed(answer):
    try:
        return isinstance(answer.value, dict) and "token_type" in answer.value
    except (ValueError, RecursionError):
        return False


def test_unknown_names_are_refused(issuer):
    with pytest.raises(ValueError, match="no fault"):
        issuer.fault("token", "nonsense")
    with pytest.raises(ValueError, match="no endpoint"):
        issuer.fault("nowhere", "500")
    with pytest.raises(ValueError, match="edits"):
        issuer.fault("token", "no-id-token", after=False)


def test_a_stalled_client_blocks_neither_others_nor_the_end(issuer):
    issuer.fault("token", "stall")
    issuer.fault("token", "huge-length")
    token = issuer.mint().refresh_token
    threads = [threading.Thread(target=swallow, args=(refresh, issuer, token)),
               threading.Thread(target=swallow, args=(idle, issuer))]
    for thread in threads:
        thread.start()
    issuer.wait_for(lambda: issuer.count("token") == 2)
    assert refresh(issuer, token).status == 200
    start = time.monotonic()
    issuer.close()
    assert time.monotonic() - start < 1
    for thread in threads:
        thread.join(1)
        assert not thread.is_alive()


def swallow(action, *arguments):
    try:
        action(*arguments)
    except (OSError, http.client.HTTPException):
        pass


def idle(issuer):
    """Asks for a large answer and never reads it."""
    address = urlsplit(issuer.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        issuer.closing.wait(10)


def test_delay_comes_after_the_work(issuer):
    issuer.delay["token"] = 30
    token = issuer.mint().refresh_token
    with pytest.raises(TimeoutError):
        refresh(issuer, token, timeout=0.2)
    assert not issuer.alive(token)

"""The issuer: a threaded HTTP/1.1 server and the handle that tests hold."""

import http.server
import selectors
import socket
import socketserver
import threading
import traceback
from urllib.parse import parse_qsl, urlsplit

from . import auth, backend, browser, control, page
from .accounts import find
from .answers import Refusal, as_json
from .device import DeviceCodes
from .faults import Faults, strike
from .journal import Journal, Request
from .tokens import Chains
from .wire import Gone, Wire

LARGEST_REQUEST = 1 << 20

ROUTES = {
    ("POST", "/api/accounts/deviceauth/usercode"): ("usercode", auth.usercode),
    ("POST", "/api/accounts/deviceauth/token"): ("poll", auth.poll),
    ("POST", "/oauth/token"): ("token", auth.token),
    ("GET", "/oauth/authorize"): ("authorize", browser.show),
    ("POST", "/oauth/authorize"): ("authorize", browser.decide),
    ("POST", "/oauth/revoke"): ("revoke", auth.revoke),
    ("GET", "/.well-known/jwks.json"): ("jwks", auth.jwks),
    ("GET", "/.well-known/openid-configuration"): ("configuration", auth.configuration),
    ("GET", "/codex/device"): ("page", page.show),
    ("POST", "/codex/device"): ("page", page.decide),
    ("GET", "/backend-api/wham/usage"): ("usage", backend.usage),
    # Where a backend is asked whose address has no /backend-api in it.
    ("GET", "/api/codex/usage"): ("usage", backend.usage),
    ("GET", "/backend-api/wham/accounts/check"): ("accounts", backend.accounts_check),
    ("GET", "/backend-api/wham/config/bundle"): ("policies", backend.policies),
    ("GET", "/backend-api/codex/models"): ("models", backend.models),
    ("POST", "/backend-api/codex/responses"): ("responses", backend.responses),
    ("POST", "/_control"): ("control", control.control),
    ("GET", "/_control/log"): ("control", control.log),
}


class Issuer:
    """A made-up issuer on loopback.

        with Issuer(interval=1) as issuer:
            issuer.approve_next(account="work")
            ...  CHATELAINE_ISSUER=issuer.url
            issuer.wait_for(lambda: issuer.count("token") == 1)

    Accounts are given as an Account or its key (accounts.py). The attributes
    set in __init__ are knobs: they may be changed at any time.
    """

    def __init__(self, port=0, interval=1, access_lifetime=864000, code_lifetime=900, tls=None):
        self.interval = interval                # told to the client, as a string
        self.access_lifetime = access_lifetime  # seconds; may be negative
        self.code_lifetime = code_lifetime      # seconds; may be negative
        self.rotation = "rotate"    # "same": the token stays good and is sent again;
                                    # "omit": it stays good and is not sent
        self.delay = {}             # endpoint -> seconds between doing and answering
        self.device_login_enabled = True
        self.approve_after = None   # seconds after which a code approves itself
        self.approve_as = "newcomer"
        self.ahead = None           # seconds that its clock is; None: it tells no time
        self.refresh_as = None      # the account that a refresh gives tokens of
        self.usage = {}             # members in place of those of the usage answer

        self.journal = Journal()
        self.devices = DeviceCodes(self)
        self.browsers = browser.Browsers()
        self.chains = Chains(self)
        self.faults = Faults()
        self.closing = threading.Event()
        self.problems = []          # tracebacks of our own mistakes: none, ever
        self._elsewhere = Listener(self, 0, elsewhere=True)
        self.other_host = f"http://localhost:{self._elsewhere.port}"
        self.scheme = "https" if tls else "http"    # tls: an ssl.SSLContext
        self._listener = Listener(self, port, tls=tls)
        self.url = f"{self.scheme}://127.0.0.1:{self._listener.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends everything, at once, whatever the handlers are waiting for."""
        self.closing.set()
        self._listener.close()
        self._elsewhere.close()

    @property
    def environment(self):
        """What points a chatelaine here."""
        return {"CHATELAINE_ISSUER": self.url, "CHATELAINE_BACKEND": self.url + "/backend-api"}

    # The person at the browser

    def approve(self, user_code, account="work"):
        self.devices.approve(user_code, find(account))

    def approve_next(self, account="work"):
        """Approves the next code that is asked for, or else polled for."""
        self.devices.approve_next(find(account))

    def decline(self, user_code):
        self.devices.decline(user_code)

    def expire(self, user_code):
        self.devices.expire(user_code)

    def browse(self, url, account="work"):
        """Approves in a browser that opened URL: the address that it is sent to then."""
        return self.browsers.approve(browser.query_of(url), find(account))

    def browse_away(self, url, **why):
        """The same for a sign-in that is refused; WHY: error and description."""
        return self.browsers.decline(browser.query_of(url), **why)

    # Logins

    def mint(self, account="work", lifetime=None):
        """A login without a sign-in: a token set of a new chain."""
        return self.chains.begin(find(account), lifetime)

    def revoke_chain(self, token):
        """Ends the login of any of its tokens, as "sign out everywhere" would."""
        return self.chains.revoke(token)

    def expire_chain(self, token):
        chain = self.chains.chain(token)
        if chain is None:
            raise ValueError("no such chain")
        chain.expired = True

    def alive(self, token):
        """Whether the chain of this token is not revoked, and a refresh token not spent."""
        chain = self.chains.chain(token)
        return chain is not None and not chain.revoked and token not in chain.spent

    def predecessor(self, refresh_token):
        """The refresh token that was spent for this one; itself when there is none."""
        return self.chains.predecessors.get(refresh_token, refresh_token)

    # Faults

    def fault(self, endpoint, name, times=1, after=None):
        """The next TIMES answers (None: all) of ENDPOINT are spoilt; see faults.py.

        AFTER: the request is processed first. Edits are always after.
        """
        self.faults.plan(endpoint, name, times, after)

    def clear_faults(self, endpoint=None):
        self.faults.clear(endpoint)

    # What happened

    @property
    def requests(self):
        """Every request so far, the control ones left out."""
        return self.journal.select()

    def select(self, endpoint=None, grant=None, status=None):
        return self.journal.select(endpoint, grant, status)

    def count(self, endpoint=None, grant=None, status=None):
        return len(self.journal.select(endpoint, grant, status))

    def wait_for(self, predicate, timeout=10):
        """Waits until PREDICATE() holds, looking at every request and answer."""
        if not self.journal.wait_for(predicate, timeout):
            raise TimeoutError(f"not within {timeout} s; requests: " + ", ".join(
                f"{request.endpoint or request.path} {request.status}"
                for request in self.requests))

    @property
    def reused(self):
        """How often a spent refresh token came."""
        return self.chains.reused

    @property
    def early_polls(self):
        """Polls before their time: (user code, seconds after the one before)."""
        return list(self.devices.early_polls)

    @property
    def user_codes(self):
        """Every code given out, the newest last."""
        return list(self.devices.by_user_code)

    @property
    def elsewhere(self):
        """Requests that reached the other host, where redirects lead: none should."""
        return list(self._elsewhere.requests)

    # Inside

    def process(self, request, wire):
        """One request, from its route to its answer or what a fault makes of it."""
        request.endpoint, handle = ROUTES.get((request.method, request.path), ("", not_found))
        if request.endpoint == "control":
            wire.send(self._answer(handle, request))
            return
        self.journal.begin(request)
        try:
            plan, answer = self.faults.take(request.endpoint, after=False), None
            if plan is None:
                answer = self._answer(handle, request)
                success = 200 <= answer.status < 300
                plan = self.faults.take(request.endpoint, after=True, success=success)
            wire.pause(self.delay.get(request.endpoint, 0))
            if plan is None:
                request.status = answer.status
                wire.send(answer)
            else:
                request.fault = plan.name
                strike(plan, wire, self, answer)
        finally:
            self.journal.end(request)

    def _answer(self, handle, request):
        try:
            return handle(self, request)
        except Refusal as refusal:
            return refusal.answer()


def not_found(issuer, request):
    raise Refusal(404, "not_found", "Not found.")


class Listener(socketserver.ThreadingTCPServer):
    """A listening socket with its thread; every connection has one of its own."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, issuer, port, elsewhere=False, tls=None):
        self.issuer = issuer
        self.tls = tls
        self.requests = [] if elsewhere else None
        self.connections = set()
        super().__init__(("127.0.0.1", port), Connection)
        self.port = self.server_address[1]
        # Written to once, to end the wait for connections without any delay.
        self.wake, self.waker = socket.socketpair()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self.wake, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self.wake in ready:
                    break
                self._handle_request_noblock()
        self.server_close()
        self.wake.close()

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def finish_request(self, request, client_address):
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            secured = self.tls.wrap_socket(request, server_side=True)
        except OSError:
            return  # A client need not trust us, nor speak TLS.
        self.connections.add(secured)
        try:
            super().finish_request(secured, client_address)
        finally:
            self.connections.discard(secured)
            secured.close()

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        if not self.issuer.closing.is_set():
            self.issuer.problems.append(traceback.format_exc())
            super().handle_error(request, client_address)

    def close(self):
        if self.waker.fileno() >= 0:
            self.waker.close()
        # Wakes the handlers that wait for their clients to read or write.
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self):
        try:
            super().handle()
        except (Gone, OSError):
            self.close_connection = True

    def answer(self):
        request = self.read_request()
        issuer = self.server.issuer
        wire = Wire(self.connection, request, issuer.closing, issuer.other_host)
        wire.keep_alive, wire.ahead = not self.close_connection, issuer.ahead
        try:
            if self.server.requests is not None:
                # The other host of a redirect: it notes, and tempts with success.
                self.server.requests.append(request)
                wire.send(as_json(issuer.mint("hostile").answer()))
            else:
                issuer.process(request, wire)
        finally:
            self.close_connection = not wire.keep_alive

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def read_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LARGEST_REQUEST:
            raise Gone
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, url.path, headers, self.rfile.read(length),
                       dict(parse_qsl(url.query)))

    def log_message(self, *_):
        pass

"""TLS, certificates and proxies: where the server cannot be trusted nothing is sent, and the cause is told."""

import os
import re
import socket
import ssl
import urllib.error
import urllib.request

import expect
import pytest
from issuer import Issuer
from issuer.certificates import Authority, self_signed
from issuer.seed import seed_profile
from program import Runner
from proxy import ANSWERS, Proxy
from storedir import StoreDir

DAY = 86400
HOUR = 3600

# Old protocols are off in the system's libraries, too: here they are not, so that only our own limit remains.
OLD_TLS = """openssl_conf = a
[a]
ssl_conf = b
[b]
system_default = c
[c]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def servers(authority, tmp_path_factory):
    """Names of servers -> what they speak TLS with; made once."""
    return {
        "good": authority.context(),
        "expired": authority.context(days=-1),
        "wrong host": authority.context(host="DNS:auth.example.com"),
        "hostile name": authority.context(host=None, name="\x1b]0;pwned\x07\x1b[2J"),
        "self-signed": self_signed(tmp_path_factory.mktemp("self")),
        "unknown authority": Authority(tmp_path_factory.mktemp("other"), "somebody").context(),
        "TLS 1.1": authority.context(versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)),
        "TLS 1.2": authority.context(versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2)),
    }


@pytest.fixture
def serve(servers, env, authority):
    """Starts an issuer with one of these certificates, which `env` then points to."""
    running = []

    def start(kind):
        issuer = Issuer(tls=servers[kind])
        running.append(issuer)
        env.update(issuer.environment, SSL_CERT_FILE=str(authority.file))
        return issuer

    yield start
    for issuer in running:
        issuer.close()
        assert issuer.problems == []


@pytest.fixture
def proxy(env):
    with Proxy() as running:
        env["https_proxy"] = running.url
        yield running


@pytest.fixture
def refused(chatelaine, store):
    """Renews a login where nothing may be sent; gives the message."""
    def run(issuer, command="refresh", **options):
        tokens = seed_profile(issuer, store.path, "work", lifetime=9 * DAY)
        before = store.profiles_snapshot()
        result = chatelaine(command, "work", **options)
        message = expect.failed(result, expect.UNAVAILABLE)
        expect.no_secret(result, tokens)
        assert issuer.requests == []
        # It was not spent, so it is not in doubt either.
        assert store.profiles_snapshot() == before and store.pending() == []
        assert issuer.alive(tokens.refresh_token)
        return message
    return run


# Certificates

@pytest.mark.parametrize("kind", ["good", "TLS 1.2"])
def test_server_that_is_trusted(serve, chatelaine, store, agreed, kind):
    issuer = serve(kind)
    issuer.approve_next("work")
    expect.succeeded(chatelaine("login", "work"))
    expect.succeeded(chatelaine("refresh", "work"))
    expect.succeeded(chatelaine("usage", "work"))
    expect.succeeded(chatelaine("delete", "work", "--sign-out", "--yes"))
    assert [request.endpoint for request in issuer.requests] == ["usercode", "poll", "token", "token", "usage", "revoke"]


CAUSES = {
    "expired": "expired.*check the clock", "wrong host": "no alternative.*matches.*check", "hostile name": "u001b.*does not match.*check",
    "self-signed": "self.signed.*SSL_CERT_FILE", "unknown authority": "unable to get local issuer.*SSL_CERT_FILE",
    "TLS 1.1": "no secure connection.*check",
}


@pytest.mark.parametrize("kind", CAUSES)
def test_server_that_is_not(serve, refused, tmp_path, kind):
    (tmp_path / "openssl.cnf").write_text(OLD_TLS)
    message = refused(serve(kind), env={"OPENSSL_CONF": tmp_path / "openssl.cnf"})
    assert re.search(CAUSES[kind], message), message


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_old_server_is_one_that_others_talk_to(serve):
    """The test above is worth something: without our limit that server is spoken to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.check_hostname, context.verify_mode = ssl.TLSVersion.TLSv1, False, ssl.CERT_NONE
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(serve("TLS 1.1").url, context=context)


@pytest.mark.parametrize("command", [["login", "new", "--json"], ["usage", "work"], ["token", "work"],
                                     ["delete", "work", "--sign-out", "--yes"]], ids=lambda words: words[0])
def test_every_request_is_verified(serve, chatelaine, store, agreed, command):
    issuer = serve("unknown authority")
    tokens = seed_profile(issuer, store.path, "work", lifetime=-HOUR if command[0] == "token" else 9 * DAY)
    before = store.profiles_snapshot()
    result = chatelaine(*command)
    expect.failed(result, expect.UNAVAILABLE)
    expect.no_secret(result, tokens)
    assert issuer.requests == [] and store.profiles_snapshot() == before


def test_first_variable_that_is_set_counts(serve, chatelaine, store, authority, tmp_path):
    seed_profile(serve("good"), store.path, "work", lifetime=9 * DAY)
    expect.succeeded(chatelaine("refresh", "work", env={"CODEX_CA_CERTIFICATE": "", "SSL_CERT_FILE": authority.file}))
    expect.succeeded(chatelaine("refresh", "work", env={"CODEX_CA_CERTIFICATE": authority.file, "SSL_CERT_FILE": None}))
    expect.succeeded(chatelaine("refresh", "work", env={"CODEX_CA_CERTIFICATE": authority.file,
                                                        "SSL_CERT_FILE": tmp_path / "missing"}))


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CODEX_CA_CERTIFICATE"])
@pytest.mark.parametrize("what", ["missing", "garbage", "empty", "directory", "fifo", "odd name"])
def test_file_of_certificates_that_is_none(serve, refused, tmp_path, variable, what):
    path = tmp_path / ("\x1b[2J" if what == "odd name" else "ca.pem")
    {"garbage": lambda: path.write_bytes(bytes(range(256))), "empty": lambda: path.write_bytes(b""),
     "directory": path.mkdir, "fifo": lambda: os.mkfifo(path)}.get(what, lambda: None)()
    message = refused(serve("good"), env={variable: path}, timeout=10)
    assert re.search(f"certificates.*{variable}", message), message


def test_keys_of_a_connection_are_written_nowhere(serve, chatelaine, store, tmp_path):
    """SSLKEYLOGFILE makes libraries write down what decrypts the connection, and so a token."""
    seed_profile(serve("good"), store.path, "work", lifetime=9 * DAY)
    expect.succeeded(chatelaine("refresh", "work", env={"SSLKEYLOGFILE": tmp_path / "keys"}))
    assert not (tmp_path / "keys").exists()


def test_server_that_does_not_speak_tls(issuer, chatelaine, store):
    """Its address says https: there is no way down from there."""
    seed_profile(issuer, store.path, "work", lifetime=9 * DAY)
    credential = store.credential_file("work")
    credential.write_text(credential.read_text().replace(issuer.url, issuer.url.replace("http:", "https:")))
    assert "no secure connection" in expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    assert issuer.requests == [] and store.pending() == []


def test_silence_before_tls_ends_in_time(build, env, tmp_path, issuer):
    """A server that never greets, and a proxy that never answers, at the same time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        runs = []
        for number, more in enumerate([{}, {"https_proxy": url.replace("https", "http")}]):
            store = StoreDir(tmp_path / f"store-{number}")
            seed_profile(issuer, store.path, "work", lifetime=9 * DAY)
            credential = store.credential_file("work")
            credential.write_text(credential.read_text().replace(issuer.url, url))
            runner = Runner(build / "chatelaine", {**env, **more, "CHATELAINE_STORE": str(store)})
            runs.append((runner.start("refresh", "work"), store, store.profiles_snapshot()))
        for run, store, before in runs:
            result = run.finish()
            assert "in time" in expect.failed(result, expect.UNAVAILABLE)
            assert result.seconds < 15 and store.profiles_snapshot() == before and store.pending() == []


def test_login_whose_file_names_a_server_without_tls(issuer, chatelaine, store, seed):
    """The address of a renewal comes from the credential, which somebody may have written to."""
    with socket.create_server(("127.0.0.2", 0)) as other:
        seed(lifetime=9 * DAY)
        credential = store.credential_file("work")
        credential.write_text(credential.read_text().replace(
            issuer.url, f"http://127.0.0.2:{other.getsockname()[1]}"))
        message = expect.failed(chatelaine("refresh", "work"), expect.USAGE, expect.FAILED)
        assert "unencrypted" in message
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()


def test_redirect_under_tls_is_not_followed(serve, chatelaine, store):
    issuer = serve("good")
    seed_profile(issuer, store.path, "work", lifetime=9 * DAY)
    issuer.fault("token", "redirect-307")
    expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    assert issuer.count("token") == 1 and issuer.elsewhere == []


# Proxies

def test_proxy_sees_nothing_but_where_to(serve, chatelaine, store, proxy):
    issuer = serve("good")
    tokens = seed_profile(issuer, store.path, "work", lifetime=9 * DAY)
    expect.succeeded(chatelaine("refresh", "work"))
    expect.succeeded(chatelaine("usage", "work"))
    assert [head.split(b"\r\n")[0] for head in proxy.heads] == [b"CONNECT " + issuer.url[8:].encode() + b" HTTP/1.1"] * 2
    seen = bytes(proxy.passed) + b"".join(proxy.heads)
    for secret in (tokens.refresh_token, tokens.access_token, tokens.account.account_id, "earer", "/oauth/token"):
        assert secret.encode() not in seen


@pytest.mark.parametrize("variables, used", [
    ({"no_proxy": "127.0.0.1"}, False), ({"NO_PROXY": "*"}, False), ({"no_proxy": "auth.example.com"}, True),
    ({"https_proxy": None, "HTTPS_PROXY": ...}, True), ({"https_proxy": None, "all_proxy": ...}, True),
    ({"https_proxy": None, "http_proxy": ...}, False), ({"https_proxy": ""}, False)])
def test_which_proxy(serve, chatelaine, store, proxy, variables, used):
    seed_profile(serve("good"), store.path, "work", lifetime=9 * DAY)
    variables = {name: proxy.url if value is ... else value for name, value in variables.items()}
    expect.succeeded(chatelaine("refresh", "work", env=variables))
    assert bool(proxy.heads) == used


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("command", ["refresh", "usage"])
def test_proxy_that_misbehaves(serve, refused, proxy, answer, command):
    proxy.answer = answer
    issuer = serve("good")
    message = refused(issuer, command)
    assert "proxy" in message, message
    assert len(proxy.heads) == 1 and b"earer" not in proxy.heads[0] and b"rt_" not in proxy.heads[0]


def test_proxy_that_is_not_there_keeps_its_password(serve, refused, proxy):
    message = refused(serve("good"), env={"https_proxy": "http://somebody:canary-word@127.0.0.1:1"})
    assert "canary-word" not in message and "proxy" in message


def test_proxy_in_the_middle_is_found_out(serve, refused, proxy):
    """It shows a certificate of its own, as the proxies of companies do."""
    assert "SSL_CERT_FILE" in refused(serve("unknown authority"))
    assert len(proxy.heads) == 1


def test_plain_loopback_needs_no_proxy(chatelaine, seed, proxy, env):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("refresh", "work", env={"http_proxy": proxy.url, "all_proxy": proxy.url}))
    assert proxy.heads == []

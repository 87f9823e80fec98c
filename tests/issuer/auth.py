"""The issuer's own endpoints: sign-in, tokens, sign-out, keys."""

from . import keys
from .answers import Refusal, as_json
from .jwt import CLIENT_ID

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def usercode(issuer, request):
    if not issuer.device_login_enabled:
        raise Refusal(404, "not_found", "Not found.")
    body = parameters(request, [JSON], required={"client_id"})
    check_client(body)
    return as_json(issuer.devices.request())


def poll(issuer, request):
    body = parameters(request, [JSON], required={"device_auth_id", "user_code"})
    return as_json(issuer.devices.poll(body["device_auth_id"], body["user_code"]))


def token(issuer, request):
    body = parameters(request, [JSON, FORM])
    grant = body.get("grant_type")
    if grant == "authorization_code":
        return exchange(issuer, request)
    if grant == "refresh_token":
        return refresh(issuer, request)
    raise Refusal(400, "unsupported_grant_type", f"Unsupported grant type: {grant!r}.")


def exchange(issuer, request):
    body = parameters(request, [FORM], required={
        "grant_type", "client_id", "code", "redirect_uri", "code_verifier"})
    check_client(body)
    if issuer.browsers.owns(body["code"]):
        account = issuer.browsers.exchange(body["code"], body["code_verifier"], body["redirect_uri"])
        return as_json(issuer.chains.begin(account).answer())
    # The client may know us by another name than we do (localhost).
    host = request.headers.get("host", "")
    if body["redirect_uri"] != f"{issuer.scheme}://{host}/deviceauth/callback":
        raise Refusal(400, "invalid_grant", "The redirect_uri does not match.", "redirect_uri")
    account = issuer.devices.exchange(body["code"], body["code_verifier"])
    return as_json(issuer.chains.begin(account).answer())


def refresh(issuer, request):
    body = parameters(request, [JSON, FORM],
                      required={"grant_type", "client_id", "refresh_token"},
                      optional={"scope", "refresh_reason"})
    check_client(body)
    answer = issuer.chains.spend(body["refresh_token"]).answer()
    if issuer.rotation == "omit":
        del answer["refresh_token"]
    return as_json(answer)


def revoke(issuer, request):
    body = parameters(request, [JSON], required={"token", "token_type_hint"},
                      optional={"client_id"})
    if body["token_type_hint"] == "refresh_token":
        check_client(body)
    issuer.chains.revoke(body["token"])
    # Success for an unknown token too (RFC 7009): it is not valid afterwards.
    return as_json({"message": "success"})


def jwks(issuer, request):
    return as_json(keys.jwks())


def configuration(issuer, request):
    url = issuer.url
    return as_json({
        "issuer": url, "token_endpoint": url + "/oauth/token",
        "revocation_endpoint": url + "/oauth/revoke",
        "jwks_uri": url + "/.well-known/jwks.json",
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
    })


def parameters(request, content_types, required=None, optional=frozenset()):
    """The body's parameters; with REQUIRED given, these and no unknown ones."""
    body = request.body
    if request.content_type not in content_types or not isinstance(body, dict):
        raise Refusal(400, "invalid_request", "The body must be " + " or ".join(content_types))
    if required is None:
        return body
    for name in sorted(required):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refusal(400, "missing_required_parameter",
                          f"Missing required parameter: '{name}'.", name)
    for name in body:
        if name not in required and name not in optional:
            raise Refusal(400, "unknown_parameter", f"Unknown parameter: '{name}'.", name)
    return body


def check_client(body):
    if body.get("client_id") != CLIENT_ID:
        raise Refusal(401, "invalid_client", "The client is not known.", "client_id")

"""The service behind the tokens: usage, accounts, models, and a reply."""

import json
import time
import uuid

from .answers import Answer, Refusal, as_json

REPLY = "Hello from the loopback issuer."


def usage(issuer, request):
    account = speaker(issuer, request)
    now = int(time.time())
    return as_json({
        "user_id": account.user_id, "account_id": account.account_id,
        "email": account.email, "plan_type": account.plan,
        "rate_limit": {
            "allowed": True, "limit_reached": False,
            "primary_window": window(now, 12, 5 * 3600, 9120),
            "secondary_window": window(now, 34, 7 * 86400, 412345),
        },
        "code_review_rate_limit": None, "additional_rate_limits": None,
        "credits": {"has_credits": False, "unlimited": False, "balance": "0",
                    "approx_local_messages": [0, 0], "approx_cloud_messages": [0, 0]},
        "spend_control": None, "rate_limit_reached_type": None,
        "rate_limit_reset_credits": {"available_count": 1},
        **issuer.usage,
    })


def window(now, percent, length, left):
    return {"used_percent": percent, "limit_window_seconds": length,
            "reset_after_seconds": left, "reset_at": now + left}


def accounts_check(issuer, request):
    account = speaker(issuer, request)
    return as_json({
        "accounts": [{"id": account.account_id, "name": account.name,
                      "structure": account.structure,
                      "account_routing_override": "NO_CONSTRAINT"}],
        "account_ordering": [account.account_id],
        "default_account_id": account.account_id,
    })


def policies(issuer, request):
    """The workspace's managed settings; codex does nothing for a member without them."""
    if speaker(issuer, request).structure != "workspace":
        raise Refusal(400, "no_active_workspace", "No active workspace")
    return as_json({})


def models(issuer, request):
    speaker(issuer, request)
    if "client_version" not in request.query:
        raise Refusal(400, "missing_required_parameter",
                      "Missing required parameter: 'client_version'.", "client_version")
    return as_json({"models": []}, ETag='"made-up-models"')


def responses(issuer, request):
    speaker(issuer, request)
    body = request.body
    # What the real one insists on, so that a curl line copied from an export is tested too.
    for name, fits in {
        "model": lambda value: isinstance(value, str) and value,
        "instructions": lambda value: has_instructions(body),
        "input": lambda value: isinstance(value, list),
        "store": lambda value: value is False,
        "stream": lambda value: value is True,
    }.items():
        if not isinstance(body, dict) or not fits(body.get(name)):
            raise Refusal(400, "invalid_request", f"Invalid or missing parameter: '{name}'.", name)
    response, message = "resp_" + uuid.uuid4().hex, "msg_" + uuid.uuid4().hex
    item = {"type": "message", "id": message, "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": REPLY, "annotations": []}]}
    begun = {**item, "status": "in_progress", "content": []}
    used = {"input_tokens": 10, "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 15}
    return events([
        {"type": "response.created",
         "response": {"id": response, "status": "in_progress", "model": body["model"]}},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.output_text.delta", "item_id": message, "output_index": 0,
         "content_index": 0, "delta": REPLY},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed",
         "response": {"id": response, "status": "completed", "model": body["model"],
                      "output": [item], "usage": used}},
    ])


def has_instructions(body):
    """In their own parameter or, as newer clients have it, in a developer's message."""
    if "instructions" in body:
        return isinstance(body["instructions"], str) and body["instructions"]
    messages = body["input"] if isinstance(body.get("input"), list) else []
    return any(isinstance(item, dict) and item.get("role") == "developer" for item in messages)


def events(items):
    text = "".join(f"event: {item['type']}\ndata: {json.dumps(item)}\n\n" for item in items)
    return Answer(200, text.encode(), "text/event-stream", {
        "x-codex-primary-used-percent": "12.0", "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": str(int(time.time()) + 9120),
    })


def speaker(issuer, request):
    """The account that asks, by its token and, when sent, its account header."""
    account = issuer.chains.bearer(request.headers.get("authorization"))
    claimed = request.headers.get("chatgpt-account-id", account.account_id)
    if claimed != account.account_id:
        raise Refusal(403, "account_mismatch", "The token is not this account's.")
    return account

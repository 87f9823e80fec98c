"""The issuer driven by another process.

    POST /_control {"do": "fault", "args": {"endpoint": "token", "name": "500"}}
    GET  /_control/log

Every word of DO is the method of Issuer with that name and ARGS are its
arguments; "set" changes knobs ({"interval": 5}).
"""

from .answers import Refusal, as_json

METHODS = ("fault", "clear_faults", "approve", "approve_next", "decline", "expire",
           "revoke_chain", "expire_chain", "mint", "count")
KNOBS = ("access_lifetime", "code_lifetime", "interval", "rotation", "refresh_as", "delay",
         "device_login_enabled", "approve_after", "approve_as")


def control(issuer, request):
    order = request.body if isinstance(request.body, dict) else {}
    what, args = order.get("do"), order.get("args") or {}
    try:
        if what == "set":
            for name, value in args.items():
                if name not in KNOBS:
                    raise ValueError(f"no knob {name!r}; there are: {', '.join(KNOBS)}")
                setattr(issuer, name, value)
            result = None
        elif what in METHODS:
            result = getattr(issuer, what)(**args)
        else:
            raise ValueError(f"cannot do {what!r}; there are: set, {', '.join(METHODS)}")
    except (TypeError, ValueError) as problem:
        raise Refusal(400, "bad_order", str(problem)) from problem
    return as_json({"result": result.answer() if what == "mint" else result})


def log(issuer, request):
    return as_json({
        "requests": [entry.plain() for entry in issuer.requests],
        "user_codes": issuer.user_codes,
        "early_polls": issuer.early_polls,
        "reused": issuer.reused,
        "elsewhere": [entry.plain() for entry in issuer.elsewhere],
    })

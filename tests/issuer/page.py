"""The page where a person enters the code; here one also picks who signs in."""

from html import escape

from .accounts import PEOPLE, find
from .answers import html

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in (made-up issuer)</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 1.1em/1.5 sans-serif; max-width: 30em; margin: 3em auto; padding: 0 1em }}
input, select, button {{ font: inherit; margin: .3em 0 }} input {{ letter-spacing: .2em }}</style>
</head><body><h1>Sign in</h1>
<p>This is a made-up issuer on this machine. Nothing here is a real account.</p>
{notice}
<form method="post" action="/codex/device">
<p><label>Code<br><input name="user_code" size="12" autofocus autocomplete="off" required></label></p>
<p><label>Account<br><select name="account">{people}</select></label></p>
<p><button name="decision" value="approve">Approve</button>
<button name="decision" value="decline">Decline</button></p>
<p>Continue only if you started this sign-in. If a website or another person gave you
this code, close this page.</p></form></body></html>
"""


def show(issuer, request, notice="", status=200):
    people = "".join(f'<option value="{escape(person.key)}">{escape(label(person))}</option>'
                     for person in PEOPLE if person.key != "hostile")
    shown = f"<p><strong>{escape(notice)}</strong></p>" if notice else ""
    return html(PAGE.format(notice=shown, people=people), status)


def label(person):
    return f"{person.name} <{person.email}>, {person.plan}"


def decide(issuer, request):
    try:
        user_code = request.get("user_code") or ""
        if request.get("decision") == "decline":
            issuer.decline(user_code)
            return show(issuer, request, "Declined. You may close this page.")
        account = find(request.get("account") or "")
        issuer.approve(user_code, account)
    except ValueError as problem:
        return show(issuer, request, f"Not possible: {problem}.", 400)
    return show(issuer, request, f"Approved for {label(account)}. Go back to your terminal.")

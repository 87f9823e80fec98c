"""A CODEX_HOME whose issuer and backend are ours."""

import json
from datetime import datetime, timezone

CONFIG = """\
chatgpt_base_url = "{url}/backend-api"
model_provider = "loopback"
model = "gpt-5.5"
check_for_update_on_startup = false
cli_auth_credentials_store = "file"

[analytics]
enabled = false

[features]
plugins = false
apps = false

[model_providers.loopback]
name = "loopback"
base_url = "{url}/backend-api/codex"
wire_api = "responses"
requires_openai_auth = true
supports_websockets = false
"""


class CodexHome:
    def __init__(self, path, issuer):
        self.path = path
        self.auth = path / "auth.json"
        path.mkdir()
        (path / "config.toml").write_text(CONFIG.format(url=issuer.url))
        self.environment = {
            "CODEX_HOME": str(path), "HOME": str(path.parent),
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb",
            # Codex complains about a home below the folder for temporary files.
            "TMPDIR": str(path / "tmp"),
            # Without these a mistake would talk to the real issuer.
            "CODEX_REFRESH_TOKEN_URL_OVERRIDE": issuer.url + "/oauth/token",
            "CODEX_REVOKE_TOKEN_URL_OVERRIDE": issuer.url + "/oauth/revoke",
        }

    @property
    def login(self):
        """auth.json as it is now."""
        return json.loads(self.auth.read_text())

    @property
    def tokens(self):
        return self.login["tokens"]

    def hold(self, tokens):
        """Puts a whole login there, chain and all, as `codex login` would."""
        self.write("chatgpt", tokens, tokens.refresh_token)

    def view(self, tokens):
        """Puts a view there: the access token only."""
        self.write("chatgptAuthTokens", tokens, "")

    def write(self, mode, tokens, refresh_token):
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.auth.touch(0o600)
        self.auth.write_text(json.dumps({
            "auth_mode": mode, "OPENAI_API_KEY": None,
            "tokens": {
                "id_token": tokens.id_token, "access_token": tokens.access_token,
                "refresh_token": refresh_token, "account_id": tokens.account.account_id,
            },
            "last_refresh": now,
        }, indent=2))

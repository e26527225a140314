"""Holds the server to its committed description: whatever is sent, no answer is a 5xx and none has a
status, a media type or a body that `openapi.json` does not describe.

Started by `cargo xtask test` with ROADSTEAD_URL and SETUP_TOKEN of a fresh server. Asks as nobody, by
API token and by session, with objects that exist. `/api/v1/changes` is left out: it does not end.
"""

import datetime
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import requests

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "openapi.json"
URL = os.environ["ROADSTEAD_URL"]
PASSWORD = "contract-canary-8a41"
CHECKS = ",".join(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
# These would end what the run is made with.
KEPT = ["close_session", "revoke_session"]


class Registry(http.server.BaseHTTPRequestHandler):
    """A registry just good enough to be integrated."""

    def do_GET(self):
        body = b'{"repositories":[]}' if "_catalog" in self.path else b"{}"
        self.send_response(200)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def session():
    """The first administrator, signed in."""
    made = requests.Session()
    made.headers.update({"Origin": URL, "X-Roadstead-Csrf": "none yet"})
    body = {"token": os.environ["SETUP_TOKEN"], "name": "padmin", "password": PASSWORD}
    answer = post(made, "setup", body)
    made.headers["X-Roadstead-Csrf"] = answer["csrf_token"]
    return made


def post(api, path, body):
    answer = api.post(f"{URL}/api/v1/{path}", json=body, timeout=30)
    if answer.status_code != 201:
        sys.exit(f"{path}: {answer.status_code} {answer.text}")
    return answer.json()


def token(api, schema):
    """A token with every permission a token can carry."""
    scope = set(schema["components"]["schemas"]["Permission"]["enum"])
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    body = {"name": "contract", "expires_at": tomorrow.isoformat()}
    answer = api.post(f"{URL}/api/v1/tokens", json=body | {"scope": sorted(scope)}, timeout=30)
    refused = {error["params"]["permission"] for error in answer.json().get("errors", [])}
    return post(api, "tokens", body | {"scope": sorted(scope - refused)})["text"]


def things(api, registry, suffix):
    """One of everything; the ids by the part of the path they follow."""
    workspace = post(api, "workspaces", {"name": f"contract-{suffix}"})["id"]
    person = post(api, "users", {"name": f"person-{suffix}"})["user"]["id"]
    post(api, f"workspaces/{workspace}/members", {"name": f"person-{suffix}", "role": "viewer"})
    robot = {"name": f"robot-{suffix}", "role": "viewer"}
    account = post(api, f"workspaces/{workspace}/machine-accounts", robot)
    body = {
        "kind": "docker",
        "name": f"contract-{suffix}",
        "address": registry,
        "plain_http_consent": True,
    }
    return {
        "workspaces": workspace,
        "users": person,
        "members": person,
        "machine-accounts": account.get("id") or account["user_id"],
        "registries": post(api, "registries", body)["id"],
    }


def configuration(schema, kept, doomed):
    """Paths lead to what is there: edits and reads to what stays, deletions to something else."""
    lines = []
    for path, item in schema["paths"].items():
        for method in item:
            ids = doomed if method == "delete" and path.count("{") == 1 else kept
            found = re.findall(r"/([a-z-]+)/\{([a-z_]+)\}", path)
            set_to = {name: ids[noun] for noun, name in found if noun in ids}
            if not set_to:
                continue
            set_to = {f"path.{name}": value for name, value in set_to.items()}
            if any(p["name"] == "if-match" for p in item[method].get("parameters", [])):
                # The first edit succeeds, the others are stale.
                set_to["header.if-match"] = '\\"1\\"'
            parameters = ", ".join(f'"{name}" = "{value}"' for name, value in set_to.items())
            lines += [
                "[[operations]]",
                f'include-name = "{method.upper()} {path}"',
                f"parameters = {{ {parameters} }}",
                "",
            ]
    return "\n".join(lines)


def run(who, headers, folder, config):
    """One run of schemathesis; answers whether it found nothing, and how many cases it sent."""
    (folder / "schemathesis.toml").write_text(config)
    command = [pathlib.Path(sys.executable).parent / "schemathesis"]
    command += ["--config-file", folder / "schemathesis.toml", "run", SCHEMA, "--url", URL]
    command += ["--checks", CHECKS, "--continue-on-failure", "--no-color", "--seed", "1"]
    command += ["--max-examples", os.environ.get("CONTRACT_EXAMPLES", "20")]
    command += ["--request-timeout", "20", "--exclude-path", "/api/v1/changes"]
    command += ["--generation-database", "none"]
    for operation in KEPT:
        command += ["--exclude-operation-id", operation]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    cases = re.search(r"([0-9,]+) generated", ended.stdout)
    print(f"contract as {who}: {cases.group(1) if cases else 0} cases, exit {ended.returncode}")
    if ended.returncode or not cases:
        print(ended.stdout)
    return ended.returncode == 0 and cases is not None


def main():
    schema = json.loads(SCHEMA.read_text())
    registry = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=registry.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{registry.server_port}"
    api = session()
    text = token(api, schema)
    good = []
    with tempfile.TemporaryDirectory() as folder:
        for who in ["nobody", "token", "session"]:
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in api.cookies)
            headers = {
                "nobody": {},
                "token": {"Authorization": f"Bearer {text}"},
                "session": dict(api.headers) | {"Cookie": cookies},
            }[who]
            headers = {k: v for k, v in headers.items() if k not in ("Accept", "Accept-Encoding")}
            kept, doomed = (things(api, address, f"{who}-{fate}") for fate in ["kept", "doomed"])
            config = configuration(schema, kept, doomed)
            good.append(run(who, headers, pathlib.Path(folder), config))
    registry.shutdown()
    sys.exit(0 if all(good) else 1)


main()

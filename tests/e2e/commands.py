#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Commands that Candor carries out by itself: http-api against a real server, bash between its walls. Only what commands.yaml lists, and nothing that goes elsewhere, says too much or takes too long."""
import base64
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect  # noqa: E402
from playbooks import Playbook, step, waiting  # noqa: E402

SECRET = "tok-3f9a71c2"
SEEN = []
HERE = {"address": {"ipv4": ["127.0.0.1"]}}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        SEEN.append({"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode(errors="replace")})
        status, text, more = 200, b'{"__ticket__": "T-17", "__count__": 3, "other": "x"}', {}
        if self.path.startswith("/elsewhere"):
            status, text, more = 302, b"", {"Location": f"http://127.0.0.1:{self.server.server_port}/target"}
        if self.path.startswith("/large"):
            text = b"x" * (4 << 20)
        if self.path.startswith("/long"):
            text = json.dumps({"__ticket__": "T-18", "words": "word " * 2000}).encode()
        if self.path.startswith("/broken"):
            status, text = 500, b"no"
        if self.path.startswith("/slow"):
            time.sleep(20)
        self.send_response(status)
        for k, v in more.items():
            self.send_header(k, v)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        try:
            if self.command != "HEAD":
                self.wfile.write(text)
        except OSError:
            pass

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def allow(c, text):
    path = c.folder / "candor-workspace" / "commands.yaml"
    path.write_text(text)
    path.chmod(0o600)


ODD = 'given; "$(touch x)"/../?'


def one(c, name, command, agent, out=(), variables=None, auth=None, given=ODD, **more):
    """A playbook of one command; returns the run as it stands after it."""
    p = Playbook(name, variables)
    kind, fields = agent
    if auth:
        p.auth[auth[0]] = auth[1]
    agent = p.agent(kind, more.pop("agent_name", "server"), **fields)
    first = p.action("Call", p.end(), command, agent, out_args=[f"__{o}__" for o in out], **more)
    if not out:
        del p.steps[first]["out_args"]
    p.write(c, first)
    sets = [x for v in (variables or {}) if isinstance(variables[v], dict) and variables[v].get("external") for x in ("--set", f"{v}={given}")]
    return c.json("run", "start", name, *sets)


def web(host, port, **more):
    return "http-api", {"address": {"dname" if host == "localhost" else "ipv4": [host]}, "port": str(port), **more}


def log_of(c, run):
    return c.json("run", "log", run["run"])["events"]


def ended(c, run):
    return [e for e in log_of(c, run) if e["kind"] == "answered" and e["by"] is None][-1]


def http_commands(c, port):
    get = {"type": "http-api", "command": "GET /plain HTTP/1.1"}
    # Without the file, and with a file that lists others, people are asked.
    run = one(c, "no-file", get, web("127.0.0.1", port))
    expect(waiting(run) and not SEEN, f"without commands.yaml something was called: {SEEN}")
    shown = c.good("run", "show", run["run"])
    expect("There is no commands.yaml" in shown, f"it is not said why people are asked:\n{shown}")
    allow(c, 'http-api: {hosts: ["api.example.com", "http://127.0.0.1:1"]}\n')
    run = one(c, "other-host", get, web("127.0.0.1", port))
    expect(waiting(run) and not SEEN, "a host that is not listed was called")
    expect("does not list" in c.good("run", "show", run["run"]), "it is not said that the host is not listed")

    allow(c, f'http-api: {{hosts: ["http://127.0.0.1:{port}", "http://localhost:{port}"]}}\nlimits: {{seconds: 3, bytes: 20000}}\n')
    run = one(c, "plain", get, web("127.0.0.1", port), out=("ticket", "http_status", "count"),
              variables={"ticket": None, "http_status": {"type": "integer", "value": None}, "count": {"type": "integer", "value": None}})
    expect(run["outcome"] == "successfully_executed", f"the call did not go well: {run}")
    e = ended(c, run)
    expect(e["data"] == {"__ticket__": "T-17", "__http_status__": "200", "__count__": "3"}, f"what came back: {e}")
    key = {k.lower(): v for k, v in SEEN[-1]["headers"].items()}.get("idempotency-key", "")
    expect(len(key) == 32, f"no idempotency key: {SEEN[-1]}")

    # What was not asked for does not matter, and what cannot be kept is left out by itself.
    long = {"type": "http-api", "command": "GET /long HTTP/1.1"}
    run = one(c, "long", long, web("127.0.0.1", port), out=("ticket",), variables={"ticket": None})
    expect(ended(c, run)["data"] == {"__ticket__": "T-18"}, f"a long body that nobody asked for: {ended(c, run)}")
    run = one(c, "long-asked", long, web("127.0.0.1", port), out=("ticket", "http_body"), variables={"ticket": None, "http_body": None})
    expect(ended(c, run)["data"] == {"__ticket__": "T-18"} and "could not be kept" in ended(c, run)["text"], f"a long body: {ended(c, run)}")

    # Values stay what they are: letters of a path, one text in JSON, one header.
    run = one(c, "values", {"type": "http-api", "command": "POST /items/__given__:value HTTP/1.1", "headers": {"X-About": ["a", "b"], "Host": ["evil.example.com"], "Idempotency-Key": ["mine"]},
                            "content": json.dumps({"note": "it says __given__:value", "n": 1})},
              web("localhost", port), variables={"given": {"type": "string", "value": None, "external": True}})
    expect(run["outcome"] == "successfully_executed", f"values: {run}")
    seen = SEEN[-1]
    given = ODD
    expect(json.loads(seen["body"]) == {"note": f"it says {given}", "n": 1}, f"the body: {seen['body']}")
    expect(seen["path"].startswith("/items/given%3B%20%22") and "/../" not in seen["path"] and "?" not in seen["path"], f"the path: {seen['path']}")
    expect("evil" not in seen["headers"]["Host"] and seen["headers"]["Idempotency-Key"] != "mine", f"headers of ours were replaced: {seen['headers']}")

    # A body is what its type says: numbers without quotes, texts escaped, and where nobody knows only what is plain.
    evil, kinds = 'x","admin":true,"y":"', {"given": {"type": "string", "value": None, "external": True}, "n": {"type": "integer", "value": "7"}}

    def post(name, kind, content, given, coded=False):
        count = len(SEEN)
        command = {"type": "http-api", "command": "POST /body HTTP/1.1", **({"headers": {"Content-Type": [kind]}} if kind else {}), **({"content_b64": base64.b64encode(content.encode()).decode()} if coded else {"content": content})}
        run = one(c, name, command, web("127.0.0.1", port), variables=kinds, given=given)
        return run, SEEN[-1]["body"] if len(SEEN) > count else None

    for n, (kind, content, given, want) in enumerate((
            ("application/json", '{"a":"__given__:value","n":__n__:value,"__given__:value":1}', evil, {"a": evil, "n": 7, evil: 1}), ("", ' {"n": [__n__:value], "a": "__given__:value"}', evil, {"n": [7], "a": evil}),
            ("application/json", '{"a":__given__:value}', evil, None), ("application/json", '{"a":__given__:value}', "true", None), ("", '[__given__:value]', "1,2", None),
            ("application/x-www-form-urlencoded", "a=__given__:value&n=__n__:value", "x&admin=true", "a=x%26admin%3Dtrue&n=7"), ("application/xml; charset=utf-8", "<a>__given__:value</a>", "</a><b c='1'>&", "<a>&lt;/a&gt;&lt;b c=&apos;1&apos;&gt;&amp;</a>"),
            ("text/csv", "a,__given__:value", 'x"\ny', None), ("text/plain", "it says __given__:value", "José, 5", "it says José, 5"))):
        for coded in (False, True):
            run, body = post(f"body-{n}-{int(coded)}", kind, content, given, coded)
            if want is None:
                expect(body is None and waiting(run) and any(w in c.good("run", "show", run["run"]) for w in ("A value holds", "is no JSON")), f"{content} was sent with {given!r}: {body}")
            else:
                expect((json.loads(body) if isinstance(want, dict) else body) == want, f"{content}: {body}")

    # Not followed, not swallowed, not waited for.
    count = len(SEEN)
    run = one(c, "elsewhere", {"type": "http-api", "command": "GET /elsewhere HTTP/1.1"}, web("127.0.0.1", port))
    expect(step(run, "Call")["state"] == "failed" and len(SEEN) == count + 1, "a redirect was followed")
    expect("302" in step(run, "Call")["why"], step(run, "Call")["why"])
    run = one(c, "large", {"type": "http-api", "command": "GET /large HTTP/1.1"}, web("127.0.0.1", port))
    expect(step(run, "Call")["state"] == "failed" and "more than" in step(run, "Call")["why"], f"a large answer: {step(run, 'Call')}")
    run = one(c, "broken", {"type": "http-api", "command": "GET /broken HTTP/1.1"}, web("127.0.0.1", port))
    expect(step(run, "Call")["state"] == "failed" and "500" in step(run, "Call")["why"], f"a server's error: {step(run, 'Call')}")
    begun = time.monotonic()
    run = one(c, "slow", {"type": "http-api", "command": "GET /slow HTTP/1.1"}, web("127.0.0.1", port))
    expect(step(run, "Call")["state"] == "failed" and time.monotonic() - begun < 12, "a slow server holds the run")
    expect("not known" in step(run, "Call")["why"], step(run, "Call")["why"])

    # Secrets come from variables alone.
    login = ("http-basic--7b1d5a44-9c3e-4a6e-8a3f-1d2c3b4a5968", {"type": "http-basic", "name": "login", "user_id": "candor", "password": "written-in-the-file"})
    run = one(c, "secret-in-file", get, web("127.0.0.1", port, authentication_info=login[0]), auth=login)
    expect(waiting(run) and step(run, "Call")["state"] == "waiting for an answer", "a secret of the file was used")
    login[1]["password"] = "__token__:value"
    run = one(c, "secret", get, web("127.0.0.1", port, authentication_info=login[0]), auth=login, variables={"token": {"type": "string", "value": SECRET}})
    expect(run["outcome"] == "successfully_executed" and SEEN[-1]["headers"].get("Authorization", "").startswith("Basic "), f"no authentication: {SEEN[-1]}")

    # Others' agents are never acted for.
    count = len(SEEN)
    for kind in ("individual", "soarca"):
        p = Playbook(f"agent-{kind}")
        agent = p.agent(kind, "somebody")
        target = "http-api--0c9e2f7b-3b1e-4d0a-8c2f-4e9b8a615d0c"
        p.targets[target] = {"type": "http-api", "name": "server", "address": {"ipv4": ["127.0.0.1"]}, "port": str(port)}
        first = p.action("Call", p.end(), get, agent, targets=[target])
        p.write(c, first)
        expect(waiting(c.json("run", "start", p.name)), f"an agent of type {kind} was acted for")
    # A name that only looks like the listed one, a user before the host, another port, another scheme.
    for n, url in enumerate((f"http://127.0.0.1@evil.example.com:{port}/", f"http://127.0.0.1:{port + 1}/", f"https://127.0.0.1:{port}/", f"http://127.0.0.1.example.com:{port}/", f"ftp://127.0.0.1:{port}/",
                             f"http://0x7f000001:{port}/", f"http://[::1]:{port}/", f"http://127.1:{port}/")):
        run = one(c, f"odd-{n}", get, ("http-api", {"address": {"url": [url]}}))
        expect(waiting(run), f"{url} was called")
    expect(len(SEEN) == count, f"something was called: {SEEN[count:]}")
    return len(SEEN)


def tls(c):
    """https with a certificate of one's own; nothing is sent to a server that cannot prove who it is."""
    if not shutil.which("openssl"):
        return "not tried"
    key, cert = c.folder / "key.pem", c.folder / "candor-workspace" / "own.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, get = server.server_port, {"type": "openc2-http", "command": "POST /plain HTTP/1.1", "content_b64": base64.b64encode(b'{"action": "query"}').decode()}
    allow(c, f'openc2-http: {{hosts: ["localhost:{port}"], ca_file: own.pem}}\n')
    run = one(c, "tls", get, web("localhost", port))
    expect(run["outcome"] == "successfully_executed" and SEEN[-1]["body"] == '{"action": "query"}', f"https to a server of one's own: {run}")
    count = len(SEEN)
    allow(c, f'openc2-http: {{hosts: ["localhost:{port}", "127.0.0.1:{port}"]}}\n')
    run = one(c, "tls-unknown", get, web("localhost", port))
    expect("prove who it is" in step(run, "Call")["why"], f"a certificate that nobody knows: {step(run, 'Call')}")
    allow(c, f'openc2-http: {{hosts: ["127.0.0.1:{port}"], ca_file: own.pem}}\n')
    run = one(c, "tls-other-name", get, web("127.0.0.1", port))
    expect("prove who it is" in step(run, "Call")["why"] and len(SEEN) == count, f"a certificate of another name: {step(run, 'Call')}")
    return "checked"


def wildcards(c, port):
    """A listed wildcard may not lead inside; the name is made to by /etc/hosts, where the machine lets us."""
    hosts = pathlib.Path("/etc/hosts")
    if os.geteuid() != 0 or not os.access(hosts, os.W_OK):
        return "not tried"
    before = hosts.read_text()
    allow(c, f'http-api: {{hosts: ["*.wild.example.com:{port}", "exact.wild.example.com:{port}"]}}\n')
    try:
        hosts.write_text(before + "127.0.0.1 inside.wild.example.com exact.wild.example.com\n")
        run = one(c, "inside", {"type": "http-api", "command": "GET /plain HTTP/1.1"}, ("http-api", {"address": {"dname": ["inside.wild.example.com"]}, "port": str(port)}))
        expect("inside a network" in step(run, "Call")["why"], f"a wildcard led inside: {step(run, 'Call')}")
        run = one(c, "exact", {"type": "http-api", "command": "GET /plain HTTP/1.1"}, ("http-api", {"address": {"dname": ["exact.wild.example.com"]}, "port": str(port)}))
        expect("prove who it is" in step(run, "Call")["why"], f"TLS is not asked of a host: {step(run, 'Call')}")
    finally:
        hosts.write_text(before)
    return "refused"


def bash(c, script, name, out=(), variables=None, **more):
    return one(c, name, {"type": "bash", "command": script}, ("linux", HERE), out, variables, agent_name="this machine", **more)


def alive(mark):
    for p in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in p.read_bytes():
                return p.parent.name
        except OSError:
            pass
    return None


def bash_commands(c, port):
    programs = [p for p in ("/usr/bin/id", "/usr/bin/sleep", "/usr/bin/setsid", "/usr/bin/cat", "/usr/bin/env", "/usr/bin/python3", "/usr/bin/head", "/usr/bin/touch") if os.path.exists(p)]
    listed = json.dumps(programs)
    allow(c, f"limits: {{seconds: 4, bytes: 20000}}\nbash: {{agents: [another], programs: {listed}, starts_others: true}}\n")
    run = bash(c, "id", "not-listed")
    expect(waiting(run), "an agent that is not listed was acted for")
    allow(c, f"limits: {{seconds: 4, bytes: 20000}}\nbash: {{agents: [this machine], programs: {listed}, starts_others: true}}\n")

    run = bash(c, 'echo "__who__=somebody"; echo rest', "says", out=("who", "exit_code", "output"), variables={"who": None, "output": None, "exit_code": {"type": "integer", "value": None}})
    expect(run["outcome"] == "successfully_executed" and ended(c, run)["data"] == {"__who__": "somebody", "__exit_code__": "0", "__output__": "__who__=somebody\nrest"}, f"what it said: {ended(c, run)}")
    run = bash(c, "echo before; exit 3", "exits")
    expect("Exit code 3" in step(run, "Call")["why"], step(run, "Call")["why"])

    # A value is a value, wherever it stands in the text; one that a shell could read anything in is for people, and so is a script that computes with it.
    asks = {"given": {"type": "string", "value": None, "external": True}, "output": None}
    words = "printf '%s|' __given__:value \"__given__:value\" '__given__:value'"
    run = bash(c, words, "values-of-shell", out=("output",), variables=asks, given="José A. Smith, 5 /../")
    expect(ended(c, run)["data"]["__output__"] == "José A. Smith, 5 /../|José A. Smith, 5 /../|${__given__}|", f"values in a shell: {ended(c, run)}")
    run = bash(c, words, "odd-value", variables=asks)
    expect(waiting(run) and "__given__ holds more than letters" in c.good("run", "show", run["run"]), f"an odd value was handed to a shell: {step(run, 'Call')}")
    mark = c.folder / "injected"
    number = {"given": {"type": "integer", "value": None, "external": True}, "output": None}
    for n, (script, kinds, given) in enumerate((("[[ __given__:value -gt 100 ]]; id", asks, f"a[$(touch {mark})]"), ("echo $((__given__:value + 1))", asks, "PATH"), ("__given__:value", asks, "id"), ("eval __given__:value", asks, "id"))):
        run = bash(c, script, f"computes-{n}", out=("output",), variables=kinds, given=given)
        expect(waiting(run) and not mark.exists(), f"{script} was carried out with {given}: {run}")
    run = bash(c, "[[ __given__:value -gt 3 ]] && echo $((__given__:value + 1))", "computes", out=("output",), variables=number, given="4")
    expect(ended(c, run)["data"]["__output__"] == "5", f"a number is a number: {ended(c, run)}")

    # No network, no other programs, no files of others, no environment.
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        net = s.getsockname()[1]
        run = bash(c, f"exec 3<>/dev/tcp/127.0.0.1/{net} && echo __out__=reached || echo __out__=none", "network", out=("out",), variables={"out": None})
        expect((ended(c, run)["data"] or {}).get("__out__", "none") == "none", f"bash has the network: {ended(c, run)}")
        run = bash(c, f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {net}), 2)' && echo __out__=reached || echo __out__=none", "network-of-a-program", out=("out",), variables={"out": None})
        expect(ended(c, run)["data"] == {"__out__": "none"}, f"a program has the network: {ended(c, run)}")
    key = c.folder / "candor-workspace" / "candor.key"
    run = bash(c, f"cat {key} >/dev/null 2>&1 && echo __out__=read || echo __out__=none", "key-by-redirect", out=("out",), variables={"out": None})
    expect((ended(c, run)["data"] or {}).get("__out__", "none") != "read", "the key was read")
    run = bash(c, f"head -c 4 {key} && echo && echo __out__=read || echo __out__=none", "key", out=("out",), variables={"out": None})
    landlock = ended(c, run)["data"] == {"__out__": "none"}
    run = bash(c, "/usr/bin/id && echo __out__=ran || echo __out__=none; wc -l </dev/null && echo __out__=ran", "others", out=("out",), variables={"out": None})
    expect(ended(c, run)["data"] in ({"__out__": "none"}, None), f"a program that is not listed ran: {ended(c, run)}")
    run = bash(c, "env", "environment", out=("output",), variables={"output": None})
    names = {line.split("=")[0] for line in ended(c, run)["data"]["__output__"].splitlines()}
    expect(names <= {"PATH", "HOME", "TMPDIR", "LC_ALL", "CANDOR_TOKEN", "PWD", "SHLVL", "_", "OLDPWD"}, f"it sees the environment: {names}")

    # Killed at the deadline, with its children, also those that try to get away; nothing is left behind.
    before = set(pathlib.Path("/tmp").glob("candor-perform-*"))
    mark = f"98{os.getpid()}"
    begun = time.monotonic()
    run = bash(c, f"sleep {mark} & (sleep {mark}1 &) ; setsid sleep {mark}2 & sleep {mark}3", "forks")
    took = time.monotonic() - begun
    expect(step(run, "Call")["state"] == "failed" and 3 < took < 12, f"the deadline: {took} s, {step(run, 'Call')}")
    time.sleep(0.3)
    expect(alive(mark) is None, f"a child lives on: {alive(mark)}")
    begun = time.monotonic()
    run = bash(c, f"sleep {mark} & echo done", "leaves-behind")
    expect(run["outcome"] == "successfully_executed" and time.monotonic() - begun < 3 and alive(mark) is None, "what it left behind lives on, or is waited for")
    run = bash(c, "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "talks")
    expect("more than" in step(run, "Call")["why"], f"talking for ever: {step(run, 'Call')}")
    expect(set(pathlib.Path("/tmp").glob("candor-perform-*")) <= before, "its folder was left behind")
    # Candor killed meanwhile: what it started ends too, and the run asks.
    p = Playbook("killed")
    agent = p.agent("linux", "this machine", **HERE)
    p.write(c, p.action("Call", p.end(), {"type": "bash", "command": f"sleep {mark}7 & sleep {mark}8"}, agent))
    proc = c.start("run", "start", "killed")
    for _ in range(100):
        if alive(mark + "8"):
            break
        time.sleep(0.05)
    expect(alive(mark + "8"), "it was not begun")
    proc.kill()
    proc.communicate()
    for _ in range(60):
        if not alive(mark):
            break
        time.sleep(0.05)
    expect(not alive(mark), f"it lives on without candor: {alive(mark)}")
    # Ctrl-C: the same, and the run asks later.
    proc = c.start("run", "start", "killed")
    for _ in range(100):
        if alive(mark + "8"):
            break
        time.sleep(0.05)
    proc.send_signal(signal.SIGINT)
    out, err = proc.communicate(timeout=20)
    expect(proc.returncode != 0 and "whether it was is not known" in err and not alive(mark), f"Ctrl-C while a command is carried out: {proc.returncode} {err} {alive(mark)}")
    for _ in range(60):
        if set(pathlib.Path("/tmp").glob("candor-perform-*")) <= before:
            break
        time.sleep(0.05)
    expect(set(pathlib.Path("/tmp").glob("candor-perform-*")) <= before, "a folder was left behind when candor was ended")
    # Ended by force itself: the next one clears away what is old, nobody's at work, and no link.
    old, young, link = pathlib.Path("/tmp/candor-perform-left00"), pathlib.Path("/tmp/candor-perform-left01"), pathlib.Path("/tmp/candor-perform-left02")
    for folder in (old, young):
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        (folder / "note").write_text("left")
    (old / "bin").chmod(0o500)
    os.utime(old, (1, 1))
    keep = c.folder / "keep"
    keep.mkdir()
    link.symlink_to(keep)
    bash(c, "echo", "sweeps")
    expect(not old.exists() and (young / "note").exists() and link.is_symlink() and keep.exists(), "what was left behind stays, or too much went")
    shutil.rmtree(young)
    link.unlink()
    name = c.json("run", "list")["runs"][-1]["run"]
    c.good("tick", codes=(0, 1, 6))
    expect(step(c.json("run", "show", name), "Call")["state"] == "in doubt", "what was interrupted is not asked")
    return "seccomp and Landlock" if landlock else "seccomp"


def others_write_meanwhile(c):
    """While a command is carried out others write, see that it is at work, and never take it for a crash; when it is one, they do."""
    allow(c, "limits: {seconds: 8}\nbash: {agents: [this machine], programs: [/usr/bin/sleep]}\n")
    p = Playbook("beside")
    agent = p.agent("linux", "this machine", **HERE)
    end = p.end()
    p.write(c, p.add("parallel", next_steps=[p.action("Call", p.end(), {"type": "bash", "command": "sleep 3"}, agent), p.action("Ask", p.end())], on_completion=end))

    def begin(*words):
        proc = c.start(*(words or ("run", "start", "beside")))
        for _ in range(100):
            if proc.poll() is None and alive("sleep\0" + "3"):
                return proc, c.json("run", "list")["runs"][-1]["run"]
            time.sleep(0.05)
        expect(False, f"it was not begun: {proc.communicate()}")

    proc, name = begin()
    begun = time.monotonic()
    expect(step(c.json("run", "show", name), "Call")["state"] == "running", f"somebody looks: {step(c.json('run', 'show', name), 'Call')}")
    c.good("tick", codes=(0, 1, 6))
    c.good("incident", "open", "--kind", "lost-device", "A laptop is gone")
    c.good("run", "answer", name, "Ask")
    expect(step(c.json("run", "show", name), "Call")["state"] == "running", "somebody took it for a crash")
    expect(time.monotonic() - begun < 2.5 and proc.poll() is None, "the others had to wait")
    out, err = proc.communicate(timeout=20)
    run = c.json("run", "show", name)
    expect(proc.returncode == 0 and run["outcome"] == "successfully_executed", f"{proc.returncode} {out} {err} {run['outcome']}")
    # Aborted meanwhile: its end comes too late, and nothing breaks.
    proc, name = begin()
    c.good("run", "abort", name, "--reason", "enough")
    out, err = proc.communicate(timeout=20)
    expect(proc.returncode == 0 and c.json("run", "show", name)["outcome"] == "aborted", f"aborted meanwhile: {proc.returncode} {out} {err}")
    # The run of an incident: who comes meanwhile finds it begun, and it is noted once.
    proc, name = begin("incident", "open", "--playbook", "beside", "Something")
    incident = c.json("run", "show", name)["subject"]
    c.good("tick", codes=(0, 1, 6))
    c.good("incident", "note", incident, "seen meanwhile")
    out, err = proc.communicate(timeout=20)
    noted = [x for x in c.good("ledger", "log", "--json").splitlines() if '"incident.run"' in x and incident in x]
    expect(proc.returncode == 0 and "has begun as" in out and len(noted) == 1, f"{proc.returncode} {out} {err} {noted}")
    # The timer carries it out, and has more to do after it.
    late = Playbook("later")
    agent = late.agent("linux", "this machine", **HERE)
    late.write(c, late.action("Call", late.end(), {"type": "bash", "command": "sleep 3"}, agent, delay=300))
    c.good("run", "start", "later")
    c.good("run", "start", "later")
    time.sleep(0.4)
    proc, name = begin("tick")
    c.good("incident", "note", incident, "seen while the timer works")
    out, err = proc.communicate(timeout=30)
    expect(proc.returncode in (0, 6) and not [r for r in c.json("run", "list")["runs"] if r["playbook"] == "later"], f"the timer: {proc.returncode} {out} {err}")
    # Killed: who comes next asks.
    proc, name = begin()
    proc.kill()
    proc.communicate()
    c.good("tick", codes=(0, 1, 6))
    expect(step(c.json("run", "show", name), "Call")["state"] == "in doubt", f"a crash is not seen: {step(c.json('run', 'show', name), 'Call')}")
    return "wrote"


def ssh_commands(c):
    if not os.path.exists("/usr/bin/ssh"):
        return "not installed"
    allow(c, 'limits: {seconds: 5}\nssh: {hosts: ["nobody@127.0.0.1:9"]}\n')
    run = one(c, "ssh", {"type": "ssh", "command": "uptime"}, ("ssh", {"address": {"ipv4": ["127.0.0.1"]}, "port": "9"}))
    expect(step(run, "Call")["state"] == "failed" and "reached" in step(run, "Call")["why"], f"ssh: {step(run, 'Call')}")
    run = one(c, "ssh-other", {"type": "ssh", "command": "uptime"}, ("ssh", {"address": {"ipv4": ["127.0.0.2"]}, "port": "9"}))
    expect(waiting(run) and step(run, "Call")["state"] == "waiting for an answer", "a host that is not listed was reached")
    return "not reached, as it should"


def files(c):
    """The file itself: who can write it decides."""
    path = c.folder / "candor-workspace" / "commands.yaml"
    path.chmod(0o666)
    run = one(c, "open-file", {"type": "bash", "command": "id"}, ("linux", HERE))
    expect(waiting(run), "a file that everybody may write was followed")
    path.chmod(0o600)
    path.parent.chmod(0o770)
    run = one(c, "open-folder", {"type": "bash", "command": "id"}, ("linux", HERE))
    expect("folder that others can write to" in " ".join(c.good("run", "show", run["run"]).split()), "a file that everybody may replace was followed")
    path.parent.chmod(0o700)
    if os.geteuid() == 0:
        for place in (path, path.parent):
            os.chown(place, 65534, 65534)
            run = one(c, f"other-owner-{len(place.name)}", {"type": "bash", "command": "id"}, ("linux", HERE))
            expect("somebody else's" in c.good("run", "show", run["run"]), f"{place.name} of another owner was followed")
            os.chown(place, 0, 0)
    for text, word in (("bash: {agents: [x]}", "programs"), ("http-api: {hosts: [\"http://api.example.com\"]}", "without TLS"), ("http-api: {hosts: [\"*\"]}", "host"), ("htttp-api: {}", "did you mean"), ("limits: {seconds: 0}", "1 to"), ("bash: {agents: [x], programs: [/usr/bin/env]}", "starts other programs")):
        allow(c, text + "\n")
        code, out, err = c.run("doctor", "--json")
        found = [x for x in json.loads(out)["checks"] if x["check"] == "commands"][0]
        expect(not found["ok"] and word in found["text"], f"{text}: {found}")


def main():
    c = Candor()
    c.good("init", "--org", "Harbour Books")
    port = serve()
    calls = http_commands(c, port)
    proved = tls(c)
    wild = wildcards(c, port)
    walls = bash_commands(c, port)
    beside = others_write_meanwhile(c)
    ssh = ssh_commands(c)
    files(c)
    everything = (c.folder / "candor-workspace" / "candor.db").read_bytes() + b"".join(p.read_bytes() for p in (c.folder / "candor-workspace").glob("candor.db-*"))
    expect(b"written-in-the-file" in everything, "the test looks at nothing")
    log = c.good("ledger", "log", "--json")
    expect(SECRET not in log and "written-in-the-file" not in log, "a secret stands in the ledger")
    c.sound()
    print(f"{calls} calls came as they should, none elsewhere; certificates: {proved}; wildcards inside: {wild}; bash behind {walls}; others {beside} meanwhile; ssh: {ssh}")


if __name__ == "__main__":
    main()

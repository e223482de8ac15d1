#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages leave through real servers: SMTP with STARTTLS and password, a web hook over TLS, a command. Servers that refuse, hang, redirect or show a wrong certificate get nothing and are told apart;
no error repeats an address, and a text with lines that begin with dots arrives as it left."""
import email
import email.policy
import http.server
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import Candor, expect, skip  # noqa: E402
from smtp import ADDRESS, PASSWORD, Smtp  # noqa: E402


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))
        if self.path == "/hang":
            time.sleep(8)
        self.send_response({"/moved": 302, "/broken": 500, "/no": 403}.get(self.path, 200))
        if self.path == "/moved":
            self.send_header("Location", f"https://localhost:{self.server.server_address[1]}/ok")
        self.end_headers()
        if self.path != "/hang":
            self.wfile.write(b"x" * (1_000_000 if self.path == "/flood" else 2))

    do_GET = do_POST

    def log_message(self, *_):
        pass


def certificate(folder, name):
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
                           f"subjectAltName=DNS:{name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"], capture_output=True)
    expect(made.returncode == 0, made.stderr.decode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


class Sending:
    def __init__(self, c):
        self.c, self.workspace = c, c.folder / "candor-workspace"
        c.good("init", "--org", "Example Shop")

    def write(self, text):
        (self.workspace / "send.yaml").write_text("version: 1\n" + text)

    def good(self, way="email", to=ADDRESS):
        return self.c.good("send", "test", "--way", way, input=to + "\n")

    def bad(self, code, says, way="email", to=ADDRESS):
        begun = time.time()
        got, out, err = self.c.run("send", "test", "--way", way, input=to + "\n")
        expect(got == code and says in err, f"exit code {got}, not {code}, or not \"{says}\":\n{out}{err}")
        expect(to not in err and "shop.example.com" not in err.replace("mail.example.com", ""), f"an error repeats the address: {err}")
        return time.time() - begun


def check_smtp(s, context, folder):
    server = Smtp(context)
    smtp = f"email:\n  timeout: 10\n  smtp: {{url: 'smtp://localhost:{server.port}', from: service@shop.example.com, user: shop, password_file: pw, ca_file: {folder}/localhost.pem}}\n"
    s.write(smtp)
    s.bad(5, "secret")                                   # no such file
    (s.workspace / "pw").write_text(PASSWORD + "\n")
    (s.workspace / "pw").chmod(0o644)
    s.bad(5, "can be read by others")
    (s.workspace / "pw").chmod(0o600)
    (s.workspace / "messages").mkdir()
    text = "Subject: {{org}}: Grüße\n\n.\n..two\n. three\nends with a dot.\n" + "long " * 60 + "\nGrüße = 😀 {{date}}\n"
    (s.workspace / "messages/test.txt").write_text(text)
    s.good()
    expect(len(server.mails) == 1, "no mail came")
    mail = server.mails[0]
    expect(mail["from"].startswith("<service@shop.example.com>") and mail["to"] == [f"<{ADDRESS}>"], str(mail))
    expect(all(tls for word, tls in server.commands if word in ("AUTH", "MAIL", "RCPT", "DATA")), "something was said before TLS")
    m = email.message_from_bytes(mail["data"], policy=email.policy.default)
    expect(m["Subject"] == "Example Shop: Grüße" and m["To"] == ADDRESS and m["Message-ID"] and m["Date"] and m["MIME-Version"] == "1.0", str(dict(m)))
    body = m.get_content().replace("\r\n", "\n")
    expect(body.startswith(".\n..two\n. three\nends with a dot.\nlong long") and "Grüße = 😀" in body, body)
    expect(all(len(line) <= 78 for line in mail["data"].split(b"\r\n")), "a line is too long")
    (s.workspace / "messages/test.txt").unlink()
    # A second recipient or header cannot be smuggled in.
    for hostile in ("a@example.com, b@example.com", "a@example.com> NOTIFY=NEVER", "<a@example.com>", "a b@example.com", "a@example.com\tb"):
        s.bad(2, "address", to=hostile)
    expect(len(server.mails) == 1, "a hostile address reached the server")
    (s.workspace / "pw").write_text("wrong\n")
    s.bad(5, "does not accept user and password")
    (s.workspace / "pw").write_text(PASSWORD + "\n")
    # Trust: without our certificate, with another name's, without TLS.
    s.write(smtp.replace(f", ca_file: {folder}/localhost.pem", ""))
    s.bad(5, "did not prove who it is")
    s.write(smtp.replace("localhost.pem", "other.example.com.pem"))
    s.bad(5, "did not prove who it is")
    s.write(smtp.replace("//localhost:", "//127.0.0.1:"))
    s.bad(5, "did not prove who it is")
    plain = Smtp(context, "no-tls")
    s.write(smtp.replace(str(server.port), str(plain.port)))
    s.bad(5, "offers no encryption")
    expect(not any(word in ("AUTH", "MAIL") for word, _ in plain.commands), "a password or mail was sent without TLS")
    s.write(f"email: {{smtp: {{url: 'smtp://localhost:{plain.port}', from: service@shop.example.com, starttls: never}}}}\n")
    s.good()
    expect(len(plain.mails) == 1, "no mail came without TLS, to this machine")
    expect(len(server.mails) == 1, "a mail went to a server that was not trusted")
    refusing = Smtp(context, "refuse")
    s.write(smtp.replace(str(server.port), str(refusing.port)))
    s.bad(5, "refused the message (550)")
    hanging = Smtp(context, "hang")
    s.write(smtp.replace(str(server.port), str(hanging.port)).replace("timeout: 10", "timeout: 2"))
    took = s.bad(5, "did not answer in 2 seconds")
    expect(took < 7, f"a hanging server held candor for {took:.1f} s")
    server.listener.close()
    gone = socket.create_server(("127.0.0.1", 0))
    port = gone.getsockname()[1]
    gone.close()
    s.write(smtp.replace(str(server.port), str(port)))
    s.bad(5, "cannot be reached")


def check_hook(s, context, other, folder):
    def serve(tls):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        server.handle_error = lambda *_: None       # those who hang up on us
        server.socket, server.seen, server.daemon_threads = tls.wrap_socket(server.socket, server_side=True), [], True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    server, wrong = serve(context), serve(other)

    def configure(path, at=server, more=""):
        s.write(f"sms: {{webhook: 'https://localhost:{at.server_address[1]}{path}', ca_file: {folder}/localhost.pem, timeout: 3{more}}}\n")

    (s.workspace / "key").write_text("Authorization: Bearer 4711\n")
    (s.workspace / "key").chmod(0o600)
    configure("/ok", more=", header_file: key")
    s.good("sms", "+15550100123")
    path, headers, body = server.seen[-1]
    expect(headers["Authorization"] == "Bearer 4711" and headers["Content-Type"] == "application/json" and b'"to":"+15550100123"' in body and b'"way":"sms"' in body, str(server.seen[-1]))
    for path, says in (("/moved", "refused the message (302)"), ("/broken", "refused the message (500)"), ("/no", "refused the message (403)"), ("/hang", "did not answer in 3 seconds")):
        configure(path)
        seen = len(server.seen)
        s.bad(5, says, "sms", "+15550100123")
        expect(len(server.seen) == seen + 1, f"{path} was asked {len(server.seen) - seen} times")
    configure("/flood")
    s.good("sms", "+15550100123")                       # it was taken; what a server says beyond 64 KiB is not listened to
    configure("/ok", wrong)
    s.bad(5, "did not prove who it is", "sms", "+15550100123")
    expect(not wrong.seen, "something was sent to a server with a wrong certificate")
    s.write(f"sms: {{webhook: 'https://localhost:{server.server_address[1]}/ok'}}\n")
    s.bad(5, "did not prove who it is", "sms", "+15550100123")
    s.bad(3, "names no way for email", "email")
    # A proxy in the environment gets nothing.
    configure("/ok")
    code, _, err = s.c.run("send", "test", "--way", "sms", input="+15550100123\n", env={"https_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"})
    expect(code == 0, err)


def check_command(s):
    out = s.c.folder / "got"
    s.write(f"alert: {{command: [/bin/sh, -c, 'cat > {out}; env > {out}.env; tr \"\\\\0\" \" \" < /proc/$PPID/cmdline > {out}.cmd']}}\n")
    s.c.good("send", "test", "--way", "alert", env={"SECRET_OF_SHELL": "x"})
    expect('"way":"alert"' in out.read_text() and "SECRET_OF_SHELL" not in pathlib.Path(f"{out}.env").read_text(), "environment or message")
    expect(pathlib.Path(f"{out}.cmd").read_text().strip() == "candor-send", "something stands on candor-send's command line")
    s.write("alert: {command: [/bin/sleep, '30'], timeout: 1}\n")
    took = s.bad(5, "did not answer in 1 seconds", "alert")
    expect(took < 6, f"a hanging command held candor for {took:.1f} s")


def check_call(s, context, folder):
    """In a call nobody waits for the mail server, so its time tells nobody whether there was somebody to write to."""
    server = Smtp(context, "slow")
    (s.workspace / "pw").write_text(PASSWORD + "\n")
    s.write(f"email:\n  smtp: {{url: 'smtp://localhost:{server.port}', from: service@shop.example.com, user: shop, password_file: pw, ca_file: {folder}/localhost.pem}}\n")
    rows = "account,name,email\n" + "".join(f"A-{n},Ada Sample,ada{n}@example.com\n" for n in range(1000, 1010))
    (s.c.folder / "list.csv").write_text(rows)
    s.c.good("customer", "import", "list.csv", "--yes", "--on-file-since", "2024-01-31")

    def send(account):
        call = s.c.json("verify", "start", "-p", "order-status", input=f"account: {account}\n")["call"]
        begun = time.monotonic()
        code, out, err = s.c.run("verify", "send", "--call", call, "email")
        return time.monotonic() - begun, code, out + err

    refused = [send(account) for account in ("A-1000", "B-1000")]     # nothing is sent that proves nothing, to nobody either
    expect({r[1] for r in refused} == {4} and refused[0][2] == refused[1][2] and not server.mails, f"a code that proves nothing: {refused}")
    s.c.good("disclosure", "init")
    policy = s.workspace / "disclosure.yaml"
    policy.write_text(policy.read_text().replace("\n  email-code: none", "\n  email-code: possession"))
    known, unknown = [send(f"A-{n}") for n in range(1000, 1008)], [send(f"B-{n}") for n in range(1000, 1008)]
    expect({k[1] for k in known} == {u[1] for u in unknown} == {0}, f"exit codes differ: {known} {unknown}")
    words = lambda text: " ".join(w for w in text.split() if "-" not in w or w.startswith("--"))
    expect({words(k[2]) for k in known} == {words(u[2]) for u in unknown}, f"words differ: {known[0]} {unknown[0]}")
    slow, fast = sorted(k[0] for k in known)[4], sorted(u[0] for u in unknown)[4]
    expect(slow < 0.8, f"a call waited {slow:.2f} s for the mail server")
    expect(abs(slow - fast) < 0.5 * max(slow, fast) + 0.05, f"known {slow * 1000:.0f} ms, unknown {fast * 1000:.0f} ms")
    end = time.monotonic() + 20
    while len(server.mails) < 8 and time.monotonic() < end:
        time.sleep(0.1)
    expect(len(server.mails) == 8 and all(len(mail["to"]) == 1 for mail in server.mails), f"{len(server.mails)} mails of 8 came")
    end = time.monotonic() + 5
    while (log := (s.workspace / "send.log").read_text()).count("email ok") < 8 and time.monotonic() < end:
        time.sleep(0.1)
    expect(log.count("email ok") == 8 and "@" not in log, log)
    print(f"a code by e-mail: known {slow * 1000:.0f} ms, unknown {fast * 1000:.0f} ms, while the server takes a second")
    # What fails later is told by doctor.
    (s.workspace / "pw").write_text("wrong\n")
    send("A-1008")
    end = time.monotonic() + 10
    while "auth" not in (s.workspace / "send.log").read_text() and time.monotonic() < end:
        time.sleep(0.1)
    doctor = {check["check"]: check for check in s.c.json("doctor", codes=(0, 1))["checks"]}
    expect(not doctor["sending"]["ok"] and "1 message of the last seven days did not leave, the newest by email: auth 535" in doctor["sending"]["text"], str(doctor["sending"]))
    (s.workspace / "send.log").unlink()
    policy.unlink()


def check_drop(s):
    (s.workspace / "send.yaml").unlink()
    s.good()
    files = list((s.workspace / "outbox").iterdir())
    expect(len(files) == 1 and files[0].stat().st_mode & 0o777 == 0o600 and f"To: {ADDRESS}" in files[0].read_text(), str(files))
    doctor = {check["check"]: check for check in s.c.json("doctor", codes=(0, 1))["checks"]}
    expect("outbox" in doctor["sending"]["text"], str(doctor.get("sending")))
    s.write("email: {smpt: {}}\n")
    doctor = {check["check"]: check for check in s.c.json("doctor", codes=(0, 1))["checks"]}
    expect(not doctor["sending"]["ok"] and "did you mean smtp?" in doctor["sending"]["text"], str(doctor["sending"]))


def main():
    c = Candor()
    if "send test" not in c.verbs:
        skip("candor send test is not there yet")
    if not shutil.which("openssl"):
        skip("openssl makes the certificates")
    context, other = certificate(c.folder, "localhost"), certificate(c.folder, "other.example.com")
    s = Sending(c)
    check_smtp(s, context, c.folder)
    check_hook(s, context, other, c.folder)
    check_command(s)
    if "verify send" in c.verbs:
        check_call(s, context, c.folder)
    check_drop(s)
    print("mail, web hook, command and file drop: what is right arrives, what is wrong gets nothing")


main()

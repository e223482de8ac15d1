# SPDX-License-Identifier: Apache-2.0
"""A mail server on loopback."""
import base64
import socket
import threading
import time

ADDRESS = "owner@shop.example.com"
PASSWORD = "correct horse"


class Smtp(threading.Thread):
    """A small mail server that keeps what it is given. ${behave}: "", "refuse", "hang", "no-tls", "slow"."""

    def __init__(self, context, behave=""):
        super().__init__(daemon=True)
        self.context, self.behave, self.mails, self.commands = context, behave, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(20)
            try:
                self.talk(connection)
            except (OSError, ValueError):
                pass
            finally:
                connection.close()

    def talk(self, c):
        if self.behave == "hang":
            time.sleep(8)
            return
        if self.behave == "slow":
            time.sleep(1)
        f, tls, mail = c.makefile("rwb"), False, {"to": []}

        def say(*lines):
            for i, line in enumerate(lines):
                code, text = line.split(" ", 1)
                f.write(f"{code}{' ' if i + 1 == len(lines) else '-'}{text}\r\n".encode())
            f.flush()

        say("220 mail.example.com", "220 glad to see you")
        while True:
            line = f.readline().decode("ascii").rstrip("\r\n")
            if not line:
                return
            self.commands.append((line.split(" ")[0].upper(), tls))
            word = line.upper()
            if word.startswith("EHLO"):
                more = [] if self.behave == "no-tls" or tls else ["250 STARTTLS"]
                say("250 mail.example.com", *more, "250 AUTH PLAIN LOGIN", "250 8BITMIME")
            elif word == "STARTTLS" and self.behave != "no-tls":
                say("220 go on")
                c = self.context.wrap_socket(c, server_side=True)
                f, tls = c.makefile("rwb"), True
            elif word.startswith("AUTH PLAIN"):
                given = line.split(" ")[2] if line.count(" ") == 2 else ""
                if not given:
                    f.write(b"334 \r\n")
                    f.flush()
                    given = f.readline().decode().strip()
                good = base64.b64decode(given) == f"\0shop\0{PASSWORD}".encode()
                say("235 welcome" if good else "535 who are you")
            elif word.startswith("MAIL FROM"):
                mail = {"from": line[10:], "to": []}
                say("250 ok")
            elif word.startswith("RCPT TO"):
                if self.behave == "refuse":
                    say(f"550 {ADDRESS} does not live here")
                else:
                    mail["to"].append(line[8:])
                    say("250 ok")
            elif word == "DATA":
                say("354 go ahead")
                lines = []
                while (got := f.readline()) not in (b".\r\n", b""):
                    lines.append(got[1:] if got.startswith(b".") else got)
                mail["data"] = b"".join(lines)
                self.mails.append(mail)
                say("250 kept")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

# SPDX-License-Identifier: Apache-2.0
"""A workspace with users: signing in, authenticators, and what only a test may do: change the past."""
import base64
import contextlib
import hashlib
import hmac
import sqlite3
import struct
import time
import urllib.parse

from candor import Candor

MINUTE = 60 * 1000000


def code_of(uri, steps=0):
    """What the authenticator with this otpauth address shows."""
    query = urllib.parse.parse_qs(urllib.parse.urlparse(uri).query)
    secret = query["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


class Desk:
    def __init__(self, org="Harbour Books"):
        self.c = Candor()
        self.c.good("init", "--org", org)
        self.db = self.c.folder / "candor-workspace" / "candor.db"
        self.uris, self.passwords = {}, {}

    def sql(self, text, *values):
        with contextlib.closing(sqlite3.connect(self.db)) as db, db:
            return db.execute(text, values).fetchall()

    def add(self, login, role, password, session=None, *more):
        env = {"CANDOR_SESSION": session} if session else {}
        out = self.c.json("user", "add", login, "--role", role, *more, env=env, input=f"{password}\n{password}\n")
        self.uris[login], self.passwords[login] = out["otpauth"], password

    def fresh_code(self, login):
        """Each code works once: the step that was used is forgotten."""
        self.sql("UPDATE staff SET totp_step = -1 WHERE login = ?", login)
        return code_of(self.uris[login])

    def login(self, login, password=None):
        return self.c.json("login", login, "--print", input=f"{password or self.passwords[login]}\n{self.fresh_code(login)}\n")["session"]

    def as_(self, login):
        """The environment in which somebody works."""
        return {"CANDOR_SESSION": self.login(login)}

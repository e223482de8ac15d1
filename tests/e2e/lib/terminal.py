# SPDX-License-Identifier: Apache-2.0
"""candor on a terminal, where it asks."""
import os
import pty
import select
import time

from candor import expect


class Terminal:
    """candor on a terminal of its own."""

    def __init__(self, c, *words):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(c.folder)
            os.execve(c.bin / "candor", ["candor", *words], c.env)

    def until(self, text, seconds=20):
        end = time.time() + seconds
        while text not in self.seen and time.time() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    more = os.read(self.fd, 65536)
                except OSError:
                    break
                if not more:
                    break
                self.seen += more.decode("utf-8", "replace")
        expect(text in self.seen, f"the terminal did not show \"{text}\":\n{self.seen[-3000:]}")

    def type(self, text):
        time.sleep(0.2)     # the echo is switched off before the prompt is written; what came earlier is thrown away
        os.write(self.fd, (text + "\n").encode())

    def enter_until_over(self):
        """Enter alone to whatever is asked, until the program ends."""
        end = time.time() + 30
        while time.time() < end:
            ready = select.select([self.fd], [], [], 0.3)[0]
            try:
                more = os.read(self.fd, 65536) if ready else None
            except OSError:
                return
            if more == b"":
                return
            if more:
                self.seen += more.decode("utf-8", "replace")
            else:
                self.type("")

    def end(self):
        while True:
            try:
                more = os.read(self.fd, 65536)
            except OSError:
                break
            if not more:
                break
            self.seen += more.decode("utf-8", "replace")
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code

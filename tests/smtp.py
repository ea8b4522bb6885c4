"""A mail server of our own for tests: takes mails, and does at each point of the conversation what a test asks for."""

import email
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message


class Gone(Exception):
    """The server hangs up."""


class Session(socketserver.StreamRequestHandler):
    """One connection. Points: greeting, mail, rcpt, data (before the text), text (read, not accepted), accepted."""

    server: "MailServer"

    def handle(self) -> None:
        try:
            self._talk()
        except (Gone, ConnectionError):
            return

    def _talk(self) -> None:
        self._answer("greeting", "220 here")
        while line := self.rfile.readline().decode():
            verb = line.split(None, 1)[0].strip().lower() if line.strip() else ""
            if verb == "quit":
                self._say("221 bye")
                return
            if verb == "data":
                if self._answer("data", "354 go on").startswith("3"):
                    self._take()
            else:
                self._answer(verb.partition(":")[0], "250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise Gone  # half a mail is none
            lines.append(line)
        reply = self.server.reach("text")
        if reply is None:
            self.server.arrived.append(email.message_from_bytes(b"".join(lines)))
            reply = self.server.reach("accepted")
        self._say(reply or "250 taken")
        self.server.reach("replied")

    def _answer(self, point: str, usual: str) -> str:
        reply = self.server.reach(point) or usual
        self._say(reply)
        return reply

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """`arrived`: the mails it took. `at[point]`: called there; it may return another answer or raise Gone."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.arrived: list[Message] = []
        self.at: dict[str, Callable[[], str | None]] = {}

    @property
    def port(self) -> int:
        return self.server_address[1]

    def reach(self, point: str) -> str | None:
        return self.at[point]() if point in self.at else None


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()

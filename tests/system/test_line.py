"""Two mails at a time on one connection, and what is known of each when it breaks."""

from __future__ import annotations

import select
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.system.line import Line
from digest.system.reply import Reply, Stage
from digest.system.smtp import Lost, Relay, parse_reply
from tests.servers import certificate, smtp

BOTH = pytest.mark.parametrize(
    "extensions", [smtp.EXTENSIONS, smtp.EXTENSIONS[1:]], ids=["pipelining", "step by step"]
)
READERS = ["rim", "omar", "salma", "nader"]


@contextmanager
def line_to(server: smtp.Server, folder: Path, url: str = "", timeout: float = 2.0) -> Iterator[
    Line[str]
]:
    """A line to the server that waits two seconds at most."""
    relay = Relay(url or server.url, capture_dir=folder, timeout=timeout)
    session = relay.lend()
    assert session.open().ready
    line = Line[str](session)
    try:
        yield line
    finally:
        if line.alive:
            line.close()


def hand_over(
    line: Line[str], names: list[str], text: bytes = b"hello\r\n", *, listen: float = 0
) -> list[tuple[str, Reply]]:
    """Send these readers a mail each, as fast as the line takes them; return the answers.

    Before each dot it waits up to ``listen`` seconds for a word of the server.
    """
    left, answers = list(names), []

    def load() -> None:
        if left and line.free:
            name = left.pop(0)
            body = (f"To: <{name}@example.net>\r\n\r\n".encode(), text)
            line.load(name, "bounce+a@mina.example", f"{name}@example.net", body)

    while line.alive and (left or not line.idle):
        load()
        wants = [line] if line.wants_write else []
        select.select([line], wants, [], 0.2)
        line.flush()
        line.receive()
        line.overdue(line.session.ticks())
        if line.withholds:
            select.select([line], [], [], listen)
            line.receive()  # as the sender does: one that hung up has not got the mail
        if line.withholds:
            line.release()
            load()
            line.flush()
        answers += line.answers
        line.answers.clear()
    return answers


@BOTH
def test_each_mail_arrives_once_and_in_order(tmp_path, extensions):
    with smtp.running(extensions=extensions) as server, line_to(server, tmp_path) as line:
        answers = hand_over(line, READERS)
        assert [name for name, reply in answers if reply.accepted] == READERS
    assert server.recipients() == [f"{name}@example.net" for name in READERS]
    assert all(
        taken.message == f"To: <{taken.recipient}>\r\n\r\nhello\r\n".encode()
        for taken in server.accepted
    )
    assert server.connections == 1


@pytest.mark.parametrize(("extensions", "together"), [
    (smtp.EXTENSIONS, True), (smtp.EXTENSIONS[1:], False),
])
def test_the_dot_leaves_with_the_next_mails_commands(tmp_path, extensions, together):
    seen: list[bytes] = []
    with smtp.running(extensions=extensions) as server, line_to(server, tmp_path) as line:
        server.on("DOT", smtp.first(lambda peer: seen.append(peer.buffer)))
        hand_over(line, READERS[:2])
    commands = b"MAIL FROM:<bounce+a@mina.example> SIZE=33\r\nRCPT TO:<omar@example.net>\r\nDATA\r\n"
    assert seen[0] == (commands if together else b"")


@BOTH
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_refused_mail_stops_no_other(tmp_path, extensions, step):
    with smtp.running(extensions=extensions) as server, line_to(server, tmp_path) as line:
        server.on("DATA", smtp.say("503 5.5.1 no recipient"), match="omar", times=1)
        if step == "DOT" or (step in {"MAIL", "RCPT"} and "PIPELINING" not in extensions):
            server.rules.clear()
        refuse_omar(server, step)
        answers = dict(hand_over(line, READERS))
    assert {name for name, reply in answers.items() if reply.accepted} == {"rim", "salma", "nader"}
    assert answers["omar"].code == (503 if step == "DATA" and server.rules else 550)
    assert server.connections == 1


def refuse_omar(server: smtp.Server, step: str) -> None:
    """Refuse Omar's mail at a step; MAIL comes before his name is known."""
    if step == "MAIL":
        mails = iter([False, True])
        server.on("MAIL", lambda peer: say_once(peer, next(mails, False)))
    elif step != "DATA":
        server.on(step, smtp.say("550 5.1.1 no"), match="omar")


def say_once(peer: smtp.Connection, refuses: bool) -> None:
    """Refuse, or answer as usual."""
    if refuses:
        peer.recipient = "omar@"  # whose the DATA that comes with it is
        peer.say("550 5.1.1 no")
    else:
        peer.done = False


def test_a_relay_that_wants_the_dots_answer_first_is_given_it(tmp_path):
    def impatient(peer: smtp.Connection) -> None:
        mails.append(peer.recipient)
        if len(mails) == 2:
            peer.recipient = "early@"
            peer.say("503 5.5.1 one thing at a time")
        else:
            peer.done = False

    mails: list[str] = []
    with smtp.running() as server, line_to(server, tmp_path) as line:
        server.on("MAIL", impatient)
        server.on("RCPT", smtp.say("503 5.5.1 no sender"), times=1, match="omar")
        server.on("DATA", smtp.say("503 5.5.1 no recipient"), times=1, match="omar")
        answers = hand_over(line, READERS)
    assert [name for name, reply in answers if reply.accepted] == READERS
    assert server.duplicates() == []
    assert server.connections == 1


def test_a_relay_that_asks_for_text_after_a_refusal_gets_none(tmp_path):
    with smtp.running(extensions=("PIPELINING",)) as server, line_to(server, tmp_path) as line:
        server.on("RCPT", smtp.say("550 5.1.1 no"), match="rim")
        answers = hand_over(line, ["rim"])
        assert not line.alive
    assert [(name, reply.code) for name, reply in answers] == [("rim", 550)]
    assert server.accepted == []


@BOTH
@pytest.mark.parametrize("how", [smtp.hang_up, smtp.reset, smtp.take_and_hang_up])
def test_a_line_lost_after_the_dot_leaves_one_mail_in_doubt(tmp_path, extensions, how):
    with smtp.running(extensions=extensions) as server, line_to(server, tmp_path) as line:
        server.on("DOT", how, match="omar")
        answers = hand_over(line, READERS)
    assert [name for name, reply in answers if reply.accepted] == ["rim"]
    assert [name for name, reply in answers if reply.unknown] == ["omar"]
    assert [name for name, reply in answers if reply.lost] in (["salma"], [])


@BOTH
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize("how", [smtp.hang_up, smtp.reset, smtp.say_and_hang_up("421 4.3.2 bye")])
def test_a_line_lost_before_the_dot_leaves_none(tmp_path, extensions, step, how):
    with smtp.running(extensions=extensions) as server, line_to(server, tmp_path) as line:
        server.on(step, how)
        answers = hand_over(line, ["rim"], listen=5 if step == "BODY" else 0)
        assert not line.alive
    assert [(name, reply.lost) for name, reply in answers] == [("rim", True)]
    assert server.accepted == []


def test_a_relay_that_says_no_before_the_end_is_heard(tmp_path):
    with smtp.running() as server, line_to(server, tmp_path) as line:
        server.on("BODY", smtp.say_and_hang_up("552 5.3.4 too big"))
        answers = hand_over(line, ["rim"], text=(b"x" * 70 + b"\r\n") * 200_000)
    assert [(name, reply.stage, reply.code) for name, reply in answers] in (
        [("rim", Stage.DATA, 552)], [("rim", Stage.DATA, 0)],  # unless the line broke first
    )


@pytest.mark.parametrize(("step", "unknown"), [("RCPT", False), ("DOT", True)])
def test_a_silent_relay_is_left_in_time(tmp_path, step, unknown):
    with (
        smtp.running(extensions=smtp.EXTENSIONS[1:]) as server,
        line_to(server, tmp_path, timeout=0.3) as line,
    ):
        server.on(step, lambda peer: None)
        answers = hand_over(line, ["rim"])
        assert not line.alive
    assert [(name, reply.unknown, reply.lost) for name, reply in answers] == [
        ("rim", unknown, not unknown)
    ]


def test_large_mails_go_through_an_encrypted_line(tmp_path, monkeypatch):
    pem = tmp_path / "tls.pem"
    pem.write_bytes(certificate.self_signed("127.0.0.1"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    text = (b"x" * 70 + b"\r\n") * 30_000
    with smtp.running(tls=context, implicit_tls=True) as server:
        url = server.url.replace("smtp:", "smtps:")
        with line_to(server, tmp_path, url, timeout=20) as line:
            answers = hand_over(line, READERS, text)
    assert [name for name, reply in answers if reply.accepted] == READERS
    assert all(taken.message.endswith(text) for taken in server.accepted)


def test_an_address_that_would_break_the_conversation_is_not_begun(tmp_path):
    with smtp.running() as server, line_to(server, tmp_path) as line:
        with pytest.raises(ValueError, match="SMTP"):
            line.load("rim", "a@b.example", "rim@example.net>\r\nRSET", (b"x\r\n",))
        assert line.free
        assert [reply.accepted for _, reply in hand_over(line, ["omar"])] == [True]


@given(st.binary(max_size=200) | st.text(alphabet="250-4 \r\nابa", max_size=60).map(str.encode))
def test_a_reply_is_whole_or_waited_for_or_refused(data):
    with suppress(Lost):
        found = parse_reply(data)
        if found is not None:
            code, _, used = found
            assert 200 <= code <= 599
            assert data[used - 1 : used] == b"\n"

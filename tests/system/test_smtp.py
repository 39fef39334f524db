"""Every way in which a relay can answer, be silent, lie or leave."""

from __future__ import annotations

import mailbox
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.system.clock import SystemClock
from digest.system.errors import Refused
from digest.system.reply import Reply, Stage
from digest.system.smtp import Relay, SmtpSession
from tests.servers import certificate, smtp

MAIL = b"Subject: x\r\n\r\nhello\r\n"


@pytest.fixture
def server() -> Iterator[smtp.Server]:
    """A scripted relay."""
    with smtp.running() as running:
        yield running


@pytest.fixture
def session(server: smtp.Server, tmp_path: Path) -> Iterator[SmtpSession]:
    """A session with it that waits two seconds at most."""
    with Relay(server.url, capture_dir=tmp_path, timeout=2.0).session() as one:
        yield one


def submit(session: SmtpSession, message: bytes = MAIL) -> Reply:
    """Hand over a mail to Rim."""
    return session.submit("bounce+a@mina.example", "rim@example.net", message)


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that only this file vouches for."""
    path = tmp_path_factory.mktemp("tls") / "tls.pem"
    path.write_bytes(certificate.self_signed("127.0.0.1"))
    return path


def tls_server(pem: Path) -> ssl.SSLContext:
    """A server's side with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_mail_arrives_as_it_is(server, session):
    reply = submit(session)
    assert reply.accepted
    assert not reply.unknown
    assert not reply.lost
    taken = server.accepted[0]
    assert (taken.envelope_from, taken.recipient) == ("bounce+a@mina.example", "rim@example.net")
    assert taken.message == MAIL


def test_many_mails_go_over_one_connection(server, session):
    for _ in range(5):
        assert submit(session).accepted
    assert server.connections == 1
    assert sum(line.startswith("EHLO") for line in server.commands) == 1


@pytest.mark.parametrize("body", [
    b".\r\n", b"..\r\n", b".hidden\r\n", b"a\r\n.\r\nMAIL FROM:<x@y>\r\n", b"no end",
])
def test_dots_at_the_beginning_of_a_line_end_nothing(server, session, body):
    message = b"Subject: x\r\n\r\n" + body
    assert submit(session, message).accepted
    assert submit(session).accepted
    whole = message if message.endswith(b"\r\n") else message + b"\r\n"
    assert server.accepted[0].message == whole
    assert len(server.accepted) == 2


@pytest.mark.parametrize("message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\n.\r\n", b"\r", b"a\n\rb"])
def test_a_bare_line_end_is_never_sent(server, session, message):
    with pytest.raises(ValueError, match="bare"):
        submit(session, message)
    assert not server.commands


@pytest.mark.parametrize("recipient", [
    "a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "<a@b.example>", "a@b.example\0",
    "a@b.example\u2028",
])
def test_an_address_that_would_break_the_conversation_is_never_sent(server, session, recipient):
    with pytest.raises(ValueError, match="address"):
        session.submit("x@y.example", recipient, MAIL)
    assert not server.accepted


@pytest.mark.parametrize(("step", "text", "stage", "code"), [
    ("CONNECT", "554 5.7.1 go away", Stage.CONNECT, 554),
    ("EHLO", "502 no", Stage.CONNECT, 502),
    ("MAIL", "451 4.7.1 slow down", Stage.MAIL, 451),
    ("RCPT", "550 5.1.1 unknown", Stage.RCPT, 550),
    ("DATA", "452 4.3.1 full", Stage.DATA, 452),
    ("DOT", "554 5.7.1 spam", Stage.DOT, 554),
])
def test_a_refusal_names_its_stage(server, session, step, text, stage, code):
    server.on(step, smtp.say(text), times=1)
    reply = submit(session)
    assert (reply.stage, reply.code) == (stage, code)
    assert not reply.accepted
    assert not reply.unknown
    assert submit(session).accepted


@pytest.mark.parametrize("how", [smtp.hang_up, smtp.reset])
@pytest.mark.parametrize(("step", "stage"), [
    ("CONNECT", Stage.CONNECT), ("EHLO", Stage.CONNECT), ("MAIL", Stage.MAIL),
    ("RCPT", Stage.RCPT), ("DATA", Stage.DATA),
])
def test_a_connection_lost_before_the_dot_is_surely_not_sent(server, session, step, stage, how):
    server.on(step, how, times=1)
    reply = submit(session)
    assert (reply.stage, reply.code) == (stage, 0)
    assert reply.lost
    assert not reply.unknown
    assert submit(session).accepted
    assert server.connections == 2


def test_a_connection_lost_in_a_large_body_is_surely_not_sent(server, session):
    server.on("BODY", smtp.hang_up, times=1)
    reply = submit(session, b"Subject: x\r\n\r\n" + b"x" * 70 * 1024 * 1024 + b"\r\n")
    assert (reply.stage, reply.code, reply.lost) == (Stage.DATA, 0, True)
    assert not server.accepted


@pytest.mark.parametrize("how", [
    smtp.hang_up, smtp.reset, smtp.take_and_hang_up, smtp.say("garbage"), smtp.say("350 what"),
    smtp.say("2"),
])
def test_no_usable_reply_after_the_dot_means_nobody_knows(server, session, how):
    server.on("DOT", how, times=1)
    reply = submit(session)
    assert reply.unknown
    assert not reply.accepted
    assert not reply.lost


def test_421_at_any_step_ends_the_connection_and_sends_nothing(server, session):
    for step in ("MAIL", "RCPT", "DATA", "DOT"):
        server.on(step, smtp.say_and_hang_up("421 4.3.2 closing"), times=1)
        reply = submit(session)
        assert (reply.code, reply.lost) == (421, True)
    assert submit(session).accepted
    assert server.connections == 5


def test_a_server_that_says_no_and_leaves_between_mails_is_met_again(server, session):
    server.on("AFTER", smtp.say_and_hang_up("421 timeout"), times=1)
    assert submit(session).accepted
    assert submit(session).lost
    assert submit(session).accepted
    assert len(server.accepted) == 2


def test_a_silent_relay_is_left_in_time(server, session):
    release = threading.Event()
    server.on("MAIL", lambda _: release.wait(30), times=1)
    started = SystemClock().ticks()
    reply = submit(session)
    release.set()
    assert (reply.stage, reply.lost) == (Stage.MAIL, True)
    assert SystemClock().ticks() - started < 10


def test_a_relay_that_drips_is_left_in_time(server, session):
    def drip(connection: smtp.Connection) -> None:
        ending = threading.Event()
        for _ in range(40):
            connection.peer.sendall(b"2")
            ending.wait(0.2)

    server.on("MAIL", drip, times=1)
    started = SystemClock().ticks()
    assert submit(session).lost
    assert SystemClock().ticks() - started < 6


@pytest.mark.parametrize("text", ["250-" + "x" * 200_000, "250-x\r\n" * 30_000 + "250 x"])
def test_a_reply_without_end_is_cut(server, session, text):
    server.on("MAIL", smtp.say(text), times=1)
    reply = submit(session)
    assert reply.lost
    assert len(reply.text) <= 500


def test_a_reply_in_arabic_is_kept_and_its_controls_are_not(server, session):
    server.on("RCPT", smtp.say("550 المستلم مجهول \u202e<b>\x07"), times=1)
    reply = submit(session)
    assert reply.text.startswith("المستلم مجهول")
    assert "\u202e" not in reply.text
    assert "\x07" not in reply.text


def test_several_lines_are_one_reply(server, session):
    server.on("RCPT", smtp.say("550-5.1.1 no such user\r\n550 5.1.1 here"), times=1)
    reply = submit(session)
    assert (reply.code, reply.enhanced) == (550, "5.1.1")
    assert reply.text == "5.1.1 no such user\n5.1.1 here"


def test_size_and_smtputf8_are_used_only_when_offered(server, session):
    session.open()
    assert session.smtputf8
    session.submit("x@y.example", "ريم@example.net", MAIL)
    assert f"MAIL FROM:<x@y.example> SIZE={len(MAIL)} BODY=8BITMIME SMTPUTF8" in server.commands
    server.extensions = ()
    session.close()
    with pytest.raises(ValueError, match="ASCII"):
        session.submit("x@y.example", "ريم@example.net", MAIL)
    assert not session.smtputf8


def test_nobody_listening_is_lost_and_not_a_fault(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Relay(f"smtp://127.0.0.1:{port}", capture_dir=tmp_path, timeout=2).session() as session:
        reply = session.open()
    assert (reply.stage, reply.code, reply.ready) == (Stage.CONNECT, 0, False)


@pytest.mark.parametrize(("password", "ready"), [("p%40ss", True), ("wrong", False)])
def test_it_signs_in_with_the_words_of_the_address(tmp_path, password, ready):
    with smtp.running(credentials=("user", "p@ss")) as server:
        url = server.url.replace("//", f"//user:{password}@")
        with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
            reply = session.open()
            assert reply.ready == ready
            if not ready:
                assert (reply.stage, reply.code) == (Stage.AUTH, 535)


def test_it_signs_in_with_the_token_that_a_file_holds_at_that_moment(tmp_path):
    file = tmp_path / "token"
    with smtp.running(credentials=("user@mina.example", "ya29.new")) as server:
        url = server.url.replace("//", "//user%40mina.example@") + f"?token={file}"
        with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
            for token, code in ((None, 0), ("", 0), ("a b", 0), ("ya29.old", 535)):
                if token is not None:
                    file.write_text(token)
                reply = session.open()
                assert (reply.stage, reply.code) == (Stage.AUTH, code)
            file.write_text("ya29.new\n")
            assert submit(session).code == 250


def test_a_token_needs_a_user_a_file_and_a_relay_that_takes_it(server, tmp_path):
    for url in (f"smtp://h?token={tmp_path}/token", "smtp://user@h?token=ya29"):
        with pytest.raises(Refused):
            Relay(url, capture_dir=tmp_path, timeout=2)
    (tmp_path / "token").write_text("ya29")
    url = server.url.replace("//", "//user@") + f"?token={tmp_path}/token"
    with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
        assert session.open().stage is Stage.AUTH
    assert not any("AUTH" in line for line in server.commands)


def test_a_relay_without_sign_in_is_refused_when_there_is_a_password(server, tmp_path):
    url = server.url.replace("//", "//user:pass@")
    with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
        assert session.open().stage is Stage.AUTH
    assert not any("AUTH" in line for line in server.commands)


def test_stripped_encryption_is_a_fault_and_nothing_is_said_in_clear(server, tmp_path):
    url = server.url.replace("smtp:", "smtp+starttls:").replace("//", "//user:pass@")
    with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
        reply = submit(session)
    assert (reply.stage, reply.code) == (Stage.TLS, 0)
    assert [line.split(" ")[0] for line in server.commands] == ["EHLO"]


@pytest.mark.parametrize("implicit", [False, True])
def test_a_certificate_nobody_vouches_for_is_a_fault(tmp_path, pem, implicit):
    scheme = "smtps" if implicit else "smtp+starttls"
    with smtp.running(tls=tls_server(pem), implicit_tls=implicit) as server:
        url = server.url.replace("smtp:", f"{scheme}:")
        with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
            reply = session.open()
    assert reply.stage is Stage.TLS
    assert "certificate" in reply.text


@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_is_sent_encrypted_when_the_certificate_is_good(
    tmp_path, monkeypatch, pem, implicit
):
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    scheme = "smtps" if implicit else "smtp+starttls"
    with smtp.running(tls=tls_server(pem), implicit_tls=implicit) as server:
        url = server.url.replace("smtp:", f"{scheme}:")
        with Relay(url, capture_dir=tmp_path, timeout=5).session() as session:
            for _ in range(3):
                assert submit(session).accepted
        assert len(server.accepted) == 3


def test_words_slipped_in_before_the_handshake_are_not_believed(tmp_path, pem):
    with smtp.running(tls=tls_server(pem)) as server:
        server.on("STARTTLS", smtp.say("220 go\r\n250 injected"))
        url = server.url.replace("smtp:", "smtp+starttls:")
        with Relay(url, capture_dir=tmp_path, timeout=2).session() as session:
            reply = session.open()
    assert (reply.stage, reply.code) == (Stage.TLS, 0)


@pytest.mark.parametrize("url", ["smtp://", "smtp://host:x", "http://a", "smtp://host:99999"])
def test_an_address_that_is_none_is_refused(tmp_path, url):
    with pytest.raises(Refused) as refused:
        Relay(url, capture_dir=tmp_path, timeout=2)
    assert refused.value.code == "bad_settings"


def test_the_default_ports_are_those_of_the_schemes(tmp_path):
    ports = {
        url: Relay(url, capture_dir=tmp_path, timeout=2).address()[1]
        for url in ("smtp://h", "smtps://h", "smtp+starttls://h", "smtp://h:2525")
    }
    assert list(ports.values()) == [25, 465, 587, 2525]


def test_the_built_in_mailbox_keeps_each_mail_before_it_says_yes(tmp_path):
    relay = Relay("capture:", capture_dir=tmp_path / "box", timeout=5)
    with relay.session() as session:
        assert submit(session).accepted
        assert session.submit("", "ريم@example.net", MAIL).accepted
        kept = list(mailbox.Maildir(tmp_path / "box", create=False))
        assert {str(one["Delivered-To"]) for one in kept} >= {"rim@example.net"}
        assert len(kept) == 2
    relay.close()
    raw = next(path for path in (tmp_path / "box" / "new").iterdir()
               if b"rim@" in path.read_bytes()).read_bytes()
    traces = b"Return-Path: <bounce+a@mina.example>\r\nDelivered-To: rim@example.net\r\n"
    assert raw == traces + MAIL


def test_two_mailboxes_may_share_a_folder_and_close_twice(tmp_path):
    relays = [Relay("capture:", capture_dir=tmp_path, timeout=5) for _ in range(2)]
    for relay in relays:
        with relay.session() as session:
            for _ in range(10):
                assert submit(session).accepted
    for relay in relays * 2:
        relay.close()
    assert len(list((tmp_path / "new").iterdir())) == 20


LINES = st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"")))


@given(lines=LINES)
def test_any_message_of_whole_lines_arrives_byte_for_byte(lines):
    message = b"".join(line + b"\r\n" for line in [b"Subject: x", b"", *lines])
    with smtp.running() as server:
        relay = Relay(server.url, capture_dir=Path("unused"), timeout=5)
        with relay.session() as session:
            assert submit(session, message).accepted
            assert submit(session).accepted
    assert [one.message for one in server.accepted] == [message, MAIL]

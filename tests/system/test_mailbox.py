"""The mailbox that bounces come to: over IMAP with TLS that was checked, or in a folder."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import quote

import pytest

from digest.system.errors import Refused, Unavailable
from digest.system.mailbox import LARGEST, Letter, Mailbox, is_mailbox, open_mailbox
from tests.servers import certificate, imap

MAILS = [b"Subject: one\r\n\r\n1", b"Subject: two\r\n\r\n2", b"Subject: three\r\n\r\n3"]


def url(server: imap.Server, scheme: str = "imap", folder: str = "") -> str:
    user, password = (quote(one, safe="") for one in imap.LOGIN)
    return f"{scheme}://{user}:{password}@127.0.0.1:{server.port}/{folder}"


def letters(box: Mailbox, most: int = 10) -> list[Letter]:
    return list(box.letters(most))


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "tls.pem"
    path.write_bytes(certificate.self_signed("127.0.0.1"))
    return path


def tls(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_new_mails_are_read_the_oldest_first_and_stay_unread() -> None:
    with imap.running(MAILS) as server:
        box = open_mailbox(url(server))
        assert [one.raw for one in box.letters(2)] == MAILS[:2]
        box.close()
        assert server.flags == {}
        assert "SELECT \"INBOX\"" in server.commands


def test_a_mail_is_taken_away_or_left_as_seen() -> None:
    with imap.running(MAILS) as server:
        box = open_mailbox(url(server))
        first, second, _ = letters(box)
        box.done(first, remove=True)
        box.done(second, remove=False)
        box.close()
        assert list(server.mails.values()) == MAILS[1:]
        box = open_mailbox(url(server))
        assert [one.raw for one in letters(box)] == MAILS[2:]
        box.close()


def test_a_server_that_cannot_expunge_one_mail_keeps_the_others() -> None:
    with imap.running(MAILS, uidplus=False) as server:
        box = open_mailbox(url(server))
        box.done(letters(box)[0], remove=True)
        box.close()
        assert not any("EXPUNGE" in one for one in server.commands)
        assert server.flags[1] == {"\\Seen", "\\Deleted"}


def test_a_large_mail_is_fetched_in_part() -> None:
    with imap.running([b"x" * (LARGEST + 5)]) as server:
        box = open_mailbox(url(server))
        (one,) = letters(box)
        assert len(one.raw) == LARGEST
        box.close()


def test_a_folder_of_another_name_is_opened_and_lets_no_command_in() -> None:
    with imap.running(MAILS) as server:
        open_mailbox(url(server, folder="Bounces%20%22x%22")).close()
        assert 'SELECT "Bounces \\"x\\""' in server.commands
        with pytest.raises(Unavailable):
            open_mailbox(url(server, folder="a%0D%0AA1%20DELETE%20INBOX"))


@pytest.mark.parametrize("starttls", [False, True])
def test_a_checked_certificate_is_needed(
    pem: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    scheme = "imap+starttls" if starttls else "imaps"
    with imap.running(MAILS, tls=tls(pem), starttls=starttls) as server:
        with pytest.raises(Unavailable) as refused:
            open_mailbox(url(server, scheme))
        assert "certificate" in str(refused.value)
        assert not any("LOGIN" in one for one in server.commands)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        box = open_mailbox(url(server, scheme))
        assert len(letters(box)) == 3
        box.close()


def test_a_wrong_password_is_said_without_repeating_it() -> None:
    with imap.running(MAILS) as server, pytest.raises(Unavailable) as refused:
        open_mailbox(f"imap://bounce:hush@127.0.0.1:{server.port}")
    assert "AUTHENTICATIONFAILED" in str(refused.value)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("step", ["SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_a_connection_that_breaks_is_told(step: str) -> None:
    with imap.running(MAILS, break_at=step) as server, pytest.raises(Unavailable):
        take_first(url(server))


def take_first(address: str) -> None:
    box = open_mailbox(address)
    try:
        box.done(letters(box)[0], remove=True)
    finally:
        box.close()


def test_nobody_there_is_told() -> None:
    with pytest.raises(Unavailable):
        open_mailbox("imap://a:b@127.0.0.1:1")


def test_a_maildir_is_read_and_left_as_a_mail_program_would(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        open_mailbox(f"maildir:{tmp_path}")
    (tmp_path / "new").mkdir()
    for n in range(3):
        (tmp_path / "new" / f"{n}.host").write_bytes(b"mail")
    (tmp_path / "new" / ".hidden").write_bytes(b"")
    box = open_mailbox(f"maildir:{tmp_path}")
    first, second = box.letters(2)
    box.done(first, remove=True)
    box.done(second, remove=False)
    box.done(first, remove=True)  # somebody else was faster
    box.close()
    assert [one.name for one in (tmp_path / "cur").iterdir()] == ["1.host:2,S"]
    assert [one.id for one in box.letters(9)] == ["2.host"]


@pytest.mark.parametrize("address", [
    "", "pop://a:b@h", "imaps://h", "imaps://a@", "maildir:rel", "imaps://a:b@h:x", "http://a:b@h",
])
def test_what_is_no_mailbox_is_refused(address: str) -> None:
    assert not is_mailbox(address)
    with pytest.raises(Refused):
        open_mailbox(address)

"""The demo as a newcomer runs it, twice."""

from __future__ import annotations

import subprocess
import sys
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path


def test_the_demo_ends_well_and_sends_nothing_twice(tmp_path: Path) -> None:
    first = demo(tmp_path)
    mails = captured(tmp_path)
    assert sorted(str(mail["To"]) for mail in mails) == [
        "omar@readers.example", "rim@readers.example", "salma@readers.example",
    ]
    assert "sent 3" in first
    for mail in mails:
        check(mail)
    assert len({str(mail["Message-ID"]) for mail in mails}) == 3
    second = demo(tmp_path)
    assert "no mail is sent twice" in second
    assert len(captured(tmp_path)) == 3


def check(mail: EmailMessage) -> None:
    """What every mail must be (RFC 2919, 8058; text before HTML; right to left throughout)."""
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert any("\u0600" <= letter <= "\u06ff" for letter in str(mail["Subject"]))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(mail["List-Unsubscribe"]).startswith("<http")
    assert mail["List-Id"]
    part = mail.get_body(preferencelist=("html",))
    assert part is not None
    html = str(part.get_content())
    assert '<html lang="ar" dir="rtl"' in html
    assert html.count("<table") == html.count('<table dir="rtl"') > 0
    assert "direction:ltr" not in html.replace(" ", "")
    assert "text-align:left" not in html.replace(" ", "")
    assert len(html.encode()) < 102 * 1024


def demo(folder: Path) -> str:
    command = [sys.executable, "-c", "from digest.cli import main; main()", "demo", "--dir",
               str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def captured(folder: Path) -> list[EmailMessage]:
    return [
        BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
        for path in sorted((folder / "mailbox" / "new").iterdir())
    ]

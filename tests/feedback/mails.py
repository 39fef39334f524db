"""Mails that come back, as servers and providers write them; none of them is anybody's."""

from __future__ import annotations

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"


def mail(body: str, *, to: str = "bounce@mina.example", sender: str = DAEMON,
         subject: str = "Undelivered Mail Returned to Sender", kind: str = "text/plain",
         **headers: str) -> bytes:
    """Return a mail; ``headers`` are written with _ for -."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return (
        f"From: {sender}\nTo: {to}\nSubject: {subject}\n{more}"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0300\nMessage-ID: <m1@mx.example.net>\n"
        f"MIME-Version: 1.0\nContent-Type: {kind}; charset=utf-8\n\n{body}"
    ).replace("\n", "\r\n").encode()


def report(*parts: tuple[str, str], kind: str = "delivery-status", to: str = "bounce@mina.example",
           **headers: str) -> bytes:
    """Return a multipart/report of parts: their types and their texts."""
    body = "".join(f"--b1\nContent-Type: {name}\n\n{text}\n" for name, text in parts)
    raw = mail(body + "--b1--\n", to=to, kind="multipart/report", **headers)
    boundary = f'multipart/report; report-type={kind}; boundary="b1"'
    return raw.replace(b"multipart/report; charset=utf-8", boundary.encode())


def dsn(*, to: str = "bounce@mina.example", reader: str = "rim@example.net", status: str = "5.1.1",
        action: str = "failed", words: str = "550 5.1.1 User unknown", original: str = "",
        returned: str = "Subject: x\n", **headers: str) -> bytes:
    """Return what a server of our days writes (RFC 3464)."""
    fields = f"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {reader}\n"
    if original:
        fields += f"Original-Recipient: rfc822;{original}\n"
    fields += f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n"
    return report(
        ("text/plain; charset=utf-8", "This is the mail system. I'm sorry.\n"),
        ("message/delivery-status", fields), ("text/rfc822-headers", returned),
        to=to, **headers,
    )


def complaint(*, to: str = "fbl@mina.example", kind: str = "abuse", returned: str = "Subject: x\n",
              **headers: str) -> bytes:
    """Return what a provider writes when a reader presses "spam" (RFC 5965)."""
    return report(
        ("text/plain", "This is an email abuse report.\n"),
        ("message/feedback-report", f"Feedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\n"),
        ("message/rfc822", returned), kind="feedback-report", to=to, **headers,
    )

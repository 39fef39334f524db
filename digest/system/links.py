"""The addresses that mails carry; the public routes answer at exactly these paths."""

from __future__ import annotations

from digest.system.tokens import (
    APPROVE,
    CONFIRM,
    INVITE,
    LEAVE,
    LINK,
    PREFERENCES,
    STOP,
    TRACK,
    Signer,
)

MARK = 12  # letters of a link's signature: 72 bits


def leave_url(base_url: str, signer: Signer, subscriber_id: int, newsletter_id: int,
              issue_id: int) -> str:
    """Return the address of leaving: a page by GET, one click by POST (RFC 8058). No expiry."""
    token = signer.sign(LEAVE, subscriber_id, newsletter_id, issue_id)
    return f"{base_url}/leave/{token}"


def preferences_url(base_url: str, signer: Signer, subscriber_id: int) -> str:
    """Return the address of a reader's preferences. No expiry."""
    return f"{base_url}/preferences/{signer.sign(PREFERENCES, subscriber_id)}"


def tracking_token(signer: Signer, subscriber_id: int, issue_id: int) -> str:
    """Return what names a reader in the counted links of an issue. No expiry."""
    return signer.sign(TRACK, issue_id, subscriber_id)


def click_url(base_url: str, token: str) -> str:
    """Return the front of a reader's counted links; ``click_mark`` ends them."""
    return f"{base_url}/c/{token}"


def click_mark(signer: Signer, issue_id: int, n: int) -> str:
    """Return the end of a counted link: its number in the issue, signed. The same for all readers."""
    return f"{n}-{signer.sign(LINK, issue_id, n).rpartition('.')[2][:MARK]}"


def open_url(base_url: str, token: str) -> str:
    """Return the address of the picture that tells of an open."""
    return f"{base_url}/o/{token}"


def confirm_url(base_url: str, signer: Signer, subscriber_id: int, list_id: int,
                newsletter_id: int) -> str:
    """Return the address that confirms a sign-up, good for ``tokens.CONFIRM_HOURS``."""
    token = signer.sign_timed(CONFIRM, subscriber_id, list_id, newsletter_id)
    return f"{base_url}/confirm/{token}"


def subscribe_url(base_url: str, public_key: str) -> str:
    """Return the address of a form's own page; the embedded form posts to it, too."""
    return f"{base_url}/subscribe/{public_key}"


def archive_url(base_url: str, slug: str, number: int | None = None) -> str:
    """Return the address of a newsletter's archive, or of one issue in it."""
    return f"{base_url}/archive/{slug}" + (f"/{number}" if number is not None else "")


def logo_url(base_url: str, token: str) -> str:
    """Return the address of a newsletter's logo."""
    return f"{base_url}/logo/{token}"


def issue_url(base_url: str, issue_id: int) -> str:
    """Return the address of an issue's page in the panel."""
    return f"{base_url}/admin/issues/{issue_id}"


def approve_url(base_url: str, signer: Signer, issue_id: int, version: int, user_id: int) -> str:
    """Return the address where a person approves a version, good for ``tokens.ANSWER_HOURS``."""
    return f"{base_url}/approve/{signer.sign_timed(APPROVE, issue_id, version, user_id)}"


def stop_url(base_url: str, signer: Signer, issue_id: int, version: int, user_id: int) -> str:
    """Return the address where a person stops an issue, good for ``tokens.ANSWER_HOURS``."""
    return f"{base_url}/stop/{signer.sign_timed(STOP, issue_id, version, user_id)}"


def invitation_url(base_url: str, signer: Signer, user_id: int, mark: int) -> str:
    """Return the address where an invited person sets a password; ``mark`` makes older ones void."""
    return f"{base_url}/admin/invitation/{signer.sign(INVITE, user_id, mark)}"

"""The mail that invites a colleague."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.delivery.compose import mailable, plain_mail
from digest.delivery.keys import signer_for
from digest.delivery.post import post
from digest.delivery.queries import load_sender
from digest.delivery.signing import signed
from digest.issues.render import render_plain_mail
from digest.newsletters.models import Newsletter
from digest.staff import invitations
from digest.staff.models import User
from digest.system.build import System
from digest.text.plural import count

ROLES = {
    "author": "كاتباً", "editor": "محرّراً", "publisher": "ناشراً", "audience": "مسؤولاً عن المشتركين",
    "admin": "مديراً",
}


def send_invitation(system: System, user_id: int) -> None:
    """Mail the link to whoever is still invited, in the name of the first newsletter.

    Before there is a newsletter nobody can be the sender: then the link is handed over by hand.
    Raises what ``post.post`` raises.
    """
    base_url = system.settings.base_url
    with system.db.read() as db:
        user, newsletter_id = db.get(User, user_id), sender_newsletter(db)
        if user is None or user.password or user.invited_at is None or newsletter_id is None:
            return
        newsletter = db.get_one(Newsletter, newsletter_id)
        sender = load_sender(db, newsletter_id, base_url=base_url)
        signer = signer_for(db, sender.domain, system.settings.secret_key)
        to, brand, digits = mailable(user.email), newsletter.brand, newsletter.digits
        url = invitations.link(user, system.signer, base_url)
        role = ROLES[user.roles[0].name]
    title = f"دعوة إلى غرفة أخبار {sender.name}"
    page, text = render_plain_mail(
        "invite", name=sender.name, title=title, brand=brand, url=url, role=role,
        valid=count("day", invitations.LIFE.days, lang="ar", numerals=digits),
    )
    post(system, signed(signer, plain_mail(
        sender, to, subject=title, page=page, text=text,
        message_id=f"u{user_id}.{secrets.token_hex(10)}", at=system.clock.now(),
    )))


def sender_newsletter(db: Session) -> int | None:
    """Return the newsletter that mails about accounts come from: the oldest."""
    return db.scalar(select(func.min(Newsletter.id)))

"""The test mail: the same bytes that readers get, to one address that an editor typed."""

from __future__ import annotations

import secrets

from digest.delivery.compose import compose, skeleton
from digest.delivery.keys import signer_for
from digest.delivery.post import post
from digest.delivery.queries import load_sender, reader
from digest.delivery.signing import signed
from digest.issues.document import Variant
from digest.issues.queries import load_document
from digest.issues.render import render_issue
from digest.system.build import System

NOBODY = 0  # the reader that the links of a test mail name: pressing them changes nothing


def send_test(system: System, issue_id: int, address: str) -> None:
    """Send an issue as it stands now to one address; errors in it do not stop a test.

    Raises what ``post.post`` raises.
    """
    now, base_url = system.clock.now(), system.settings.base_url
    with system.db.read() as db:
        doc = load_document(db, issue_id, base_url=base_url, now=now)
        sender = load_sender(db, doc.newsletter_id, base_url=base_url, hears=system.settings.hears)
        signer = signer_for(db, sender.domain, system.settings.secret_key)
    rendered = render_issue(doc, Variant(digits=doc.look.digits))
    frame = skeleton(issue_id, rendered.subject, rendered.html, rendered.text, sender)
    one = reader(
        system.signer, base_url, subscriber_id=NOBODY, token=secrets.token_hex(10),
        address=address, newsletter_id=doc.newsletter_id, issue_id=issue_id,
    )
    post(system, signed(signer, compose(frame, one, at=now, mark="t")))

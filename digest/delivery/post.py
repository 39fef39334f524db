"""Handing over one single mail, outside the ledger: confirmations, notices, test mails."""

from __future__ import annotations

from digest.delivery.compose import Mail
from digest.delivery.verdict import Outcome, judge
from digest.system import log
from digest.system.build import System
from digest.system.errors import Refused, Unavailable
from digest.system.reply import Reply, Stage


def post(system: System, mail: Mail) -> None:
    """Hand a mail over.

    A mail that may have been accepted is never sent again. Raises Refused("mail_refused") when
    the relay will never take it, Unavailable("relay_away") when a later try may succeed, each
    with the relay's ``reply``.
    """
    way = system.relay.chosen
    reply = _submit(system, mail)
    while reply.stage < Stage.MAIL and system.relay.fail_over(way):
        way = system.relay.chosen
        reply = _submit(system, mail)
    outcome = judge(reply).outcome
    if outcome is Outcome.UNCERTAIN:
        log.get("post").warning("uncertain", reply=reply.text)
    elif outcome is Outcome.FAILED:
        raise Refused("mail_refused", reply=f"{reply.code} {reply.text}")
    elif outcome is not Outcome.SENT:
        raise Unavailable("relay_away", reply=f"{reply.code} {reply.text}")


def _submit(system: System, mail: Mail) -> Reply:
    with system.relay.session() as session:
        opened = session.open()
        if not opened.ready:
            return opened
        if not mail.recipient.isascii() and not session.smtputf8:
            raise Refused("mail_refused", reply="SMTPUTF8")
        return session.submit(mail.envelope_from, mail.recipient, mail.message)

"""A sender in a process of its own, to be killed: ``python -m tests.faults.sender ISSUE``.

Reads DIGEST_* as ``digest serve`` does, recovers, and works with DIGEST_CONNECTIONS connections
until the issue is no longer on its way.
"""

from __future__ import annotations

import sys

from digest import jobs
from digest.delivery.recover import recover
from digest.issues import states
from digest.issues.models import IssueState
from digest.system import log
from digest.system.build import System, build_system
from digest.system.queue import worker_name
from digest.system.settings import from_env

UNDER_WAY = (IssueState.SCHEDULED, IssueState.FROZEN, IssueState.SENDING)


def main(issue_id: int) -> None:
    """Work until the issue is done."""
    log.configure()
    system = build_system(from_env())
    print("uncertain", recover(system), flush=True)
    work(system, issue_id)
    system.close()


def work(system: System, issue_id: int) -> None:
    """Do one job after another."""
    name = worker_name(0)
    while under_way(system, issue_id):
        job = jobs.take(system, name, jobs.SENDING)
        if job is None:
            system.clock.wait(system.stopping, 0.05)
        else:
            jobs.run_job(system, job)


def under_way(system: System, issue_id: int) -> bool:
    """Tell whether there is still something to send."""
    with system.db.read() as db:
        return states.get(db, issue_id).state in UNDER_WAY


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The sender of ``bench.deliver``, in a process of its own that imports nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import func, select

from digest import jobs
from digest.delivery.models import Delivery, DeliveryState
from digest.system.build import build_system
from digest.system.settings import from_env


def main() -> None:
    """Send what is due; print seconds, seconds of processor, MiB at its peak and mails sent."""
    system = build_system(from_env())
    clock, processor = perf_counter(), process_time()
    jobs.drain(system, {"send_chunk"})
    taken = perf_counter() - clock, process_time() - processor
    peak = _peak()
    sent = select(func.count()).where(Delivery.state == DeliveryState.SENT.value)
    with system.db.read() as db:
        print(json.dumps([*taken, peak, db.scalar(sent)]))
    system.close()


def _peak() -> float:
    """The largest memory of this process in MiB; getrusage tells that of its parent, if larger."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    if found is None:
        raise RuntimeError("no Linux")
    return int(found[1]) / 1024


if __name__ == "__main__":
    main()

"""How long the command takes to print its help, beside Python doing nothing and Flask's command.

Prints the median and the fastest of the rounds in milliseconds. Every command is started once
before, so that all find their bytecode; run it where nothing else is busy.

    python -m bench.start [--rounds 15]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "digest --help": [str(Path(sys.executable).with_name("digest")), "--help"],
    "digest --version": [str(Path(sys.executable).with_name("digest")), "--version"],
    "flask --help": [str(Path(sys.executable).with_name("flask")), "--help"],
}


def main() -> None:
    """Start each command in turn, round after round, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:  # `flask` would import an application from here
        for command in COMMANDS.values():
            started(command, folder)
        for _ in range(asked.rounds):  # one after the other, so that a busy moment hits them all
            for name, command in COMMANDS.items():
                taken[name].append(started(command, folder))
    print(f"start and end of a process, {asked.rounds} rounds")
    for name, times in taken.items():
        print(f"  {name:<18} median {median(times) * 1000:5.0f} ms, "
              f"fastest {min(times) * 1000:5.0f} ms")


def started(command: list[str], folder: str) -> float:
    """Return the seconds of one run."""
    begun = perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return perf_counter() - begun


if __name__ == "__main__":
    main()

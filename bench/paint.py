"""How soon the issue page answers a person: from an act to the next picture, and to what it made.

Both are measured inside Chromium by its own clock, over HTTP and a durable database. ``next`` is the
first frame after the act, ``done`` the first one that shows what the server made of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from playwright.sync_api import sync_playwright
from waitress.server import create_server

from tests.browser import CHROMIUM, FLAGS

# Press something, wait for the next frame, and for the frame in which ``until`` holds: "swap" that
# the page was drawn anew, "focus" that another card is in hand, else a selector that finds something.
PRESS = """([from, code, until]) => new Promise((resolve, reject) => {
  const frame = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(0);
  });
  const target = document.querySelector(from), page = document.querySelector(".page");
  target.scrollIntoView({ block: "center" });
  page.dataset.before = "";
  if (code) target.focus();
  const held = document.activeElement;
  const is = {
    swap: () => !document.querySelector(".page[data-before]"),
    focus: () => document.activeElement !== held,
  }[until] ?? (() => document.querySelector(until));
  frame(() => frame(() => {
    const begun = performance.now();
    let next = 0;
    if (code === "type") {
      document.execCommand("insertText", false, "ع");
    } else if (code) {
      const [key, alt] = [code.replace("Alt+", ""), code.startsWith("Alt+")];
      const one = { code: key, altKey: alt, bubbles: true, cancelable: true };
      target.dispatchEvent(new KeyboardEvent("keydown", one));
    } else target.click();
    frame(() => (next = performance.now() - begun));
    const look = () => performance.now() - begun > 20000 ? reject(new Error(`${from} ${code}`)) : (is() && next ? frame(() => resolve([next, performance.now() - begun])) : setTimeout(look));
    look();
  }));
})"""
CARD = ".board-issue [data-item]"
ACTS = (  # name, what is pressed, by which key (none: by mouse), what tells that it is done
    ("key J: next card", f"{CARD}:nth-of-type(1)", "KeyJ", "focus"),
    ("a letter in the subject", "#subject", "type", "#subject"),
    ("key E: open a form", f"{CARD}:nth-of-type(2)", "KeyE", f"{CARD}:nth-of-type(2) textarea"),
    ("move by Alt+ArrowDown", f"{CARD}:nth-of-type(1)", "Alt+ArrowDown", "swap"),
    ("undo by mouse", "form[data-step=undo] button", "", "swap"),
    ("add a story by Enter", ".story:not(.used)", "Enter", "swap"),
    ("undo again", "form[data-step=undo] button", "", "swap"),
    ("shorten by mouse", ".summary-tools [value=short]", "", "swap"),
    ("undo the shortening", "form[data-step=undo] button", "", "swap"),
    ("show the checks", "a[data-key=KeyC]", "", "swap"),
)


@dataclass(frozen=True, slots=True)
class Painted:
    """An act, and medians and worst of its times in ms."""

    name: str
    next: float
    next_worst: float
    done: float
    done_worst: float


def interactions(
    app: Flask, issue_id: int, *, email: str, password: str, rounds: int
) -> list[Painted]:
    """Do everything on the page of an issue ``rounds`` times, and once before to warm up."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in ACTS}
    with _served(app) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{url}/admin/issues/{issue_id}")
        page.locator("#email").fill(email)
        page.locator("#password").fill(password)
        page.locator("#password").press("Enter")
        page.locator("#board-issue").wait_for()
        for turn in range(rounds + 1):
            page.goto(f"{url}/admin/issues/{issue_id}")
            for name, *act in ACTS:
                _settle(page)
                times = page.evaluate(PRESS, act)
                if turn:
                    found[name].append((times[0], times[1]))
                _unsaved(page)
        browser.close()
    return [_painted(name, times) for name, times in found.items()]


def _settle(page: Any) -> None:
    """Wait for the preview beside the page, which is drawn anew after each act."""
    page.wait_for_load_state("networkidle")


def _unsaved(page: Any) -> None:
    """Let what was typed be saved, so that no save is in the way of the next act."""
    page.keyboard.press("Control+KeyS")


def _painted(name: str, times: list[tuple[float, float]]) -> Painted:
    first, last = (sorted(one[n] for one in times) for n in (0, 1))
    middle = len(times) // 2
    return Painted(name, first[middle], first[-1], last[middle], last[-1])


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)

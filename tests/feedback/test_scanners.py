"""Who asks: people, proxies that may act for them, programs that look through every mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.feedback.scanners import Verdict, bursts, by_headers, by_time

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.mark.parametrize("agent", [
    FIREFOX,
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.0 Mobile/15E148 Safari/604.1"),
    ("Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/130.0.0.0 Mobile Safari/537.36"),
    ("Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 Chrome/130.0 Mobile"
    " Safari/537.36 Telegram-Android/11.2 (Samsung SM-S921B; Android 15; SDK 35; HIGH)"),
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0; ms-office)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
])
def test_browsers_and_mail_programs_are_people(agent):
    assert by_headers("GET", {"User-Agent": agent}) is Verdict.HUMAN


@pytest.mark.parametrize("agent", [
    GMAIL,
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/5.0",
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"),
])
def test_machines_that_load_pictures_for_readers_are_proxies(agent):
    assert by_headers("GET", {"User-Agent": agent}) is Verdict.PROXY


@pytest.mark.parametrize("agent", [
    "", "curl/8.5.0", "python-requests/2.32", "Go-http-client/2.0", "WhatsApp/2.24 A",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/130.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Barracuda Sentinel)", "Mozilla/5.0 Proofpoint-URLDefense",
    "Microsoft Office Existence Discovery", "facebookexternalhit/1.1",
])
def test_programs_that_look_through_links_are_scanners(agent):
    assert by_headers("GET", {"User-Agent": agent}) is Verdict.SCANNER


def test_who_asks_for_no_content_or_ahead_of_need_is_a_scanner():
    assert by_headers("HEAD", {"User-Agent": FIREFOX}) is Verdict.SCANNER
    for name, value in [("Purpose", "prefetch"), ("Sec-Purpose", "prefetch;prerender"),
                        ("X-Moz", "prefetch"), ("X-Purpose", "preview")]:
        assert by_headers("GET", {"User-Agent": FIREFOX, name: value}) is Verdict.SCANNER


def test_nobody_reads_in_the_first_two_seconds():
    for seconds, verdict in [(-1, Verdict.SCANNER), (0, Verdict.SCANNER), (1.9, Verdict.SCANNER),
                             (2, Verdict.HUMAN), (900, Verdict.HUMAN), (-900, Verdict.HUMAN)]:
        assert by_time(Verdict.HUMAN, timedelta(seconds=seconds)) is verdict
    assert by_time(Verdict.PROXY, timedelta(0)) is Verdict.PROXY


def seconds(*places: float, first: int = 1) -> list[tuple[int, datetime]]:
    return [(first + n, AT + timedelta(seconds=place)) for n, place in enumerate(places)]


def test_three_links_in_one_go_are_a_program_and_so_is_the_picture_with_them():
    assert bursts(seconds(0, 0.1, 0.2)) == {1, 2, 3}
    assert bursts(seconds(0, 0.1, 0.2, 0.3, first=0)) == {0, 1, 2, 3}


def test_a_reader_who_opens_one_link_after_another_is_a_person():
    assert bursts(seconds(0, 3, 6, 9)) == set()
    assert bursts(seconds(0, 0.5)) == bursts(seconds(0, 0.1, 0.2, first=0)) == set()
    assert bursts([]) == set()


def test_a_link_opened_long_after_a_burst_is_not_part_of_it():
    assert bursts(seconds(0, 0.1, 0.2, 60)) == {1, 2, 3}

"""A real DNS server on loopback, by UDP, that answers what a test has put in it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from digest.system.dns import Dns


class Zone:
    """Records by name and kind; a name in ``broken`` is answered by SERVFAIL."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.port = 0

    def put(self, name: str, kind: str, *values: str) -> None:
        """Set the records of a name; TXT values are cut into strings as they must be."""
        if kind == "TXT":
            values = tuple(
                " ".join(f'"{one[at : at + 255]}"' for at in range(0, len(one), 255))
                for one in values
            )
        self.records[name.lower(), kind] = list(values)

    def resolver(self) -> Dns:
        """Return what asks this server and no other."""
        return Dns(["127.0.0.1"], port=self.port, seconds=2)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """Answer one question."""
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name in self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif values := self.records.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


@contextmanager
def running() -> Iterator[Zone]:
    """Run a server with an empty zone."""
    zone = Zone()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            sock.sendto(zone.answer(dns.message.from_wire(data)).to_wire(), self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        zone.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield zone
        finally:
            server.shutdown()
            thread.join()

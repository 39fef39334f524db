"""What every answer tells the browser not to do."""

from __future__ import annotations

from flask import Flask, Response, request

CSP = (
    "default-src 'self'; img-src 'self' http: https: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# A rendered mail inside our own page: its inline styles and images work, nothing else does. No
# script runs in it, so the page around it may look inside and scroll it.
MAIL_CSP = (
    "default-src 'none'; img-src 'self' http: https: data:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin "
    "allow-popups allow-popups-to-escape-sandbox"
)
ONE_YEAR = 31_536_000  # seconds; the names of built assets change with their content


def init_headers(app: Flask) -> None:
    """Put the security headers on every answer; a view may set its own before."""
    app.after_request(protect)


def protect(response: Response) -> Response:
    """Add the headers that the view did not set itself."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint == "static":
        headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    elif request.path.startswith("/admin"):
        headers.setdefault("X-Frame-Options", _frames(headers["Content-Security-Policy"]))
        headers["Cache-Control"] = "no-store"
    return response


def mail_frame(html: str) -> Response:
    """Answer a rendered mail for a sandboxed ``<iframe>`` of our own pages."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = MAIL_CSP
    return response


def _frames(policy: str) -> str:
    """Say the same as ``frame-ancestors`` to browsers that only know the old header."""
    return "SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY"

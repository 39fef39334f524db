"""A "no" becomes a page that says what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, abort, jsonify, make_response, render_template, request
from flask_babel import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from digest.system import log
from digest.system.errors import Conflict, NotFound, Refused, Unavailable
from digest.web.fields import LARGEST
from digest.web.guard import wants_json
from digest.web.sentences import GENERIC, HTTP, SENTENCES

# RFC 9110: 404 gone or hidden, 409 an older version, 503 later, 422 understood but not done.
STATUS = {NotFound: 404, Conflict: 409, Unavailable: 503, Refused: 422}
FIRST_STRONG, POP = "\u2068", "\u2069"  # isolate a fact, so its direction disturbs no sentence
HIDDEN_FIELDS = frozenset({"csrf_token", "password", "again", "current", "back", "state", "code"})


class _Facts(dict[str, str]):
    """Facts of a sentence; a missing one shows as a dash instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "—"


def init_errors(app: Flask) -> None:
    """Answer every error in the reader's language, as a page or as JSON."""
    app.register_error_handler(Refused, on_refused)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.before_request(refuse_impossible)
    # Flask's own report would print the address line of a request, which may hold a token.
    app.logger.disabled = True


def refuse_impossible() -> None:
    """Answer 404 to an address that names nothing: a NUL, which PostgreSQL takes in no text, or a
    number larger than any id, which SQLite takes in no column."""
    texts = [request.path, *(text for _name, text in request.args.items(multi=True))]
    numbers = [one for one in (request.view_args or {}).values() if isinstance(one, int)]
    if any("\0" in text for text in texts) or any(one > LARGEST for one in numbers):
        abort(404)


def sentence(error: Refused) -> str:
    """Return the sentence for a code in the reader's language; facts are isolated by direction."""
    template = SENTENCES.get(error.code)
    if template is None:
        return str(GENERIC) % _Facts(code=f"{FIRST_STRONG}{error.code}{POP}")
    return fill_sentence(template, error.facts)


def fill_sentence(template: LazyString, facts: Mapping[str, object]) -> str:
    """Put facts into a sentence, each isolated by direction."""
    isolated = {key: f"{FIRST_STRONG}{value}{POP}" for key, value in facts.items()}
    return str(template) % _Facts(isolated)


def status(error: Refused) -> int:
    """Return the HTTP status for a "no"."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def on_refused(error: Refused) -> Response:
    """Answer a "no" of the house."""
    return _answer(status(error), error.code, sentence(error))


def on_csrf(_error: CSRFError) -> Response:
    """Answer a form that did not come from our own page, or from one of an ended session."""
    return _answer(400, "bad_csrf", str(HTTP[400]))


def on_http(error: HTTPException) -> Response:
    """Answer what Flask itself refuses: no such page, too large, too often, or our own fault."""
    if error.response is not None:  # a redirect, or an answer that a view made itself
        return make_response(error.response)
    code = error.code or 500
    if isinstance(error, InternalServerError):
        log.get("web").error("unhandled", path=request.endpoint, exc_info=error.original_exception)
    answer = _answer(code, f"http_{code}", str(HTTP.get(code, HTTP[500])))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _answer(code: int, name: str, text: str) -> Response:
    if wants_json():
        return make_response(jsonify(error=name, message=text), code)
    page = render_template("errors/error.html", code=code, name=name, text=text, typed=_typed())
    return make_response(page, code)


def _typed() -> list[str]:
    """Return the longer texts of a refused form, so that nothing typed is lost."""
    if request.method != "POST" or not request.path.startswith("/admin"):
        return []
    if request.endpoint in {"security.login", "admin.set_up"}:
        return []
    try:
        fields = request.form.items(multi=True)
        return [text for name, text in fields if name not in HIDDEN_FIELDS and len(text) > 20]
    except HTTPException:  # the form itself was too large to read
        return []

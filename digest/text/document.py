"""A feed or page as bytes, decoded by what it says of itself and by what its bytes allow. Pure."""

from __future__ import annotations

import re
from email.message import Message

from digest.text import charset
from digest.text.charset import Decoded

HEAD = 2048  # bytes in which a document names its encoding

_XML_LABEL = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_META_LABEL = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.I)


def decode_document(content: bytes, content_type: str) -> Decoded:
    """Decode a feed or page by its mark, its HTTP label and its own label, each verified."""
    head = content[:HEAD]
    found = [_XML_LABEL.search(head), _META_LABEL.search(head)]
    labels = [http_charset(content_type), *(one[1].decode("ascii") for one in found if one)]
    return charset.decode(content, [label for label in labels if label])


def http_charset(content_type: str) -> str:
    """Return the charset parameter of a Content-Type header, or ""."""
    message = Message()
    message["Content-Type"] = re.sub(r"[\r\n]", " ", content_type)
    value = message.get_param("charset")
    return value if isinstance(value, str) else ""

"""Answers that a client may have already."""

from __future__ import annotations

import hashlib

from aiohttp import web


def unless_known(request: web.Request, body: bytes, kind: str = "application/json") -> web.Response:
    """Return a content, or only that the client has it already."""
    tag = hashlib.sha256(body).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if any(each.value in (tag, "*") for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=kind, headers=headers)

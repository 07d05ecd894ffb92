"""The bytes of an answer: inflated here, and counted twice (as sent, and as they become).

aiohttp could inflate too, but takes a gzip body that ends too early for a whole one.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import hdrs

MOST_MEMBERS = 16
"""How many gzip streams may follow each other in one body."""

_SLICE = 1 << 20


class TooLarge(Exception):
    """More bytes than are allowed, as sent or inflated."""


class Undecodable(Exception):
    """Compressed in a way that was not asked for, or not as it says."""


class CutShort(Exception):
    """A compressed body that ends too early."""


async def whole(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body, if it is at most `limit` bytes."""
    content = response.content
    if hdrs.CONTENT_ENCODING not in response.headers:
        first = await content.readany()
        if content.at_eof():  # most answers come in one piece
            if len(first) > limit:
                raise TooLarge
            return first
        pieces = [first]
    else:
        pieces = []
    sent_limit = limit + limit // 100 + 1000  # what can't be compressed grows a little
    size = sum(map(len, pieces))
    if size > limit or (response.content_length or 0) > sent_limit:
        raise TooLarge
    async for piece in _pieces(response, limit):
        pieces.append(piece)
        size += len(piece)
        if size > limit or content.total_bytes > sent_limit:
            raise TooLarge
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def beginning(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """At most the first `limit` bytes of a body that only explains an error."""
    gathered = b""
    try:
        async for piece in _pieces(response, limit):
            gathered += piece
            if len(gathered) >= limit or response.content.total_bytes >= limit:
                break
    except (aiohttp.ClientError, OSError, CutShort, Undecodable):
        pass  # the status has already said what matters
    return gathered[:limit]


def is_utf8(body: bytes) -> bool:
    """Whether the body is UTF-8, without a second copy of a large one."""
    if body.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), _SLICE):
            decoder.decode(body[start : start + _SLICE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


async def _pieces(response: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    """The body as it comes, inflated, and hardly more of it than `limit`."""
    encoding = response.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower()
    content = response.content
    if encoding in {"", "identity"}:
        while piece := await content.readany():
            yield piece
        return
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Undecodable(encoding)
    inflater = _Inflater(encoding)
    room = limit + 1
    while room > 0 and (piece := await content.readany()):
        inflated = inflater.feed(piece, room)
        room -= len(inflated)
        yield inflated  # empty ones too: what was sent for them is counted
    inflater.end()


class _Inflater:
    """gzip and deflate as servers send them: deflate with or without its zlib header."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._stream: zlib._Decompress | None = None
        self._members = 0

    def feed(self, data: bytes, most: int) -> bytes:
        """What `data` becomes, at most `most` bytes: the caller gives up when it is that much."""
        pieces = []
        try:
            while data and most > 0:
                if self._stream is None or self._stream.eof:
                    self._stream = self._next(data)
                piece = self._stream.decompress(data, most)
                pieces.append(piece)
                most -= len(piece)
                data = self._stream.unused_data
        except zlib.error as error:
            raise Undecodable(f"{self._encoding}: {error}") from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def end(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise CutShort

    def _next(self, data: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > (1 if self._encoding == "deflate" else MOST_MEMBERS):
            raise Undecodable(f"{self._encoding}: more follows its end")
        if self._encoding != "deflate":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0xF == 8 else -zlib.MAX_WBITS)

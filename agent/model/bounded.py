"""What an endpoint may send back: so many bytes and no more, unpacked ones counted, and from its own address only."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import httpx2

from reson.agent.model.conversation import FailureKind, NoAnswer

LARGEST_ANSWER = 32 * 2**20
"""Bytes of one answer: a stream of 100,000 tokens takes about 25 MB."""
LARGEST_ERROR = 2**20
"""Bytes of one that is an error: some words, or a page."""

_PACKED = ("gzip", "x-gzip", "deflate")
_AUTOMATIC = 32 + zlib.MAX_WBITS
"""zlib finds out by itself whether it is given gzip or zlib."""


class Bounded(httpx2.SyncByteStream):
    """A body, unpacked, that ends with ``NoAnswer`` where it grows too large."""

    def __init__(self, body: httpx2.SyncByteStream, packed: bool, largest: int) -> None:
        self._body = body
        self._packed = packed
        self._largest = largest

    def __iter__(self) -> Iterator[bytes]:
        unpack = zlib.decompressobj(_AUTOMATIC) if self._packed else None
        left = self._largest
        for raw in self._body:
            piece = unpack.decompress(raw, left + 1) if unpack else raw
            left -= len(piece)
            if left < 0:
                raise NoAnswer(FailureKind.MALFORMED, f"the answer is larger than {self._largest >> 20} MB")
            yield piece

    def close(self) -> None:
        self._body.close()


def guard(response: httpx2.Response) -> None:
    """A hook on every response, before its body is read. Raises ``NoAnswer``."""
    if response.has_redirect_location:
        here = response.request.url
        there = here.join(response.headers["location"])
        if not _same(here, there):
            raise NoAnswer(
                FailureKind.REFUSED,
                f"it sends the question on to {there.scheme}://{there.netloc.decode()}, which is not followed: "
                "where that is right, put it into base_url",
            )
    packing = response.headers.pop("content-encoding", "").strip().lower()
    if packing not in ("", "identity", *_PACKED):
        raise NoAnswer(FailureKind.MALFORMED, f"the answer is packed by {packing}, which nobody asked for")
    assert isinstance(response.stream, httpx2.SyncByteStream), "the client is a synchronous one"
    largest = LARGEST_ERROR if response.is_error else LARGEST_ANSWER
    response.stream = Bounded(response.stream, packing in _PACKED, largest)


def _same(here: httpx2.URL, there: httpx2.URL) -> bool:
    """The same host, and nothing less safe than before."""
    if here.host != there.host:
        return False
    return (here.scheme, here.port) == (there.scheme, there.port) or (here.scheme, there.scheme) == ("http", "https")

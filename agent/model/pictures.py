"""Pictures as they are sent, and what a request costs in tokens by the documented formulas."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

from reson.agent.model.conversation import Picture, Request

TILE, BASE_TOKENS, TILE_TOKENS = 512, 85, 170
LARGEST, SHORT_SIDE = 2048, 768

_PIECES = re.compile(r"[A-Za-z]+|[0-9]{1,3}|[^\sA-Za-z0-9]|\n+| {2,}")
_LETTERS_PER_TOKEN = 6


def picture_of(path: Path, width: int, detail: Literal["high", "low"] = "high") -> Picture:
    """A picture of the blob store or the gallery, whose file is named or known by its hash."""
    import hashlib

    return Picture(sha256=hashlib.sha256(path.read_bytes()).hexdigest(), path=str(path), width=width, detail=detail)


@lru_cache(maxsize=64)
def scaled_png(path: str, width: int) -> bytes:
    """The picture as PNG with its longest side at most ``width`` pixels; smaller ones are sent as they are."""
    from PIL import Image

    original = Path(path).read_bytes()
    with Image.open(io.BytesIO(original)) as image:
        if max(image.size) <= width:
            return original
        image = image.convert("RGB")
        image.thumbnail((width, width), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        image.save(stream, format="png", optimize=True)
        return stream.getvalue()


def number_png(number: int, width: int) -> bytes:
    """A square picture in which a number stands, large and black on white."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (width, width), "white")
    font = ImageFont.load_default(size=width / 2)
    ImageDraw.Draw(image).text((width / 2, width / 2), str(number), fill="black", font=font, anchor="mm")
    stream = io.BytesIO()
    image.save(stream, format="png")
    return stream.getvalue()


def data_url(picture: Picture) -> str:
    return "data:image/png;base64," + base64.b64encode(scaled_png(picture.path, picture.width)).decode()


def size_of(picture: Picture) -> tuple[int, int]:
    """Width and height in pixels as sent."""
    from PIL import Image

    with Image.open(io.BytesIO(scaled_png(picture.path, picture.width))) as image:
        return image.size


def tokens_of(picture: Picture) -> int:
    """By the same documented formula: with detail "low" a picture is shown within 512 x 512, for the base alone."""
    return BASE_TOKENS if picture.detail == "low" else picture_tokens(*size_of(picture))


def picture_tokens(width: int, height: int) -> int:
    """Tokens of one picture by OpenAI's documented formula for detail "high": fitted into 2048 x 2048, scaled so that
    the shortest side is 768, then 170 for each tile of 512 x 512 and 85 for the whole (platform.openai.com/docs/guides/
    images-vision, "Calculating costs"). Models that count patches of 32 x 32 take fewer: 300 for 640 x 480."""
    fit = min(1.0, LARGEST / max(width, height))
    scale = SHORT_SIDE / (min(width, height) * fit) * fit
    tiles = math.ceil(round(width * scale) / TILE) * math.ceil(round(height * scale) / TILE)
    return BASE_TOKENS + TILE_TOKENS * tiles


def text_tokens(text: str) -> int:
    """An estimate from above, with no vocabulary at hand: a token for each punctuation mark, three digits, and six
    letters of a word. Byte-pair vocabularies merge more than that."""
    return sum(
        math.ceil(len(piece) / _LETTERS_PER_TOKEN) if piece[0].isalpha() else 1 for piece in _PIECES.findall(text)
    )


def request_tokens(request: Request) -> tuple[int, int]:
    """(tokens of the text with tools and schemas, tokens of the pictures) of a request, estimated."""
    schemas = [tool.to_json() for tool in request.tools] + ([request.answer_schema] if request.answer_schema else [])
    written = [json.dumps(schema) for schema in schemas]
    written += [message.text for message in request.messages]
    written += [call.arguments for message in request.messages for call in message.tool_calls]
    pictures = [picture for message in request.messages for picture in message.pictures]
    return sum(map(text_tokens, written)), sum(map(tokens_of, pictures))

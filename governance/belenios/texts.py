"""The JSON texts of Belenios: read so that whatever they hold can be written again."""

import json
from typing import Any


def read_json(text: bytes) -> Any:
    r"""Return what a JSON text holds.

    Half a character, which JSON can name by `\ud800` and neither a page nor a digest can hold, is refused.

    Raises:
        ValueError, RecursionError: it is no such text.
    """
    value = json.loads(text)
    if b"\\ud" in text.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value

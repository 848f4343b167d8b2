"""What a policy says in words: the comment above it, for whoever does not read Cedar."""

from __future__ import annotations

import re
from typing import Final

_POLICY: Final = re.compile(r'((?:^//.*\n)+)@id\("([^"]+)"\)', re.MULTILINE)


def comments(texts: dict[str, str]) -> dict[str, str]:
    """Return the comment above each policy by its id, as one paragraph; a policy without one is not in it."""
    return {
        name: " ".join(line.removeprefix("//").strip() for line in above.splitlines())
        for text in texts.values()
        for above, name in _POLICY.findall(text)
    }

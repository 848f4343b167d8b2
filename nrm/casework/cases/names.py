"""The name that a file was given, made safe for every screen and disk."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from nrm.casework.attachment_errors import MediaRefusedError
from nrm.casework.cases.media import MEDIA

LONGEST_NAME: Final = 120
"""Characters of a name, with its ending."""

_ENDING = re.compile(r"\.([0-9A-Za-z]{1,5})$")
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean_name(given: str, media: str) -> str:
    r"""Return a name without folders, characters that steer a screen, or such that a disk refuses.

    It ends as names of its media type do; one without an ending gets ours.

    Raises:
        MediaRefusedError: it ends as names of another type do.

    >>> clean_name("C:\\Users\\ana\\scan\u202e.PDF", "application/pdf"), clean_name("..", "text/plain")
    ('scan.pdf', 'attachment.txt')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    kept = "".join(one for one in last if one == " " or unicodedata.category(one)[0] not in "CZ")
    kept = _FORBIDDEN.sub("_", " ".join(kept.split())).rstrip(". ")
    found = _ENDING.search(kept)
    if found is not None and found[1].lower() not in MEDIA[media]:
        todo = f"give it the ending `.{MEDIA[media][0]}` if that is what it is"
        raise MediaRefusedError("its name ends as that of another type than it is", todo)
    stem = (kept[: found.start()] if found is not None else kept).strip(". ") or "attachment"
    ending = found[1].lower() if found is not None else MEDIA[media][0]
    return f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip('. ')}.{ending}"

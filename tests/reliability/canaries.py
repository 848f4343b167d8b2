"""A case record full of words that occur nowhere else, and a search for them in files, in any usual encoding.

Each canary of a script has the same core, so that one search finds them all; the core is long enough that it is not met
by chance.
"""

from __future__ import annotations

import json
import quopri
import unicodedata
from base64 import b32encode, b64encode, urlsafe_b64encode
from itertools import cycle
from typing import get_args
from urllib.parse import quote

from nrm.case.fields import Line, Part, Story
from nrm.case.record import GROUPS, CaseRecord

CORES = {
    "latin": "Zqvexilthornby",
    "accents": "Ëžąqůñthørwïł",
    "cyrillic": "Жщъфэцхыйюгёч",
    "arabic": "ظغذثضقطشخصء",
    "chinese": "鸚鵡螺貓齉龘靐",
    "ethiopic": "ጵጿፀፏቿኟዟ",
}
BORN, PHONE, DOCUMENT, EMAIL = "1983-11-27", "+37369174623", "QX7391846ZK", "zqvexil.kjw@mail.example"
WORDS = (*CORES.values(), BORN, "27.11.1983", "27/11/1983", PHONE, PHONE[1:], DOCUMENT, EMAIL)


def record():
    """Return a case record in which every text of every part is a canary, in turn of every script."""
    scripts = cycle(CORES.values())
    groups = {name: CaseRecord.model_fields[name].annotation for name in GROUPS if name != "facts"}
    data = {name: _filled(part, scripts) for name, part in groups.items()}
    assert all(data.values()), "every group has a text"
    numbers = [{"kind": "passport", "number": DOCUMENT}]
    channels = [{"kind": "own_phone", "address": PHONE, "safe": "yes"}, {"kind": "email", "address": EMAIL}]
    data["identity"] |= {"birth_date": BORN, "identity_numbers": numbers}
    data["contact"] |= {"channels": channels, "languages": ["am"]}
    return data | {"facts": {"indicators": ["found_where_exploitation_occurs"]}}


def _filled(part, scripts):
    """Fill in each text, and what a part must have besides; of a list, one."""
    data = {}
    for name, field in part.model_fields.items():
        inner = get_args(field.annotation)
        if {Line, Story} & set(inner):
            data[name] = f"{next(scripts)} {name}"
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Part):
            data[name] = _filled(field.annotation, scripts)
        elif inner and isinstance(inner[0], type) and issubclass(inner[0], Part):
            filled = _filled(inner[0], scripts)
            data[name] = [filled] if len(inner) > 1 and inner[1] is Ellipsis else filled
        elif field.is_required():
            data[name] = inner[0] if inner else "2026-01-15"
    return {name: value for name, value in data.items() if value}


def encoded(word):
    """Return the ways in which a word may stand in a file, each with its name."""
    data = word.encode()
    ways = {
        "UTF-8": data,
        "small letters": word.lower().encode(),
        "capitals": word.upper().encode(),
        "decomposed": unicodedata.normalize("NFKD", word).encode(),
        "reversed": word[::-1].encode(),
        "UTF-16": word.encode("utf-16-le"),
        "UTF-16, big end first": word.encode("utf-16-be"),
        "UTF-32": word.encode("utf-32-le"),
        "hexadecimal": data.hex().encode(),
        "hexadecimal, capitals": data.hex().upper().encode(),
        "URL": quote(word).encode(),
        "JSON": json.dumps(word)[1:-1].encode(),
        "XML": word.encode("ascii", "xmlcharrefreplace"),
        "quoted-printable": quopri.encodestring(data),
        "base32": b32encode(data).rstrip(b"=")[:-1],
    }
    return ways | _base64(data)


def _base64(data):
    """Base64 of something that has the word in it: three ways, by where it begins."""
    ways = {}
    for before in range(3):
        start, end = -(-8 * before // 6), 8 * (before + len(data)) // 6
        ways[f"base64, {before}"] = b64encode(bytes(before) + data + b"\0\0\0")[start:end]
        ways[f"base64 for URLs, {before}"] = urlsafe_b64encode(bytes(before) + data + b"\0\0\0")[start:end]
    return ways


NEEDLES = {needle: f"{word} as {way}" for word in WORDS for way, needle in encoded(word).items()}


def found_in(content, needles=NEEDLES):
    """Return which canaries stand in these bytes, and how."""
    return [said for needle, said in needles.items() if needle in content]


def found_under(folders, needles=NEEDLES):
    """Return (file, which canary and how) for all files under these folders, and for their names."""
    found = []
    for folder in folders:
        for path in (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()):
            content = str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()
            found += [(str(path), said) for said in found_in(content, needles)]
    return found

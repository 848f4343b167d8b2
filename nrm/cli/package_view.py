"""An opened package as text for whoever opened it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nrm.cli.output import Printer
from nrm.referral.package import PLAN

if TYPE_CHECKING:
    from nrm.referral.package import Opened


def show_head(opened: Opened, out: Printer) -> None:
    """Print who sent it, what for, on which footing, and until when; nothing of the person."""
    head = opened.header
    revoked = head.kind == "revocation"
    basis = f"{head.basis} ({head.duty})" if head.duty else head.basis
    lines = {
        "from": head.sender,
        "for": head.offer or head.disclosure,
        "purpose": f"{head.purpose}, on the footing of {basis}",
        "groups": ", ".join(head.groups) or "none",
        "sent": f"{head.sent_at:%Y-%m-%d %H:%M %Z}",
        "until": f"{head.expires_at:%Y-%m-%d %H:%M %Z}",
        "files": ", ".join(sorted(opened.files)),
        "referral": str(head.referral),
    }
    if revoked:
        out.line("REVOKED: what you were sent under this referral may no longer be used. Delete it.", "bold")
    for name, text in lines.items():
        out.line(f"{name:10}{plain(text)}")
    out.line("signed by a key that you know, sealed for your key", "green")


def show_content(opened: Opened, out: Printer) -> None:
    """Print the record, and the plan in the language of the person."""
    record = json.dumps(dict(opened.record), ensure_ascii=False, indent=2)
    for line in record.splitlines():
        out.console.print(plain(line), soft_wrap=True)
    words = Printer(opened.header.language)
    for line in opened.files.get(PLAN, b"").decode("utf-8", "replace").splitlines():
        words.line(plain(line))


def plain(text: str) -> str:
    r"""Return `text` without characters that steer a terminal.

    >>> ascii(plain("a\x1b[2Jb"))
    "'a\\ufffd[2Jb'"
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)

"""What the description of the service says in sentences of its own."""

from __future__ import annotations

from typing import Final

ABOUT: Final = """\
Who may call an operation stands in its `x-nrm-action`, an action of the policies that `/v1/oversight/policies` shows.
Every answer that is no success is a problem (RFC 9457) in the language of `Accept-Language`: en, fr, es or ar."""

TAGS: Final = {
    "cases": "Cases, and the records in them: taken in, read group by group, changed, shredded.",
    "decisions": "What a person is owed by the rules: decided, explained, decided again, told in a letter.",
    "consent": "What the person says: consent, what help they want, what they think of it.",
    "referrals": "Which services fit, who is asked, what they may know, and what they answered.",
    "duties": "What is to be done, by whom, and until when.",
    "attachments": "Files of a case.",
    "emergencies": "Breaking the glass: a case of another organisation, at once, and never alone.",
    "notices": "What you yourself were told.",
    "interchange": "Records of other systems, in and out.",
    "the person": "The person in their own case, by a link and a PIN, without an account.",
    "service": "What a service does: its own referrals, its own entry.",
    "directory": "The directory of services.",
    "rulebooks": "Rulebooks: proposed, checked, approved by a second officer, in force on their day.",
    "oversight": "The log, its proofs, events, decisions to be made again, and how access was used.",
    "statistics": "Counts that anybody may see.",
    "sign-in": "How somebody or a program signs in, and their sessions.",
    "me": "Your own account.",
    "accounts": "Accounts of officials and programs.",
    "webhooks": "Other systems that are told that something happened.",
    "forms": "What a form for a case needs to know.",
    "running": "Whether the service lives.",
}
"""What each group of operations is about."""

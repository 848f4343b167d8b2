"""The closed lists of the audit log: what can be done to what, from where, how it ended, and why it did not.

An action is written `source:subject:verb`, as in `cli:case:open`. Nothing else can stand in the log, so that nobody can
say a person's name there, and an oversight body can count and compare without reading prose.
"""

from __future__ import annotations

SOURCES = ("cli", "api", "work", "system")
"""Where an action comes from: the command, the interface for programs, a worker, or the engine by itself."""

VERBS: dict[str, tuple[str, ...]] = {
    "alarm": ("raise", "settle"),
    "attachment": ("add", "read", "remove"),
    "case": ("open", "read", "change", "list", "search", "assign", "close", "reopen", "export", "shred"),
    "choice": ("read", "make"),
    "consent": ("read", "give", "refuse", "withdraw", "expire"),
    "credential": ("add", "change", "remove"),
    "database": ("create", "migrate", "check", "backup", "restore"),
    "decision": ("make", "read", "accept", "replay", "dispute", "export", "examine"),
    "directory": ("read", "import", "change"),
    "duty": ("set", "read", "done", "late", "escalate"),
    "event": ("search",),
    "feedback": ("give", "read"),
    "glass": ("break", "end", "review", "list"),
    "group": ("read", "change", "disclose"),
    "keys": ("create", "list", "unlock", "rotate", "rewrap", "destroy", "relock"),
    "link": ("make", "open", "end"),
    "log": ("create", "read", "publish", "cosign", "prove", "verify", "export"),
    "match": ("make", "read"),
    "notice": ("read",),
    "policy": ("read",),
    "record": ("import", "export"),
    "referral": (
        *("draft", "read", "seal", "send", "receive", "accept", "decline", "start", "complete"),
        *("revoke", "recall", "expire", "escalate"),
    ),
    "rulebook": ("read", "propose", "prove", "comment", "approve", "reject", "enforce", "withdraw", "restore", "name"),
    "session": ("ask", "begin", "use", "read", "end", "revoke"),
    "statistics": ("make", "read", "publish"),
    "user": ("create", "read", "change", "suspend", "restore", "recover", "reveal"),
    "webhook": ("create", "read", "change", "remove", "suspend"),
}
"""What an action can be done to, and what can be done to it."""

ACTIONS: tuple[str, ...] = tuple(
    f"{source}:{subject}:{verb}" for source in SOURCES for subject, verbs in VERBS.items() for verb in verbs
)
"""Every action there is."""

REASONS: dict[str, tuple[str, ...]] = {
    "done": (),
    "denied": (
        *("not_signed_in", "wrong_credentials", "session_over", "too_many_tries", "sign_in_again"),
        *("not_permitted", "policy_failed", "other_organisation", "not_assigned"),
        *("same_person", "too_new", "glass_over"),
        *("no_consent", "consent_over", "barred", "not_disclosable", "case_closed", "case_shredded"),
    ),
    "failed": (
        *("input_refused", "not_found", "conflict", "timed_out", "too_large"),
        *("storage_failed", "key_unavailable", "key_destroyed", "integrity_failed", "delivery_failed"),
        *("engine_failed", "not_proved", "no_match", "no_quorum", "program_failed"),
    ),
}
"""How an action can end, and the reasons that may stand beside that end."""

BASES = ("consent", "duty", "assignment", "own_case", "break_glass", "oversight")
"""On what footing somebody opened something."""

OVERSIGHT_REASONS = ("complaint", "court_order", "incident", "inspection", "spot_check")
"""Why an oversight body looks: stated before it looks, and the `purpose` of its entry."""

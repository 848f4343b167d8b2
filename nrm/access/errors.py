"""Errors of the policies themselves. That somebody may not do something is no error here: it is a `Verdict`."""

from __future__ import annotations

from nrm.errors import NrmError


class PolicyRefusedError(NrmError):
    """Policies, schema or examples do not fit together; nothing was loaded, and so nobody may do anything."""

"""Case records that come from other systems and go to them: HTCDS 2.0, and the payload of the United Kingdom's form.

Pure: bytes in, records or bytes out, and a list of everything that does not fit. What maps to what stands in crosswalks
(`*.yaml` here), which drive both directions and are shown in `docs/interchange.md`. Who may have a record is decided
before it comes here.
"""

from nrm.interchange.htcds import read_htcds, write_htcds
from nrm.interchange.outcome import Exported, Imported, Unmapped
from nrm.interchange.uk_form import read_uk_form

__all__ = ["Exported", "Imported", "Unmapped", "read_htcds", "read_uk_form", "write_htcds"]

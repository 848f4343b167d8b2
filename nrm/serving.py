"""The settings of the service, `[api]` in `home.toml`.

[api]
address = "127.0.0.1"
port = "8443"
certificate = "tls/chain.pem"
key = "tls/key.pem"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from nrm.models import Whole
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from pathlib import Path

MOST_PROCESSES: Final = 64


class ApiSettings(Model):
    """Where the service listens, for whom, and how much one asker may ask for.

    Without certificate it listens in the clear, which is for a proxy on the same machine that has one. `reads`,
    `writes` and `tries` are requests a minute: of one account, and to sign in from one address. `origins` are sites
    whose pages may call it (CORS), none by default. `traces` is where OpenTelemetry traces go (OTLP over HTTP).
    `worker` says whether the service runs the clocks and deliveries itself.
    """

    address: str = "127.0.0.1"
    port: Annotated[Whole, Field(le=65535)] = 8000
    certificate: str | None = None
    key: str | None = None
    processes: Annotated[Whole, Field(ge=1, le=MOST_PROCESSES)] = 1
    origins: tuple[str, ...] = ()
    reads: Whole = 1200
    writes: Whole = 300
    tries: Whole = 30
    traces: str | None = None
    metrics: Literal["local", "off"] = "local"
    worker: Literal["inside", "apart"] = "inside"

    def below(self, folder: Path) -> ApiSettings:
        """Return the same settings with paths taken from `folder`."""
        paths = {"certificate": self.certificate, "key": self.key}
        return self.model_copy(update={name: str(folder / path) for name, path in paths.items() if path})

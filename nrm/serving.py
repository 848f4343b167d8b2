"""The settings of the service, `[api]` in `home.toml`.

[api]
address = "127.0.0.1"
port = "8443"
certificate = "tls/chain.pem"
key = "tls/key.pem"
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field

from nrm.models import Whole
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from pathlib import Path

MOST_PROCESSES: Final = 64


def _address(text: str | None) -> str | None:
    if text is not None:
        ip_address(text)  # its ValueError is told as the fault of the field
    return text


class ApiSettings(Model):
    """Where the service listens, for whom, and how much one asker may ask for.

    Without certificate it listens in the clear, which is for a proxy on the same machine that has one. `reads`,
    `writes` and `tries` are requests a minute: of one account, and to sign in from one address. `origins` are sites
    whose pages may call it (CORS), none by default. `traces` is where OpenTelemetry traces go (OTLP over HTTP).
    `worker` says whether the service runs the clocks and deliveries itself. `witnesses` is the policy file (C2SP
    tlog-policy) that says which witnesses cosign the log, for overseers. `proxy` is the address of the proxy before the
    service: where a request comes from is then what this proxy adds to `X-Forwarded-For`.
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
    witnesses: str | None = None
    proxy: Annotated[str | None, AfterValidator(_address)] = None

    def below(self, folder: Path) -> ApiSettings:
        """Return the same settings with paths taken from `folder`."""
        paths = {"certificate": self.certificate, "key": self.key, "witnesses": self.witnesses}
        return self.model_copy(update={name: str(folder / path) for name, path in paths.items() if path})

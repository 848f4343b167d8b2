"""The log of the service: one line of JSON for each request, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog

LOGGER: Final = "nrm.api"


def set_up() -> None:
    """Write lines of JSON to standard error, and let no library write an address that was asked for."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    for name in ("uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).disabled = True

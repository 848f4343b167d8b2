"""As `api_driver`, with a leak planted into the service; the word of the command line says which one.

`answer`: a problem tells what was sent. `trace`: a span has the address that was asked for. `file`: an attachment goes
through a temporary file. `log`: a line has the address that was asked for.
"""

from __future__ import annotations

import sys
import tempfile

import api_driver
import structlog
from opentelemetry import trace

from api.problems import handlers
from api.problems.fault import Fault
from api.watching import watch
from nrm.casework.cases import attachments


def answer():
    def telling(found):
        return Fault(at="body", what=str(found["input"]))

    handlers.fault_of = telling


def traced():
    template = watch._template  # noqa: SLF001

    def told(scope):
        trace.get_current_span().set_attribute("url.path", scope["path"])
        return template(scope)

    watch._template = told  # noqa: SLF001


def file():
    clean = attachments.clean_name

    def written(name, media):
        with tempfile.NamedTemporaryFile("w", delete=False) as kept:
            kept.write(name)
        return clean(name, media)

    attachments.clean_name = written


def log():
    template = watch._template  # noqa: SLF001

    def told(scope):
        structlog.get_logger("nrm.api").info("asked", path=scope["path"])
        return template(scope)

    watch._template = told  # noqa: SLF001


PLANTED = {"answer": answer, "trace": traced, "file": file, "log": log}

if __name__ == "__main__":
    PLANTED[sys.argv[1]]()
    api_driver.main()

"""The whole way of a referral by commands, in an installation with a record of canaries (`canary_services`)."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

from canary_services import ADDRESS, EXPLOITERS, SERVICES, SOURCE, VALLEY, opened_by, write_directory, write_sidecars
from offices import real_app, real_books

from nrm import bootstrap_store
from nrm.cli import asking
from nrm.referral.package import read_package
from nrm.referral.reply import Reply, sign_reply
from nrm.referral.ssh_keys import allowed_signers
from nrm.referral.sshsig import SshSigner

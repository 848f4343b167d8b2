"""A hardware token in software, for tests: SoftHSM (Debian `softhsm2`)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nrm.vault.token import Token

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "canary-pin-4711"


def made_token(folder):
    """A token of SoftHSM, made before its module is loaded, because it looks for tokens only then."""
    if not MODULE.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("THE HARDWARE TOKEN WAS NOT TESTED: SoftHSM (Debian softhsm2) is not installed")
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    made = ["softhsm2-util", "--init-token", "--free", "--label", "nrm", "--so-pin", "so-pin-4711", "--pin", PIN]
    subprocess.run(made, check=True, capture_output=True)
    return Token(str(MODULE), "nrm", PIN)

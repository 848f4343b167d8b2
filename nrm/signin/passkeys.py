"""Passkeys (Web Authentication Level 3, https://www.w3.org/TR/webauthn-3/): keys that never leave somebody's device.

INVARIANT (the person is there): user verification is required, so a device that lies about does not sign in by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from pydantic import Field
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from nrm.rulebook.wording import Model
from nrm.signin.errors import not_proved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.signin.account import Account
    from nrm.signin.party import RelyingParty

LARGEST: Final = 65_536
"""Characters of a browser's answer at most."""

_ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


class Passkey(Model):
    """What is kept of a passkey: its identifier and public key (base64url), its count, and what its owner calls it."""

    id: UUID
    account: UUID
    credential: str
    public_key: str
    count: int
    label: str = Field(default="", max_length=80)


@dataclass(frozen=True)
class Asking:
    """What a browser is asked: the options for it (JSON), and the challenge that must come back (base64url)."""

    options: str
    challenge: str


def ask_for_new(party: RelyingParty, account: Account, there: Iterable[Passkey]) -> Asking:
    """Return the options for `navigator.credentials.create()`; who has a passkey of `there` is not given another."""
    options = generate_registration_options(
        rp_id=party.domain,
        rp_name=party.name,
        user_id=account.id.bytes,
        user_name=account.name,
        user_display_name=account.display_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_named(there),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return Asking(options_to_json(options), bytes_to_base64url(options.challenge))


def new_passkey(party: RelyingParty, challenge: str, answer: str, record: UUID, account: UUID, label: str) -> Passkey:
    """Return the passkey that a browser made in answer to `challenge`.

    Raises:
        NotProvedError: the answer is broken, for another site or challenge, or nobody was verified.
    """
    _check_size(answer)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.domain,
            expected_origin=list(party.origins),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except Exception:  # noqa: BLE001 - its parsers raise what they will on foreign bytes
        raise not_proved("the passkey was not made for this site and this moment") from None
    credential, key = bytes_to_base64url(made.credential_id), bytes_to_base64url(made.credential_public_key)
    return Passkey(
        id=record, account=account, credential=credential, public_key=key, count=made.sign_count, label=label
    )


def ask_for_one(party: RelyingParty, of: Iterable[Passkey] = ()) -> Asking:
    """Return the options for `navigator.credentials.get()`: for one of these passkeys, or any that the device has."""
    options = generate_authentication_options(
        rp_id=party.domain, allow_credentials=_named(of), user_verification=UserVerificationRequirement.REQUIRED
    )
    return Asking(options_to_json(options), bytes_to_base64url(options.challenge))


def credential_of(answer: str) -> str:
    """Return which passkey an answer says that it comes from; nothing of it is checked yet.

    Raises:
        NotProvedError: it does not say.
    """
    _check_size(answer)
    try:
        return bytes_to_base64url(base64url_to_bytes(json.loads(answer)["id"]))
    except Exception:  # noqa: BLE001 - foreign bytes
        raise not_proved("the answer of the passkey cannot be read") from None


def check_passkey(party: RelyingParty, challenge: str, answer: str, passkey: Passkey) -> Passkey:
    """Return what is kept of the passkey after it signed `challenge`.

    INVARIANT (no copy signs in): a device that counts must have counted on; a count that stands still or goes back is
    that of a copy (section 6.1.1). Devices that do not count always say 0.

    Raises:
        NotProvedError: the answer is broken, for another site or challenge, signed by another key, or its count is old.
    """
    _check_size(answer)
    try:
        if json.loads(answer)["id"] != passkey.credential:
            raise ValueError  # noqa: TRY301 - as whatever else is wrong with it
        used = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.domain,
            expected_origin=list(party.origins),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.count,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - its parsers raise what they will on foreign bytes
        raise not_proved("the passkey did not prove who is there") from None
    return passkey.model_copy(update={"count": used.new_sign_count})


def _named(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in passkeys]


def _check_size(answer: str) -> None:
    if len(answer) > LARGEST:
        raise not_proved("the answer of the passkey is too large")

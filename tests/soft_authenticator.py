"""A passkey device in software (ES256), for tests: answers to a browser's questions as a device would, or wrongly.

device = SoftAuthenticator()
answer = device.create(options, origin)       # both JSON
answer = device.get(options, origin)
"""

from __future__ import annotations

import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftAuthenticator:
    """One device with one passkey; `counts` says whether it counts its uses."""

    def __init__(self, *, counts=True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0
        self.counts = counts
        self.user = b""

    def create(self, options, origin, *, flags=PRESENT | VERIFIED):
        asked = json.loads(options)
        self.user = base64url_to_bytes(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose)
        data = self._data(asked["rp"]["id"], flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], origin)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, options, origin, *, flags=PRESENT | VERIFIED, domain=None):
        asked = json.loads(options)
        self.count += self.counts
        data = self._data(domain or asked["rpId"], flags)
        client = self._client("webauthn.get", asked["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.user)

    def _data(self, domain, flags):
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    @staticmethod
    def _client(kind, challenge, origin):
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, **response):
        own = bytes_to_base64url(self.id)
        said = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": said})

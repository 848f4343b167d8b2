"""A certificate authority of one test, and a server's certificate from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = ("localhost", "receiver.test", "127.0.0.1")


def make(folder, names=NAMES, days=30):
    """Write `ca.pem` (certificate) and `server.pem` (key and certificate for `names`), unless they are there."""
    if (folder / "server.pem").exists():
        return
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("authority of a test")
    of_authority = _begun(issuer, issuer, authority, authority, days)
    of_authority = of_authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    of_authority = of_authority.add_extension(_usage(signs_certificates=True), critical=True)
    of_server = _begun(_name("receiver of a test"), issuer, server, authority, days)
    of_server = of_server.add_extension(x509.SubjectAlternativeName([_alternative(n) for n in names]), critical=False)
    of_server = of_server.add_extension(_usage(signs_certificates=False), critical=True)
    (folder / "ca.pem").write_bytes(_pem(of_authority, authority))
    (folder / "server.pem").write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + _pem(of_server, authority)
    )


def _begun(subject, issuer, key, signer, days):
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _usage(*, signs_certificates):
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name):
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(builder, signer):
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

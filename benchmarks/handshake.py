"""What a fresh TLS connection costs the one who opens it: TLS 1.3, its certificate checked."""

from __future__ import annotations

import ssl
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

__all__ = ["handshake"]

_HOST = "peer.example"
_ROUNDS = 200


def handshake() -> float:
    """Microseconds of the client's CPU for one handshake without I/O: the median."""
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        certificate = _write_certificate(chain)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(chain)
        client = ssl.create_default_context(cadata=certificate)
    return statistics.median(_once(client, server) for _ in range(_ROUNDS))


def _once(client: ssl.SSLContext, server: ssl.SSLContext) -> float:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=_HOST)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    spent, open_ends = 0.0, {ours, theirs}
    while open_ends:
        for end in (ours, theirs):
            start = time.process_time()
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
            else:
                open_ends.discard(end)
            spent += (time.process_time() - start) if end is ours else 0
    return spent * 1e6


def _write_certificate(path: Path) -> str:
    """A certificate of our own with its key into a file; gives the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _HOST)])
    start = datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251 - OpenSSL reads the clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = certificate.public_bytes(Encoding.PEM)
    path.write_bytes(text + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return text.decode()

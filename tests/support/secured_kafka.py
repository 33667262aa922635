"""A broker on loopback that asks who is there: TLS with certificates on both sides, and SCRAM."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from groundswell.stack import kafka, ports
from groundswell.stack.endpoints import Stack
from groundswell.stack.layout import Layout
from tests.support.plain_kafka import started

USER, PASSWORD = "job", "correct horse=battery"
_LISTENERS = ("kafka", "kafka_controller", "inside")


@dataclass(frozen=True)
class SecuredKafka:
    """A running broker.

    Attributes:
        bootstrap: Its address.
        properties: File with what clients need.
        wrong: The same with another password.
    """

    bootstrap: str
    properties: Path
    wrong: Path


@contextmanager
def secured_kafka(stack: Stack, folder: Path) -> Iterator[SecuredKafka]:
    """Run a broker from the jars of a stack, beside it."""
    folder.mkdir()
    plan = msgspec.structs.replace(
        stack.plan, root=str(folder / "broker"), ports=ports.choose(_LISTENERS), kafka_agent=""
    )
    Layout.at(folder / "broker").create()
    service = kafka.service(plan)
    config = Path(service.argv[-1])
    _certificates(folder)
    with config.open("a", encoding="utf-8") as out:
        out.writelines(f"{key}={value}\n" for key, value in _settings(plan.ports, folder).items())
    scram = ("--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")
    with started(service, stack.plan.stack_id, lambda: ports.is_open(plan.ports["kafka"]), *scram):
        yield SecuredKafka(
            kafka.bootstrap(plan),
            _client(folder, "client.properties", PASSWORD),
            _client(folder, "wrong.properties", "wrong"),
        )


def _settings(port: dict[str, int], folder: Path) -> dict[str, str]:
    inside, outside = (f"://127.0.0.1:{port[name]}" for name in ("inside", "kafka"))
    mine = "listener.name.outside"
    return {
        "listeners": f"INSIDE{inside},OUTSIDE{outside},CONTROLLER://127.0.0.1:{port['kafka_controller']}",
        "advertised.listeners": f"INSIDE{inside},OUTSIDE{outside}",
        "inter.broker.listener.name": "INSIDE",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:SASL_SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        f"{mine}.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        f"{mine}.ssl.client.auth": "required",
        f"{mine}.ssl.keystore.type": "PEM",
        f"{mine}.ssl.keystore.location": str(folder / "server.pem"),
        f"{mine}.ssl.truststore.type": "PEM",
        f"{mine}.ssl.truststore.location": str(folder / "ca.pem"),
    }


def _certificates(folder: Path) -> None:
    """Write ca.pem, server.pem (key and chain), client.crt and client.key."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("job")
    chain = b"".join(each.bytes() for each in server.cert_chain_pems)
    (folder / "server.pem").write_bytes(_key(server) + chain)
    (folder / "client.crt").write_bytes(b"".join(each.bytes() for each in client.cert_chain_pems))
    (folder / "client.key").write_bytes(_key(client))


def _key(cert: trustme.LeafCert) -> bytes:
    """Return the private key as Java wants it."""
    key = load_pem_private_key(cert.private_key_pem.bytes(), None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _client(folder: Path, name: str, password: str) -> Path:
    file = folder / name
    file.write_text(
        f"""# of the test's own broker
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.username={USER}
sasl.password={password}
ssl.ca.location={folder / "ca.pem"}
ssl.certificate.location={folder / "client.crt"}
ssl.key.location={folder / "client.key"}
""",
        encoding="utf-8",
    )
    return file

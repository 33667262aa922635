"""The file that says how to reach a broker: read whole or refused whole, and never repeated."""

from pathlib import Path

import pytest

from schemas import kafka_access
from schemas.errors import ContractError

FULL = """
# a comment
security.protocol=SASL_SSL
sasl.mechanism = SCRAM-SHA-512
sasl.username=job
sasl.password=a b=c#d
ssl.ca.location=/etc/kafka/ca.pem
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "kafka.properties"
    file.write_text(text, encoding="utf-8")
    return file


def test_lines_are_settings_and_values_may_hold_equals_signs(tmp_path: Path) -> None:
    """Spaces around the sign do not count, those inside do."""
    found = kafka_access.read(_file(tmp_path, FULL))
    assert found["sasl.mechanism"] == "SCRAM-SHA-512"
    assert found["sasl.password"] == "a b=c#d"
    assert set(found) <= set(kafka_access.KEYS)


def test_the_environment_names_the_file_and_the_caller_the_broker(tmp_path: Path) -> None:
    """Without the variable a broker is reached in plain text, as on a local stack."""
    environ = {kafka_access.ENV: str(_file(tmp_path, FULL))}
    told = kafka_access.client_settings("broker:9092", environ)
    assert told["bootstrap.servers"] == "broker:9092"
    assert told["sasl.username"] == "job"
    assert kafka_access.client_settings("b:1", {}) == {"bootstrap.servers": "b:1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("security.protocol", ":1: 'security.protocol': expected key=value"),
        ("linger.ms=5", "'linger.ms': expected key=value with one of security.protocol"),
        ("security.protocol=TLS", "security.protocol = TLS: expected one of"),
        (
            "security.protocol=SASL_SSL\nsasl.username=a",
            "sasl.mechanism, sasl.password is missing",
        ),
        (FULL.replace("SCRAM-SHA-512", "GSSAPI"), "sasl.mechanism = GSSAPI: expected one of PLAIN"),
        (FULL.replace("SASL_SSL", "SSL"), "SASL and a user go together"),
        (FULL.replace("SASL_SSL", "SASL_PLAINTEXT"), "ssl.* has no effect without SSL"),
        ("security.protocol=SASL_SSL", "SASL and a user go together"),
        ("security.protocol=SSL\nssl.key.location=/k", "ssl.certificate.location is missing"),
        (FULL.replace("a b=c", 'hunter"2'), "sasl.password: expected a printable value"),
        (FULL.replace("a b=c", "hunter\\2"), "sasl.password: expected a printable value"),
        (FULL.replace("a b=c#d", ""), "sasl.password: expected a printable value"),
    ],
)
def test_what_nobody_would_understand_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """With the place and what is expected; what a secret holds is not in the message."""
    with pytest.raises(ContractError) as caught:
        kafka_access.read(_file(tmp_path, text))
    assert said in str(caught.value)
    assert "hunter" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path, and why."""
    with pytest.raises(ContractError, match=r"absent: .*No such file"):
        kafka_access.read(tmp_path / "absent")

"""What a table is told about a broker that asks who is there: where secrets lie, not what they are."""

from pathlib import Path

import pytest

from flink_jobs._shell.kafka_security import java_properties
from flink_jobs._shell.options import OptionsError

_KAFKA = "org.apache.flink.kafka.shaded.org.apache.kafka.common"


def _file(folder: Path, *lines: str) -> str:
    file = folder / "kafka.properties"
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def test_user_and_password_are_looked_up_by_the_client(tmp_path: Path) -> None:
    """The login is named as the connector's jar has it."""
    path = _file(
        tmp_path,
        *("security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN"),
        *("sasl.username=me", "sasl.password=hunter2"),
    )
    told = java_properties(path)
    assert told["sasl.jaas.config"] == (
        f"{_KAFKA}.security.plain.PlainLoginModule required "
        f'username="${{file:{path}:sasl.username}}" password="${{file:{path}:sasl.password}}";'
    )
    assert told["config.providers.file.class"] == f"{_KAFKA}.config.provider.FileConfigProvider"
    assert told["config.providers.file.param.allowed.paths"] == str(tmp_path)
    assert "hunter2" not in str(told)


def test_certificates_are_named_and_a_key_is_looked_up(tmp_path: Path) -> None:
    """Java takes PEM as we do; only the folders of the files may be read."""
    told = java_properties(
        _file(
            tmp_path,
            *("security.protocol=SSL", "ssl.ca.location=/etc/ca/ca.pem"),
            *("ssl.certificate.location=/etc/own/tls.crt", "ssl.key.location=/etc/own/tls.key"),
        )
    )
    assert (told["ssl.truststore.type"], told["ssl.truststore.location"]) == ("PEM", "/etc/ca/ca.pem")
    assert told["ssl.keystore.key"] == "${directory:/etc/own:tls.key}"
    assert told["ssl.keystore.certificate.chain"] == "${directory:/etc/own:tls.crt}"
    assert told["config.providers.directory.param.allowed.paths"] == f"/etc/ca,/etc/own,{tmp_path}"
    assert "sasl.jaas.config" not in told


def test_without_a_file_nothing_is_said() -> None:
    """A broker in plain text, as on a local stack."""
    assert java_properties("") == {}


@pytest.mark.parametrize("path", ["kafka.properties", "/a:b", "/a,b", "/a}b"])
def test_a_path_that_a_provider_would_misread_is_refused(path: str) -> None:
    """Also relative ones: every machine has another working folder."""
    with pytest.raises(OptionsError, match="expected an absolute path"):
        java_properties(path)


def test_a_file_that_cannot_be_used_is_a_wrong_setting(tmp_path: Path) -> None:
    """So it is told like all the others, before anything is submitted."""
    with pytest.raises(OptionsError, match=r"kafka_properties_file: .*expected key=value"):
        java_properties(_file(tmp_path, "acks=0"))

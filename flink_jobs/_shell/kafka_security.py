"""The Java client's words for a file of Kafka properties, with no secret in them.

Whatever a table is told shows up in job graphs and savepoints. So it is told where to look, and Kafka's own
providers look there when a client starts: on the JobManager and on every TaskManager.
"""

from pathlib import Path
from typing import Final

from flink_jobs._shell.options import OptionsError
from schemas import kafka_access
from schemas.errors import ContractError

# The connector's jar carries Kafka's classes under names of its own.
_KAFKA: Final = "org.apache.flink.kafka.shaded.org.apache.kafka.common"


def java_properties(path: str) -> dict[str, str]:
    """Return Kafka properties for the Java client; nothing when no file is named.

    Args:
        path: Absolute, of a file that this machine and every machine of the cluster have.

    Raises:
        OptionsError: See `schemas.kafka_access.read`; or the path is none that a provider can be given.
    """
    if not path:
        return {}
    if not path.startswith("/") or set(path) & set(":,}"):
        raise OptionsError(
            f"kafka_properties_file {path!r}: expected an absolute path without colon, comma and }}"
        )
    try:
        found = kafka_access.read(Path(path))
    except ContractError as error:
        raise OptionsError(f"kafka_properties_file: {error}") from error
    files = [Path(path), *(Path(value) for key, value in found.items() if key.endswith(".location"))]
    out = {
        "config.providers": "file,directory",
        "config.providers.file.class": f"{_KAFKA}.config.provider.FileConfigProvider",
        "config.providers.directory.class": f"{_KAFKA}.config.provider.DirectoryConfigProvider",
        **{
            f"config.providers.{name}.param.allowed.paths": ",".join(sorted({str(f.parent) for f in files}))
            for name in ("file", "directory")
        },
        "security.protocol": found.get("security.protocol", "PLAINTEXT"),
    }
    if "sasl.mechanism" in found:
        mechanism = found["sasl.mechanism"]
        user, password = (f'"${{file:{path}:sasl.{word}}}"' for word in ("username", "password"))
        module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
        out["sasl.mechanism"] = mechanism
        out["sasl.jaas.config"] = f"{_KAFKA}.security.{module} required username={user} password={password};"
    if "ssl.ca.location" in found:
        out |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": found["ssl.ca.location"]}
    if "ssl.key.location" in found:
        out |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": _content(found["ssl.certificate.location"]),
            "ssl.keystore.key": _content(found["ssl.key.location"]),
        }
    return out


def _content(path: str) -> str:
    """Return the words by which a provider puts a whole file in their place."""
    where = Path(path)
    return f"${{directory:{where.parent}:{where.name}}}"

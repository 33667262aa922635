"""Write `jars.lock.toml`: resolve the few roots once, record every artifact with its hash.

Run `python -m groundswell.stack.jars_lock` after changing ROOTS, and read the difference before
committing it. This is the only place where Maven dependencies are resolved.
"""

import sys
import tempfile
from pathlib import Path

from groundswell.stack.jars import LOCK_NAME, Jar, sha256_of

# Each root is resolved alone: together, the logging binding's bill of materials would win over the
# broker's own versions (jgo 3.2 then picks kafka-clients 3.9 for a 4.2 broker).
# `whole` says whether the dependencies come along; the SQL connector is a shaded jar.
ROOTS = (
    ("kafka", "org.apache.kafka:kafka_2.13:4.2.1", True),
    ("kafka", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4", True),
    ("flink", "org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2", False),
    ("metrics", "io.prometheus.jmx:jmx_prometheus_javaagent:1.0.1", False),
)

_HEAD = """\
# The jars of the local stack, exactly. Written by `python -m groundswell.stack.jars_lock`.
# kafka: what kafka.Kafka and kafka.tools.StorageTool need. flink: what the pip package lacks.
# metrics: shows the broker's metrics to Prometheus, fetched where somebody asks for them.
"""


def resolve(scratch: Path) -> list[Jar]:
    """Resolve the roots and fetch every artifact into a scratch repository."""
    from jgo.maven import MavenContext  # noqa: PLC0415 - only this command needs the resolver

    context = MavenContext(repo_cache=scratch)
    found: dict[tuple[str, str], Jar] = {}
    for use, root, whole in ROOTS:
        direct, more = context.resolver.resolve([context.create_dependency(root)], transitive=whole)
        for dependency in [*direct, *more]:
            if dependency.scope not in (None, "compile", "runtime"):
                continue
            path = dependency.artifact.resolve()
            coordinate = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
            jar = Jar(use, coordinate, sha256_of(path), path.stat().st_size)
            # The first root that names an artifact decides its version.
            found.setdefault((use, coordinate.rsplit(":", 1)[0]), jar)
    return sorted(found.values(), key=lambda jar: (jar.use, jar.coordinate))


def render(jars: list[Jar]) -> str:
    """Return the lock file's text."""
    blocks = [
        f'[[jar]]\nuse = "{jar.use}"\ncoordinate = "{jar.coordinate}"\n'
        f'sha256 = "{jar.sha256}"\nsize_bytes = {jar.size_bytes}\n'
        for jar in jars
    ]
    return "\n".join([_HEAD, *blocks])


def main() -> int:
    """Write the lock beside this module."""
    with tempfile.TemporaryDirectory() as scratch:
        jars = resolve(Path(scratch))
    (Path(__file__).parent / LOCK_NAME).write_text(render(jars), encoding="utf-8")
    sys.stderr.write(f"{LOCK_NAME}: {len(jars)} jars, {sum(j.size_bytes for j in jars) / 1e6:.0f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

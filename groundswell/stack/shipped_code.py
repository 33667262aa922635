"""Our code as one file that a Flink cluster can be handed: the packages that a job imports."""

import hashlib
import zipfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from schemas.package_files import files_below

# What `flink_jobs` may import, see the layers in pyproject.toml. The cluster brings what is not ours.
PACKAGES = ("schemas", "state", "flink_jobs")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time that a zip file can hold


def pack(folder: Path, packages: tuple[str, ...] = PACKAGES) -> Path:
    """Write the packages, as they are installed here, into a zip file and return its path.

    The same code gives the same bytes and the same name. Works from a checkout and from a wheel; no build
    tool is needed. Costs some 20 ms.

    Args:
        folder: Where to write; must exist.
        packages: Names of installed packages of ours.
    """
    scratch = folder / "groundswell-code.new"
    with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files(packages)):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    digest = hashlib.sha256(scratch.read_bytes()).hexdigest()[:12]
    return scratch.replace(folder / f"groundswell-code-{digest}.zip")


def _files(packages: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for package in packages:
        for path, file in files_below(resources.files(package), f"{package}/"):
            yield path, file.read_bytes()

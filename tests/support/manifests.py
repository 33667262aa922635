"""What deploy/kubernetes renders to, by kubectl or kustomize; nothing is sent anywhere."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tests.support.tree import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
SIZES = ("small", "medium", "large")
CLOUDS = ("s3", "gcs", "azure")
Document = dict[str, object]


def renderer() -> list[str] | None:
    """Return the command that renders a folder, None when this machine has none."""
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    return ["kubectl", "kustomize"] if shutil.which("kubectl") else None


@cache
def rendered(size: str, cloud: str) -> tuple[Document, ...]:
    """Return all documents of an overlay with checkpoints in one of the clouds. Skips without a renderer."""
    command = renderer()
    if command is None:
        if os.environ.get("REQUIRE_KUSTOMIZE"):
            pytest.fail("REQUIRE_KUSTOMIZE is set, and neither kubectl nor kustomize is on the path")
        pytest.skip("neither kubectl nor kustomize is on the path: overlays are not rendered")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "kubernetes"
        shutil.copytree(FOLDER, tree)
        overlay = tree / "overlays" / size / "kustomization.yaml"
        text = overlay.read_text("utf-8")
        assert text.count("components/s3") == 1, f"{overlay} names its cloud in more than one place"
        overlay.write_text(text.replace("components/s3", f"components/{cloud}"), encoding="utf-8")
        done = subprocess.run(
            [*command, str(overlay.parent)], capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def of_kind(documents: tuple[Document, ...], kind: str) -> dict[str, Document]:
    """Return the documents of a kind by name."""
    return {str(at(one, "metadata", "name")): one for one in documents if one["kind"] == kind}


def at(node: object, *path: str | int) -> object:
    """Return what stands at a path in nested tables and lists."""
    for step in path:
        node = node[step]  # type: ignore[index]
    return node


def table(node: object, *path: str | int) -> dict[str, object]:
    """Return the table at a path; empty when there is none."""
    try:
        found = at(node, *path)
    except (KeyError, IndexError):
        return {}
    assert isinstance(found, dict)
    return found


def faults(document: Mapping[str, object], version: str) -> list[str]:
    """Return what Kubernetes of a version would refuse, or ignore without a word."""
    return _faults(json.dumps(document, sort_keys=True), version)


@cache
def _faults(document: str, version: str) -> list[str]:
    # Overlays share most of their documents, and each check takes some 0.1 s.
    try:
        kubernetes_validate.validate(json.loads(document), version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    return []


def pods(documents: tuple[Document, ...]) -> dict[str, Document]:
    """Return every pod's template by what it belongs to."""
    found: dict[str, Document] = {}
    for one in documents:
        name = f"{one['kind']}/{at(one, 'metadata', 'name')}"
        spec = table(one, "spec")
        for key in ("template", "podTemplate"):
            if isinstance(spec.get(key), dict):
                found[name] = table(spec, key)
    return found

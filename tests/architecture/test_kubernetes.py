"""What deploy/kubernetes promises, without a cluster: it renders, is valid, and says what the code says."""

import importlib
import importlib.util
import re
import sys
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
import pytest

from flink_jobs._shell.options import load
from groundswell.stack import flink_conf, plan
from tests.support import commands, flink_deployment
from tests.support.flink_deployment import FlinkDeployment
from tests.support.jobs import jobs as job_folders
from tests.support.manifests import CLOUDS, SIZES, Document, at, faults, of_kind, pods, rendered, table
from tests.support.tree import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KUBERNETES = ("1.31", "1.37")
OURS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FLINK = next(
    each.partition("==")[2]
    for each in OURS["optional-dependencies"]["flink"]
    if each.startswith("apache-flink")
)
SCHEMES = {"s3": "s3://", "gcs": "gs://", "azure": "abfss://"}
both = pytest.mark.parametrize(("size", "cloud"), [(size, cloud) for size in SIZES for cloud in CLOUDS])
every_size = pytest.mark.parametrize("size", SIZES)


def _jobs(size: str, cloud: str = "s3") -> list[FlinkDeployment]:
    found = of_kind(rendered(size, cloud), "FlinkDeployment")
    return [flink_deployment.read(one) for one in found.values()]


@both
def test_every_overlay_is_valid(size: str, cloud: str) -> None:
    """Kubernetes, the oldest and the newest that we name, would take each document and ignore nothing."""
    documents = rendered(size, cloud)
    ordinary = [one for one in documents if one["kind"] != "FlinkDeployment"]
    assert len(ordinary) > 10
    for version in KUBERNETES:
        assert {str(at(one, "metadata", "name")): f for one in ordinary if (f := faults(one, version))} == {}
        for name, template in pods(documents).items():
            pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": template}
            assert faults(pod, version) == [], name
    assert {job.metadata.name for job in _jobs(size, cloud)} == {job.name for job in job_folders()}


@both
def test_state_is_in_the_cloud_that_was_chosen(size: str, cloud: str) -> None:
    """One value decides; every job has folders of its own, so none can take another's state."""
    places = [
        job.spec.flinkConfiguration[key]
        for job in _jobs(size, cloud)
        for key in (
            "execution.checkpointing.dir",
            "execution.checkpointing.savepoint-dir",
            "high-availability.storageDir",
        )
    ]
    assert all(place.startswith(f"{SCHEMES[cloud]}groundswell-state/") for place in places)
    assert len(set(places)) == len(places) == 3 * len(job_folders())


@both
def test_no_placeholder_is_left(size: str, cloud: str) -> None:
    """Addresses, bucket and job are filled in everywhere."""
    text = "\n".join(str(one) for one in rendered(size, cloud) if one["kind"] != "ConfigMap")
    assert re.findall(r"(?<![A-Z_])(?:KAFKA|REDIS|REDIS_READER|REGISTRY|BUCKET|JOB)(?![A-Z_a-z])", text) == []


@every_size
def test_jobs_are_the_ones_of_this_tree(size: str) -> None:
    """Module, options, wheel, jar and versions agree with the code; the job's name is Flink's name for it."""
    for job in _jobs(size):
        spec, args = job.spec, job.spec.job.args
        module = args[args.index("-pym") + 1]
        assert module == f"flink_jobs.{job.metadata.name}"
        submit = Path(str(importlib.util.find_spec(f"{module}.submit").origin))  # type: ignore[union-attr]
        assert f'env.execute("{job.metadata.name}")' in submit.read_text("utf-8")
        options = _options(job)
        assert options.execution_mode == "thread"
        assert spec.job.parallelism <= int(spec.flinkConfiguration["job.autoscaler.vertex.max-parallelism"])
        most = getattr(options, "shards", 16)
        assert int(spec.flinkConfiguration["job.autoscaler.vertex.max-parallelism"]) <= most
        assert f"/groundswell-{OURS['version']}-py3-none-any.whl" in args[args.index("-pyfs") + 1]
        assert spec.job.jarURI == f"local:///opt/flink/opt/flink-python-{FLINK}.jar"
        assert spec.flinkVersion == "v" + "_".join(FLINK.split(".")[:2])
        assert spec.image == f"groundswell/flink:{OURS['version']}"


def _options(job: FlinkDeployment) -> "_Options":
    """Let the job read its own flags, as in the pod."""
    args = job.spec.job.args
    at_module = args.index("-pym") + 1
    module = importlib.import_module(f"{args[at_module]}.options")
    (kind,) = [
        each
        for name, each in vars(module).items()
        if name.endswith("Options") and each.__module__ == module.__name__
    ]
    return load(kind, args[at_module + 1 :], "NONE", {})  # type: ignore[no-any-return]


class _Options:
    execution_mode: str


@every_size
def test_flink_is_told_what_it_knows(size: str) -> None:
    """A misspelt option is ignored by Flink in silence: each key stands in the installed classes."""
    for job in _jobs(size):
        told = job.spec.flinkConfiguration
        assert sorted(key for key in told if not _known(key)) == []
        assert told["job.autoscaler.enabled"] == str(size != "small").lower()
        ours = {key: told.get(key) for key in flink_conf.OF_A_JOB}
        assert ours == flink_conf.OF_A_JOB  # what was measured on the local stack holds here
        assert told["taskmanager.numberOfTaskSlots"] == "1"  # decision 0006
        assert told["high-availability.type"] == "kubernetes"
        assert (job.spec.job.upgradeMode, job.spec.job.allowNonRestoredState) == ("last-state", False)


def _known(key: str) -> bool:
    # Of a reporter and of a cloud's client only the prefix is Flink's.
    for prefix in ("metrics.reporter.prom.", "fs.azure."):
        if key.startswith(prefix):
            return True
    return key in flink_deployment.OF_THE_OPERATOR or key in _words_of_flink()


@cache
def _words_of_flink() -> frozenset[str]:
    """Return every dotted lower-case constant in the classes of options that the installed Flink has."""
    home = plan.package_folder("pyflink")
    found: set[str] = set()
    for jar in (*home.glob("lib/flink-dist-*.jar"), *home.glob("opt/flink-python-*.jar")):
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if re.search(r"(Options|OptionsInternal|Configuration)\.class$", name):
                    words = re.findall(rb"[a-z][\w-]*(?:\.[\w-]+)+", archive.read(name))
                    found.update(word.decode() for word in words)
    return frozenset(found)


@both
def test_pods_have_no_more_rights_than_they_need(size: str, cloud: str) -> None:
    """Not root, nothing to win, no writable root, the runtime's seccomp profile, bounded scratch space."""
    found = pods(rendered(size, cloud))
    assert len(found) == 2 + len(job_folders())
    for name, template in found.items():
        spec = table(template, "spec")
        assert table(spec, "securityContext")["runAsNonRoot"] is True, name
        assert table(spec, "securityContext", "seccompProfile") == {"type": "RuntimeDefault"}, name
        for container in _list(spec, "containers"):
            assert table(container, "securityContext") == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
        for volume in _list(spec, "volumes"):
            assert isinstance(volume, dict)
            assert set(volume) <= {"name", "emptyDir", "secret"}, name
            assert "emptyDir" not in volume or "sizeLimit" in table(volume, "emptyDir"), name
    account = of_kind(rendered(size, cloud), "ServiceAccount")["serving"]
    assert account["automountServiceAccountToken"] is False


@both
def test_secrets_are_referenced_never_written(size: str, cloud: str) -> None:
    """No Secret, no password in an address, an environment variable or an argument."""
    documents = rendered(size, cloud)
    assert of_kind(documents, "Secret") == {}
    for one in documents:
        text = str(one)
        assert not re.search(r"://[^/\s']*:[^/@\s']+@", text)
        assert not re.search(
            r"(?i)'name': '[^']*(password|secret|token|key)[^']*', 'value': '(?!/run/)", text
        )
        assert not re.search(r"--\S*(password|secret|token)(?!\S*-file)\S*=", text)


def test_an_open_door_is_named() -> None:
    """Nothing may talk unless a policy says so; each port that something listens on stands in one."""
    documents = rendered("medium", "s3")
    policies = of_kind(documents, "NetworkPolicy")
    assert at(policies["nothing"], "spec") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    open_ports = {
        int(str(port["port"]))  # type: ignore[index]
        for policy in policies.values()
        for rule in _list(table(policy, "spec"), "ingress")
        for port in _list(rule, "ports")
    }
    listening = {
        int(str(port["containerPort"]))  # type: ignore[index]
        for template in pods(documents).values()
        for container in _list(table(template, "spec"), "containers")
        for port in _list(container, "ports")
    }
    assert listening <= open_ports
    assert open_ports - listening == {8081}  # Flink's REST port, for its own kind and the operator only
    flink = _list(table(policies["flink"], "spec"), "ingress")
    assert "podSelector" in str(at(flink[1], "from", 0))


@every_size
def test_the_server_and_the_topics_are_started_as_the_command_line_says(size: str) -> None:
    """Verbs and options exist; the server listens where its probes and its metrics are asked."""
    documents = rendered(size, "s3")
    serving = at(of_kind(documents, "Deployment")["serving"], "spec", "template", "spec", "containers", 0)
    topics = at(of_kind(documents, "Job")["topics"], "spec", "template", "spec", "containers", 0)
    for container in (serving, topics):
        assert commands.faults(["groundswell", *map(str, _list(container, "args"))]) == []
        assert at(container, "image") == f"groundswell/groundswell:{OURS['version']}"
    args = dict(str(word)[2:].split("=", 1) for word in _list(serving, "args") if "=" in str(word))
    ports = {str(at(port, "name")): str(at(port, "containerPort")) for port in _list(serving, "ports")}
    assert ports == {"http": args["port"], "metrics": args["metrics-port"]}
    assert at(serving, "readinessProbe", "httpGet", "path") == "/ready"
    scaler = table(of_kind(documents, "HorizontalPodAutoscaler")["serving"], "spec")
    assert int(str(scaler["minReplicas"])) < int(str(scaler["maxReplicas"]))
    assert "replicas" not in table(of_kind(documents, "Deployment")["serving"], "spec")


def _list(node: object, key: str) -> list[object]:
    found = node.get(key, []) if isinstance(node, dict) else []
    assert isinstance(found, list)
    return found


def _wrong(change: dict[str, object]) -> Iterable[str]:
    """Return what is said of a FlinkDeployment with a change to its spec."""
    good = of_kind(rendered("small", "s3"), "FlinkDeployment")["trending"]
    changed: Document = {**good, "spec": {**table(good, "spec"), **change}}
    with pytest.raises(msgspec.ValidationError) as caught:
        flink_deployment.read(changed)
    yield str(caught.value)


def test_wrong_manifests_are_seen() -> None:
    """A misspelt field, a version that the operator lacks, a number for a text, an unknown option."""
    (misspelt,) = _wrong({"taskManagers": {}})
    assert "taskManagers" in misspelt
    (version,) = _wrong({"flinkVersion": "v9_9"})
    assert "v9_9" in version
    (number,) = _wrong({"flinkConfiguration": {"taskmanager.numberOfTaskSlots": 1}})
    assert "Expected `str`, got `int`" in number
    assert not _known("execution.checkpoint.interval")
    good = of_kind(rendered("small", "s3"), "Deployment")["serving"]
    assert faults({**good, "spec": {**table(good, "spec"), "replica": 2}}, KUBERNETES[-1])

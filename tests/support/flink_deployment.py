"""A FlinkDeployment as the operator takes it, strictly: an unknown field is refused, unlike by the operator.

The operator's own definition, half a megabyte of YAML, is in no package; this is written from its reference.
Version, ingress, job, TaskManager and resources were compared by eye with a definition in its repository, one
that knows Flink up to 1.20. Pod templates are Kubernetes' own and are checked by Kubernetes' schemas.

Source: Apache Flink Kubernetes Operator 1.15, Custom Resource Definition Reference; autoscaler configuration.
"""

from typing import Literal

import msgspec


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """What stands here and nothing else."""


class Resource(_Strict):
    """Of one pod."""

    memory: str
    cpu: float
    ephemeralStorage: str | None = None  # noqa: N815


class JobManager(_Strict):
    """Coordinators; more than one needs high availability."""

    resource: Resource
    replicas: int = 1
    podTemplate: dict[str, object] | None = None  # noqa: N815


class TaskManager(_Strict):
    """Workers; in native mode as many as the parallelism asks for."""

    resource: Resource
    replicas: int | None = None
    podTemplate: dict[str, object] | None = None  # noqa: N815


class Job(_Strict):
    """What an application cluster runs."""

    jarURI: str  # noqa: N815
    entryClass: str  # noqa: N815
    args: list[str]
    parallelism: int
    upgradeMode: Literal["savepoint", "last-state", "stateless"]  # noqa: N815
    state: Literal["running", "suspended"] = "running"
    allowNonRestoredState: bool = False  # noqa: N815
    initialSavepointPath: str | None = None  # noqa: N815
    savepointRedeployNonce: int | None = None  # noqa: N815
    savepointTriggerNonce: int | None = None  # noqa: N815
    checkpointTriggerNonce: int | None = None  # noqa: N815
    autoscalerResetNonce: int | None = None  # noqa: N815


class Spec(_Strict):
    """Of an application cluster."""

    image: str
    flinkVersion: Literal["v1_20", "v2_0", "v2_1", "v2_2"]  # noqa: N815
    serviceAccount: str  # noqa: N815
    flinkConfiguration: dict[str, str]  # noqa: N815
    jobManager: JobManager  # noqa: N815
    taskManager: TaskManager  # noqa: N815
    job: Job
    imagePullPolicy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"  # noqa: N815
    mode: Literal["native", "standalone"] = "native"
    podTemplate: dict[str, object] | None = None  # noqa: N815
    logConfiguration: dict[str, str] | None = None  # noqa: N815
    ingress: dict[str, object] | None = None
    restartNonce: int | None = None  # noqa: N815


class Metadata(_Strict):
    """Its name."""

    name: str
    namespace: str
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class FlinkDeployment(_Strict):
    """The whole document."""

    apiVersion: Literal["flink.apache.org/v1beta1"]  # noqa: N815
    kind: Literal["FlinkDeployment"]
    metadata: Metadata
    spec: Spec


# Options that the operator reads out of flinkConfiguration; Flink itself does not know them.
OF_THE_OPERATOR = frozenset(
    {
        "job.autoscaler.catch-up.duration",
        "job.autoscaler.enabled",
        "job.autoscaler.metrics.window",
        "job.autoscaler.restart.time",
        "job.autoscaler.stabilization.interval",
        "job.autoscaler.target.utilization",
        "job.autoscaler.vertex.max-parallelism",
        "kubernetes.operator.periodic.savepoint.interval",
        "kubernetes.operator.savepoint.history.max.age",
        "kubernetes.operator.savepoint.history.max.count",
    }
)


def read(document: dict[str, object]) -> FlinkDeployment:
    """Read a document. Raises msgspec.ValidationError naming the place of what is wrong."""
    return msgspec.convert(document, FlinkDeployment, strict=True)

"""What the servers are told: loopback only, bounded memory, nothing lost by retention."""

from pathlib import Path

import msgspec
import pytest

from groundswell.stack import flink_conf, kafka, plan, redis
from groundswell.stack.topics import settings as topic_settings
from schemas.topics import topics
from tests.support.stack_plan import a_plan


def test_flink_listens_on_loopback_only(tmp_path: Path) -> None:
    """Flink runs code by design: no address of it may leave the machine."""
    told = flink_conf.settings(a_plan(tmp_path))
    addresses = [value for key, value in told.items() if key.endswith(("address", "host"))]
    assert len(addresses) == 6
    assert set(addresses) == {"127.0.0.1"}
    assert told["web.submit.enable"] == "false"


@pytest.mark.parametrize("mode", ["thread", "process"])
def test_the_execution_mode_of_the_plan_is_used(tmp_path: Path, mode: str) -> None:
    """Thread mode needs a shared libpython; without one the plan says process."""
    assert flink_conf.settings(a_plan(tmp_path, mode))["python.execution-mode"] == mode


def test_settings_that_somebody_chose_win(tmp_path: Path) -> None:
    """Also over what the stack would say itself; values may hold equals signs and spaces."""
    chosen = flink_conf.chosen(["taskmanager.numberOfTaskSlots=2", "env.java.opts.all=-Da=b -Dc=d"])
    told = flink_conf.settings(msgspec.structs.replace(a_plan(tmp_path), flink=chosen))
    assert told["taskmanager.numberOfTaskSlots"] == "2"
    assert told["env.java.opts.all"] == "-Da=b -Dc=d"


@pytest.mark.parametrize("pair", ["rest.port=1", "rest.bind-address=::", "slots", "=2", "a b=1", "a=1\nb: 2"])
def test_settings_that_cannot_be_chosen_are_refused(pair: str) -> None:
    """Addresses are the stack's; a line break would be another setting."""
    with pytest.raises(ValueError, match=r"expected key=value|addresses"):
        flink_conf.chosen([pair])


def test_checkpoints_are_kept_and_one_slot_a_task_manager(tmp_path: Path) -> None:
    """Resuming needs retained checkpoints; two slots in one process would be slower than one."""
    told = flink_conf.settings(a_plan(tmp_path))
    assert told["execution.checkpointing.externalized-checkpoint-retention"] == "RETAIN_ON_CANCELLATION"
    assert told["execution.checkpointing.dir"] == f"file://{tmp_path}/checkpoints"
    assert told["taskmanager.numberOfTaskSlots"] == "1"


def test_the_stack_fits_into_four_gigabytes() -> None:
    """Sum of all limits of the broker, the JobManager and two TaskManagers."""
    conf = flink_conf
    heap_mb, native_mb = conf.TASK_HEAP_MB + conf.FRAMEWORK_HEAP_MB, conf.OFF_HEAP_MB + conf.NETWORK_MB
    worker_mb = heap_mb + native_mb + conf.MANAGED_MB + conf.METASPACE_MB + conf.OVERHEAD_MB
    manager_mb = flink_conf.JOB_MANAGER_HEAP_MB + 128
    assert 2 * worker_mb + manager_mb + 512 <= 4096


def test_a_quote_in_a_setting_stays_inside_its_value() -> None:
    """YAML doubles a quote; a folder's name must not become another setting."""
    assert flink_conf.render({"a.b": "it's: x"}) == "a.b: 'it''s: x'\n"
    with pytest.raises(ValueError, match="must be one line"):
        flink_conf.render({"a": "x\nb: y"})


def test_the_installed_flink_names_its_java_switches() -> None:
    """They are read from Flink's own configuration, so that an upgrade brings its own."""
    switches = flink_conf.module_switches(plan.package_folder("pyflink"))
    assert "--add-opens=java.base/java.lang=ALL-UNNAMED" in switches


def test_kafka_listens_on_loopback_and_keeps_everything(tmp_path: Path) -> None:
    """Event times of years ago must survive: no retention by time, no topics by accident."""
    told = kafka.properties(tmp_path, 20_001, 20_002)
    assert told["listeners"] == "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002"
    assert told["advertised.listeners"] == "PLAINTEXT://127.0.0.1:20001"
    assert told["log.retention.ms"] == "-1"
    assert told["auto.create.topics.enable"] == "false"


def test_only_producers_topics_refuse_the_future() -> None:
    """Records of producers are bounded by the broker's clock; our own outputs are not."""
    told = {name: topic_settings(spec) for name, spec in topics().items()}
    assert told["engagement"]["message.timestamp.after.max.ms"] == "300000"
    assert "message.timestamp.after.max.ms" not in told["engagement.dlq"]
    assert {each["retention.ms"] for each in told.values()} == {"-1"}
    assert told["trend.panes"]["cleanup.policy"] == "compact,delete"


def test_redis_is_on_loopback_with_an_append_only_file(tmp_path: Path) -> None:
    """One second of writes at most is lost when the machine dies."""
    arguments = redis.arguments(Path("/r"), tmp_path, 20_003)
    told = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    assert told["--bind"] == "127.0.0.1"
    assert told["--appendonly"] == "yes"
    assert told["--appendfsync"] == "everysec"
    assert told["--set-proc-title"] == "no"


def test_embedded_interpreters_are_told_where_our_packages_are() -> None:
    """They read no .pth file, so an editable install must be named."""
    folders = [Path(folder) for folder in plan.python_path()]
    assert any((folder / "schemas" / "topics.toml").exists() for folder in folders)
    assert any((folder / "pyflink").is_dir() for folder in folders)


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    """The supervisor reads exactly what the starter decided."""
    made = a_plan(tmp_path)
    plan.write(made)
    assert plan.read(made.layout) == made

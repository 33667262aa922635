"""`groundswell models`: versions of the interest model, side by side, and which one is served."""

import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from groundswell.verbs import _model_compare, _models_file
from groundswell.verbs._connect import CANNOT, WRONG_USE, RedisUrl, open_models, told
from groundswell.verbs._model_names import ModelName, named, tag_of
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from serving.redis_model_store import RedisModelStore
    from state.model_gate import GateConfig

Settings = Annotated[
    list[str] | None,
    typer.Argument(help="Settings after --, such as --model.head-variance=0.2; what is left out is default."),
]
MinLabels = Annotated[float, typer.Option("--min-labels", min=0, help="Labels that it must have learned.")]
MinShare = Annotated[
    float, typer.Option("--min-share", min=0, max=1, help="The same as a share of the current model's.")
]
MaxBehindS = Annotated[
    float, typer.Option("--max-behind-s", min=0, help="Event time it may be behind the current model.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    models = typer.Typer(no_args_is_help=True, help="Versions of the interest model.")
    app.add_typer(models, name="models")
    models.command(context_settings={"ignore_unknown_options": True})(create)
    models.command("list")(show_all)
    for command in (show, promote, rollback, drop):
        models.command()(command)
    _model_compare.register(models)
    _models_file.register(models)


def create(
    name: ModelName,
    settings: Settings = None,
    *,
    as_json: AsJson = False,
    data: DataDir = DEFAULT_DATA_DIR,
    redis: RedisUrl = None,
) -> None:
    """Register a model: its settings under the hash of all that its predictions depend on.

    A model never changes. The same again is no error; other settings need another name. Run it beside the
    current one with `groundswell submit flink_jobs.interests --name interests-NAME -- --model-name NAME`.
    Exit code 1 when the name is taken or the settings are registered under another name, 2 for wrong ones.
    """
    from flink_jobs._shell.options import OptionsError, load  # noqa: PLC0415 - help must not load them
    from state import model_entry  # noqa: PLC0415

    try:
        config = load(model_entry.ModelConfig, settings or [], "GROUNDSWELL_MODEL", {})
        entry = named(name, config, time.time_ns() // 1_000_000)
    except (OptionsError, model_entry.ModelEntryError) as error:
        say(f"groundswell: {error}")
        raise typer.Exit(WRONG_USE) from None
    with told():
        new = open_models(data, redis).create(entry)
    if as_json:
        typer.echo(model_entry.dumps(entry).decode())
    else:
        typer.echo(f"{name} is model {entry.tag}" + ("" if new else ", as before"))


def show_all(*, as_json: AsJson = False, data: DataDir = DEFAULT_DATA_DIR, redis: RedisUrl = None) -> None:
    """Show all models: what each has learned and how far it is, which is served and which was before."""
    from groundswell.view.models import ModelLine, draw  # noqa: PLC0415
    from schemas.served_models import UNREGISTERED  # noqa: PLC0415

    with told():
        store = open_models(data, redis)
        pointer, lines = store.pointer(), []
        known = [("unnamed", UNREGISTERED), *((one.name, one.tag) for one in store.entries())]
        for name, tag in known:
            status = store.status(tag)
            if tag == UNREGISTERED and not status.shards and tag not in (pointer.current, pointer.previous):
                continue
            role = "served" if tag == pointer.current else "before" if tag == pointer.previous else ""
            lines.append(
                ModelLine(name, tag, role, status.labels, len(status.shards), status.as_of_ms or None)
            )
    if as_json:
        typer.echo(msgspec.json.encode(lines).decode())
        return
    from rich.console import Console  # noqa: PLC0415

    Console().print(draw(lines))


def show(name: ModelName, *, data: DataDir = DEFAULT_DATA_DIR, redis: RedisUrl = None) -> None:
    """Print a model as JSON: id, settings, features."""
    from state import model_entry  # noqa: PLC0415

    with told():
        entry = open_models(data, redis).entry(name)
    typer.echo(msgspec.json.format(model_entry.dumps(entry)).decode())


def promote(
    name: ModelName,
    *,
    force: Annotated[bool, typer.Option("--force", help="Also when something speaks against it.")] = False,
    min_labels: MinLabels = 1_000.0,
    min_share: MinShare = 0.5,
    max_behind_s: MaxBehindS = 600.0,
    data: DataDir = DEFAULT_DATA_DIR,
    redis: RedisUrl = None,
) -> None:
    """Serve a model from now on: servers and commands follow within a second, without a restart.

    Refused, with the reasons, while it has learned too little, lacks shards or is behind. The model before is
    kept: `groundswell models rollback`. Exit code 1 when it is refused.
    """
    from state.model_gate import GateConfig  # noqa: PLC0415 - help must not load numpy

    with told():
        store = open_models(data, redis)
        tag = tag_of(store, name)
        gate = GateConfig(min_labels, min_share, round(max_behind_s * 1000))
        if reasons := _against(store, name, tag, gate):
            for reason in reasons:
                say(f"groundswell: {name}: {reason}")
            if not force:
                say("groundswell: nothing was changed; --force serves it all the same")
                raise typer.Exit(CANNOT)
        _switch(store, tag, name)


def rollback(*, data: DataDir = DEFAULT_DATA_DIR, redis: RedisUrl = None) -> None:
    """Serve the model before again, at once. A second rollback leads forward again.

    Exit code 1 when there is none before.
    """
    with told():
        store = open_models(data, redis)
        before = store.pointer().previous
        if before is not None and not store.status(before).shards:
            say("groundswell: nothing is served of the model before: its job ended long ago")
        _switch(store, None, "")


def drop(name: ModelName, *, data: DataDir = DEFAULT_DATA_DIR, redis: RedisUrl = None) -> None:
    """Remove all that a model serves from Redis; end its job first. The entry stays: names are never reused.

    Exit code 1 when it is served, or is what a rollback leads to.
    """
    with told():
        store = open_models(data, redis)
        removed = store.drop(tag_of(store, name))
    typer.echo(f"{name}: {removed} keys removed")


def _against(store: "RedisModelStore", name: str, tag: str, gate: "GateConfig") -> list[str]:
    """Return what speaks against serving a model; what this build cannot score is never served."""
    from state.model_entry import unrunnable  # noqa: PLC0415
    from state.model_gate import objections  # noqa: PLC0415

    if tag and (reason := unrunnable(store.entry(name))):
        say(f"groundswell: {name}: {reason}")
        raise typer.Exit(CANNOT)
    return objections(gate, store.status(tag), store.status(store.pointer().current))


def _switch(store: "RedisModelStore", tag: str | None, name: str) -> None:
    """Store the switch and tell it; a tag of None goes back."""
    from serving.errors import ModelRefusedError  # noqa: PLC0415
    from state.model_switch import SwitchError, promoted, rolled_back  # noqa: PLC0415

    before, now_ms = store.pointer(), time.time_ns() // 1_000_000
    try:
        after = rolled_back(before, now_ms) if tag is None else promoted(before, tag, now_ms)
    except SwitchError as error:
        raise ModelRefusedError(str(error)) from error
    store.switch(before, after)
    names = {one.tag: one.name for one in store.entries()}
    typer.echo(
        f"serving {names.get(after.current, name or 'unnamed')}; "
        f"before: {names.get(before.current, 'unnamed')}, which `groundswell models rollback` brings back"
    )

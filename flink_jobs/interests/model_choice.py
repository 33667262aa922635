"""The model that a job was told to run: looked up once, when the job is submitted. Entries never change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import redis

from flink_jobs._shell.options import OptionsError
from flink_jobs.interests.options import InterestsOptions
from schemas.served_models import ENTRIES_KEY
from state import model_entry
from state.model_entry import ModelConfig, ModelEntryError

_TIMEOUT_S: Final = 10.0
Lookup = Callable[[InterestsOptions], bytes | None]


def with_model(options: InterestsOptions, lookup: Lookup | None = None) -> InterestsOptions:
    """Return the settings with those of the named model in place; as they are when no model is named.

    Consumer group and transactions of a named model get names of their own, unless others were given, so
    that jobs of two models can run side by side.

    Args:
        options: As given.
        lookup: Returns the entry as stored, None = there is none; the registry in Redis by default.

    Raises:
        OptionsError: There is no such model, this build cannot run it, or other settings were given as well.
    """
    name = options.model_name
    if not name:
        return options
    raw = (lookup or _from_redis)(options)
    if raw is None:
        raise OptionsError(
            f"model_name = {name!r}: no such model at {options.redis_url}; see `groundswell models list`, "
            "and `groundswell models create`"
        )
    try:
        entry = model_entry.loads(raw)
    except ModelEntryError as error:
        raise OptionsError(f"model_name = {name!r}: {error}") from error
    if reason := model_entry.unrunnable(entry):
        raise OptionsError(f"model_name = {name!r}: {reason}")
    if options.model_entry.config not in (ModelConfig(), entry.config):
        raise OptionsError(
            f"model_name = {name!r} and other settings of the model: a registered model has its own; "
            "leave model.*, turn.learn_alone and turn.creators out, or register them as another model"
        )
    config = entry.config
    return replace(
        options,
        model=config.model,
        turn=replace(options.turn, learn_alone=config.learn_alone, creators=config.creators),
        group_id=_own(options.group_id, InterestsOptions().group_id, name),
        transaction_prefix=_own(options.transaction_prefix, InterestsOptions().transaction_prefix, name),
    )


def _own(given: str, default: str, name: str) -> str:
    return f"{default}-{name}" if given == default else given


def _from_redis(options: InterestsOptions) -> bytes | None:
    path = options.redis_password_file
    password = Path(path).read_text(encoding="utf-8").strip() if path else None
    try:
        with redis.Redis.from_url(
            options.redis_url, password=password, protocol=2, socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
        ) as client:  # fmt: skip
            found = client.hget(ENTRIES_KEY, options.model_name)
    except redis.RedisError as error:
        raise OptionsError(f"the model registry at {options.redis_url}: {error}") from error
    return found if isinstance(found, bytes) else None

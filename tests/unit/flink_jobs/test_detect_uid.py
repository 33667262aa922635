"""The detect step's uid says what its state depends on."""

import importlib
import warnings
from dataclasses import replace

from flink_jobs.trending.options import TrendingOptions
from state.burst_config import BurstConfig
from state.trend_config import TrendConfig
from tests.support.jobs import UID


def test_another_detector_has_another_uid() -> None:
    """Records have one layout but another meaning: Flink must not restore one detector's into another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyFlink warns of its own modules
        detect_uid = importlib.import_module("flink_jobs.trending.pipeline").detect_uid
    options = TrendingOptions()
    gnip = replace(options, trend=TrendConfig(burst=BurstConfig(detector="gnip")))
    assert "gnip" not in detect_uid(options)
    assert detect_uid(gnip) == detect_uid(options).replace("detect", "detect-gnip")
    assert UID.fullmatch(detect_uid(gnip))

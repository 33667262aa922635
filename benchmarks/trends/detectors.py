"""The detectors that are compared, in the order of the columns."""

from typing import get_args

from state.burst_config import Detector

DETECTORS: tuple[Detector, ...] = get_args(Detector)

"""The option that chooses a detector, the same for every kind of evaluation."""

from typing import Annotated

import typer

from state.burst_config import Detector

DetectorOption = Annotated[
    Detector,
    typer.Option("--detector", help="groundswell, or a baseline: signitrend, mastodon, gnip, kleinberg."),
]

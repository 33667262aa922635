"""The one error of a mapping file."""

from collections.abc import Sequence

from producers.errors import ConfigError


class MappingError(ConfigError):
    """A mapping file is wrong; `faults` holds everything that was found, not only the first."""

    def __init__(self, place: str, faults: Sequence[str]) -> None:
        self.place = place
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"mapping {place}: {count}\n" + "\n".join(f"  {fault}" for fault in self.faults))

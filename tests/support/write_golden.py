"""Write golden files that are missing: `make golden [KIND=xx]`. Existing ones are never touched.

KIND is a kind of stored state, such as bu; without it, all kinds and all released events are looked at.
To redo one that was never released, delete it first.
"""

import json
import sys

from tests.support import golden_wire
from tests.support.golden_state import FOLDER, SAMPLES, codecs, plain


def write(kinds: set[str]) -> list[str]:
    """Write missing files of the newest version of some kinds; return their names."""
    known, written = codecs(), []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for sample in (sample for sample in SAMPLES if sample.kind in kinds):
        codec, value = known[sample.kind], sample.value()
        name = sample.name(codec.version)
        if (FOLDER / f"{name}.bin").exists():
            continue
        (FOLDER / f"{name}.bin").write_bytes(codec.dumps(value))
        (FOLDER / f"{name}.json").write_text(json.dumps(plain(value), indent=1) + "\n", "utf-8")
        written.append(name)
    return written


def main(arguments: list[str]) -> int:
    """Run the command; 0 = done, 2 = unknown kind or kind without a sample."""
    wanted, known = set(arguments), {sample.kind for sample in SAMPLES}
    if wanted - known:
        sys.stderr.write(
            f"golden: no sample of {', '.join(sorted(wanted - known))}; known: {', '.join(sorted(known))}. "
            "Add it to SAMPLES in tests/support/golden_state.py\n"
        )
        return 2
    for name in write(wanted or known):
        sys.stdout.write(f"{name}: written\n")
    return 0 if wanted else golden_wire.main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

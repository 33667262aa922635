"""The buffers behind a pyarrow text or binary array, as numpy arrays without a copy."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def text_buffers(array: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Bytes and n + 1 offsets of a string or binary array; value i is `data[offsets[i]:offsets[i + 1]]`.

    The bytes of a null are undefined. Slices are looked through, so the first offset need not be 0.
    """
    if not len(array):
        return np.zeros(0, np.uint8), np.zeros(1, np.int32)
    _, offsets, data = array.buffers()
    bounds: npt.NDArray[np.int32] = np.frombuffer(offsets, np.int32)[
        array.offset : array.offset + len(array) + 1
    ]
    return np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8), bounds

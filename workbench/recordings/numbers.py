"""Arrays as bytes: exact, or each number as one of 253 or 65533 steps between the least and the greatest."""

import math
import zlib

import numpy as np

from .blocks import Damaged, RecordingError

#: codes for what is not finite take the last three of a byte or two: NaN, infinity, minus infinity
BEYOND = np.array([np.nan, np.inf, -np.inf])

#: every dtype that is written or read, so that a file can name no other
DTYPES = {np.dtype(code).str for code in ("?", "i1", "u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8",
                                         "<f2", "<f4", "<f8")}  # fmt: skip


def encoded(values: np.ndarray, bits: int | None = None, by_column: bool = False) -> tuple[dict, bytes]:
    """An array as words (dtype, shape, how it is stored) and bytes.

    Whole numbers are stored in the smallest type that holds them and come back exactly, in their own dtype.
    With bits = 8 or 16 a float x becomes round((x - low) / step) with step = (high - low) / (2^bits - 4) over
    the finite values of the array, or of its column: it comes back within step / 2. NaN and infinities come
    back as they were. Without bits, or where the range is beyond what steps can tell, floats are exact.

    Raises RecordingError for values that are no real numbers.
    """
    values = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"), copy=False)
    if values.dtype.str not in DTYPES:
        raise RecordingError(f"values of dtype {values.dtype} cannot be recorded; record real numbers")
    words = {"dtype": values.dtype.str, "shape": list(values.shape)}
    if values.dtype.kind in "iu":
        stored = _smallest(values)
    elif values.dtype.kind == "f" and bits is not None:
        stored, ends = _stepped(values, bits, by_column)
        words |= ends
    else:
        stored = values
    return words | {"stored": stored.dtype.str}, zlib.compress(_shuffled(stored), 1)


def decoded(words: dict, numbers: bytes) -> np.ndarray:
    """The array that was encoded. Raises Damaged when the words and bytes do not fit together."""
    try:
        dtype, stored, shape = words["dtype"], words["stored"], tuple(map(int, words["shape"]))
        if not {dtype, stored} <= DTYPES or min(shape, default=0) < 0:
            raise Damaged(f"no array is {dtype} of shape {shape} stored as {stored}")
        kept = _unshuffled(numbers, np.dtype(stored), shape)
        if "low" in words:
            return _unstepped(kept, words).astype(dtype)
        return kept.astype(dtype, copy=False)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise Damaged(f"numbers and their description do not fit together: {error}") from None


def _smallest(values):
    if not values.size:
        return values
    ends = np.min_scalar_type(int(values.min())), np.min_scalar_type(int(values.max()))
    dtype = np.result_type(*ends)
    # uint64 beside a negative number has no common type but float
    return values.astype(dtype.newbyteorder("<")) if dtype.kind in "iu" else values


def _stepped(values, bits, by_column):
    """Codes and the words that say how to undo them; the values themselves where steps cannot serve."""
    wide = values.astype(np.float64)
    finite, axis = np.isfinite(wide), 0 if by_column else None
    low = np.min(wide, axis=axis, where=finite, initial=np.inf)
    high = np.max(wide, axis=axis, where=finite, initial=-np.inf)
    some = low <= high
    low, high = np.where(some, low, 0.0), np.where(some, high, 0.0)
    with np.errstate(over="ignore"):
        step = (high - low) / (2**bits - 4)
    fits = np.isfinite(step) & ((step >= np.finfo(np.float64).tiny) | (low == high))
    if not fits.all():
        return values, {}
    codes = np.divide(wide - low, step, out=np.zeros_like(wide), where=finite & (step > 0))
    for place, beyond in enumerate((np.isnan(wide), np.isposinf(wide), np.isneginf(wide))):
        codes[beyond] = 2**bits - 3 + place
    words = {"low": np.atleast_1d(low).tolist(), "step": np.atleast_1d(step).tolist()}
    return np.rint(codes).astype(f"<u{bits // 8}"), words


def _unstepped(codes, words):
    first = 2 ** (8 * codes.dtype.itemsize) - 3
    low, step = np.array(words["low"], np.float64), np.array(words["step"], np.float64)
    values = low + step * codes
    beyond = codes >= first
    values[beyond] = BEYOND[codes[beyond] - first]
    return values


def _shuffled(array):
    """First all first bytes, then all second ones: neighbours are alike there, and pack better."""
    return np.ascontiguousarray(array.reshape(-1).view(np.uint8).reshape(-1, array.itemsize).T).tobytes()


def _unshuffled(numbers, dtype, shape):
    count = math.prod(shape)
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(numbers, max(1, count * dtype.itemsize))
    if len(plain) != count * dtype.itemsize:
        raise Damaged(f"an array of shape {shape} has {count * dtype.itemsize} bytes, got {len(plain)}")
    rows = np.frombuffer(plain, np.uint8).reshape(dtype.itemsize, count)
    return np.ascontiguousarray(rows.T).reshape(-1).view(dtype).reshape(shape)

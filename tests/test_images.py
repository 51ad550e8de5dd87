"""Images in idx files: written by hand, damaged, and the real ones."""

import gzip

import numpy as np
import pytest

from workbench.datasets.images import IdxError, data_folder, digits, idx_images, read_idx

PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) * 10


def idx(array, code=8):
    lengths = np.array(array.shape, dtype=">u4").tobytes()
    return bytes([0, 0, code, array.ndim]) + lengths + array.tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_idx_file_says_what_was_written(tmp_path, pack):
    (tmp_path / "a").write_bytes(pack(idx(PIXELS)))
    assert np.array_equal(read_idx(tmp_path / "a"), PIXELS)


def test_numbers_are_big_endian(tmp_path):
    numbers = np.array([1, -2, 300], dtype=">i4")
    (tmp_path / "a").write_bytes(idx(numbers, 0x0C))
    assert read_idx(tmp_path / "a").tolist() == [1, -2, 300]


@pytest.mark.parametrize("content, words", [
    (b"", "no idx file"),
    (b"PK\3\4 and so on", "no idx file: it begins with 50 4b 03 04"),
    (idx(PIXELS)[:10], "ends within its head"),
    (idx(PIXELS)[:-1], r"\(2, 3, 4\) of uint8, 24 bytes; it has 23"),
    (idx(PIXELS) + b"x", "it has 25"),
    (gzip.compress(idx(PIXELS))[:-9], "damaged gzip"),
    (b"\0\0\x08\x03" + b"\xff" * 12, "it has 0"),
])
def test_what_is_no_idx_file_is_named(tmp_path, content, words):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(IdxError, match=words):
        read_idx(tmp_path / "a")


def test_a_folder_holds_images_and_labels(tmp_path):
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(PIXELS)))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(np.array([3, 7], dtype=np.uint8)))
    found = idx_images(tmp_path, "test")
    np.testing.assert_allclose(found.pixels, PIXELS / 255)
    assert found.labels.tolist() == [3, 7]
    with pytest.raises(FileNotFoundError, match="neither train-images-idx3-ubyte nor"):
        idx_images(tmp_path, "train")
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx(np.array([3], dtype=np.uint8)))
    with pytest.raises(IdxError, match="do not fit together"):
        idx_images(tmp_path, "test")


def test_the_digits_come_with_scikit_learn():
    whole, train, test = (digits(split) for split in (None, "train", "test"))
    assert whole.pixels.shape == (1797, 8, 8) and set(whole.labels) == set(range(10))
    assert np.array_equal(np.concatenate([train.labels, test.labels]), whole.labels)
    assert whole.pixels.min() == 0.0 and whole.pixels.max() == 1.0


def test_a_missing_data_folder_is_named(monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", "/nowhere")
    with pytest.raises(FileNotFoundError, match="it says '/nowhere'"):
        data_folder()


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_published_files_can_be_read(data_folder, name):
    images = idx_images(data_folder / name, "test")
    assert images.pixels.shape == (10000, 28, 28) and images.pixels.max() == 1.0
    assert np.bincount(images.labels).min() > 800

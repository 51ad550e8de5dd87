"""The measures of Table 1: closed forms, bounds, invariances."""

import numpy as np
import pytest

from workbench.papers.basis.measures import (
    clustering_accuracy,
    clusters,
    column_orthogonality,
    grassmann,
    nmi,
    orthogonality,
    probe_accuracy,
)

Q = np.linalg.qr(np.random.default_rng(0).standard_normal((50, 6)))[0]
TRUE = np.arange(60) % 3


def test_grassmann_is_zero_for_one_space_in_any_basis():
    assert grassmann(Q[:, :3], Q[:, :3] @ np.random.default_rng(1).standard_normal((3, 3))) < 1e-12


def test_grassmann_counts_the_directions_that_are_not_shared():
    assert grassmann(Q[:, :3], Q[:, 2:5]) == pytest.approx(2.0)
    assert grassmann(Q[:, :3], Q[:, 3:]) == pytest.approx(3.0)


def test_grassmann_is_the_squared_sine_of_an_angle():
    turned = np.cos(0.3) * Q[:, :1] + np.sin(0.3) * Q[:, 1:2]
    assert grassmann(Q[:, :1], turned) == pytest.approx(np.sin(0.3) ** 2)


def test_grassmann_refuses_columns_that_depend_on_each_other():
    with pytest.raises(ValueError, match="second embedding has 2 columns, but rank 1"):
        grassmann(Q[:, :2], Q[:, [0, 0]])


def test_orthonormal_columns_have_no_distance_from_orthogonality():
    Y = Q * np.sqrt(50)
    assert orthogonality(Y) < 1e-12 and column_orthogonality(Y) < 1e-7


def test_only_equation_17_sees_the_size_of_columns():
    Y = 2 * Q * np.sqrt(50)
    assert orthogonality(Y) == pytest.approx(6 * 9)         # each diagonal entry is 4 instead of 1
    assert column_orthogonality(Y) < 1e-7


def test_ten_parallel_columns_have_the_distance_that_table_1_prints_for_specnet2():
    Y = np.outer(Q[:, 0], np.arange(1, 11))
    assert column_orthogonality(Y) == pytest.approx(np.sqrt(90))
    assert np.sqrt(90) == pytest.approx(9.486, abs=1e-3)


def test_clustering_does_not_depend_on_the_names_of_clusters():
    renamed = np.array([2, 0, 1])[TRUE]
    assert nmi(TRUE, renamed) == pytest.approx(1.0)
    assert clustering_accuracy(TRUE, renamed) == 1.0


def test_accuracy_uses_every_name_once():
    assert clustering_accuracy(TRUE, np.zeros(60, dtype=int)) == pytest.approx(1 / 3)
    wrong = TRUE.copy()
    wrong[:6] = (wrong[:6] + 1) % 3
    assert clustering_accuracy(TRUE, wrong) == pytest.approx(0.9)


def test_nmi_is_divided_by_the_larger_entropy():
    fine = np.arange(60) % 6                                # I = H(true) = log 3, H(fine) = log 6
    assert nmi(TRUE, fine) == pytest.approx(np.log(3) / np.log(6))
    assert nmi(TRUE, np.zeros(60, dtype=int)) == pytest.approx(0.0)


def test_well_separated_rows_are_found_and_classified():
    Y = np.eye(3)[TRUE] + 0.01 * np.random.default_rng(0).standard_normal((60, 3))
    assert clustering_accuracy(TRUE, clusters(Y, 3)) == 1.0
    assert probe_accuracy(Y, TRUE, Y, TRUE) == 1.0
    assert probe_accuracy(Y, TRUE, Y, (TRUE + 1) % 3) == 0.0

from __future__ import annotations

import os

from finslm.model.machine import Machine, features_of, this_machine

CPU_INFO = "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu avx2 fma f16c avx512f avx512_vnni\n\n"


def test_flags_of_the_kernel_are_read_as_features() -> None:
    assert features_of(CPU_INFO) == {"AVX2", "FMA", "F16C", "AVX512", "AVX512_VNNI"}
    assert features_of("flags : fpu avx2\n") == {"AVX2"}
    assert features_of("") == frozenset()


def test_feature_that_the_library_leaves_unused_is_named() -> None:
    machine = Machine(2, "Some CPU", features_of(CPU_INFO), frozenset({"AVX2", "FMA", "F16C"}))
    assert machine.unused == ("AVX512", "AVX512_VNNI")


def test_library_that_uses_more_than_is_worth_naming_leaves_nothing_unused() -> None:
    assert Machine(2, "Some CPU", frozenset({"AVX2"}), frozenset({"AVX2", "AMX_INT8"})).unused == ()


def test_this_machine_counts_only_the_cores_it_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert this_machine().cores == 1
    finally:
        os.sched_setaffinity(0, allowed)

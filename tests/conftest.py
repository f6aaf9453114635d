"""Shared by all tests: nothing of the caller's environment leaks in, and how many examples properties get."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

for name in list(os.environ):
    if name.startswith(("QUESTIONPRO_", "SUPERMETRICS_", "ASAVIE_", "TRUECOPY_LOG")):
        del os.environ[name]

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
_PHASES = [phase for phase in Phase if phase is not Phase.explain]  # explaining costs more runs than it is worth
_COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": _SLOW, "phases": _PHASES}
settings.register_profile("ci", max_examples=500, derandomize=True, database=None, **_COMMON)
EXAMPLES = os.environ.get("FUZZ_EXAMPLES") or "20000"
if not (EXAMPLES.isdecimal() and int(EXAMPLES)):
    pytest.exit(f"FUZZ_EXAMPLES is {EXAMPLES!r}; so many bodies as 2000 are expected", returncode=2)
settings.register_profile(
    "nightly",
    max_examples=int(EXAMPLES),
    derandomize=False,  # hypothesis' default where it sees a CI service would be the same examples each night
    database=DirectoryBasedExampleDatabase("build/fuzz-examples-clients"),
    print_blob=True,
    **_COMMON,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

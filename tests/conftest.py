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
NUMBERS = {"FUZZ_EXAMPLES": 20000, "HOSTILE_REQUESTS": 6000}
"""Variables that say how many of something are made up, and how many when they say nothing."""


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples properties get.

    Raises:
        pytest.UsageError: a variable makes no sense.
    """
    for name, usual in NUMBERS.items():
        text = os.environ.get(name) or str(usual)
        if not (text.isascii() and text.isdecimal() and int(text)):
            raise pytest.UsageError(f"{name} is {text!r}; a number as {usual} is expected")
        os.environ[name] = text
    settings.register_profile("ci", max_examples=500, derandomize=True, database=None, **_COMMON)
    settings.register_profile(
        "nightly",
        max_examples=int(os.environ["FUZZ_EXAMPLES"]),
        derandomize=False,  # hypothesis' default where it sees a CI service would be the same examples each night
        database=DirectoryBasedExampleDatabase("build/fuzz-examples-clients"),
        print_blob=True,
        **_COMMON,
    )
    profile = os.environ.get("HYPOTHESIS_PROFILE", "ci")
    if profile not in ("ci", "nightly"):
        raise pytest.UsageError(f"HYPOTHESIS_PROFILE is {profile!r}; there are ci and nightly")
    settings.load_profile(profile)

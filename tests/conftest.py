"""Shared by all tests: nothing of the caller's environment leaks in."""

from __future__ import annotations

import os

for name in list(os.environ):
    if name.startswith(("QUESTIONPRO_", "SUPERMETRICS_", "ASAVIE_", "TRUECOPY_LOG")):
        del os.environ[name]

"""What schemathesis loads: the collection of evidence."""

from __future__ import annotations

import os

from schemathesis.cli import handler

from .evidence import Evidence
from .worker import EVIDENCE_VARIABLE

if EVIDENCE_VARIABLE in os.environ:
    handler()(Evidence)

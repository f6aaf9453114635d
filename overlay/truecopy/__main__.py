"""The command ``truecopy``; what it does is in ``truecopy.cli``, which needs the extra ``cli``."""

from __future__ import annotations

import importlib.util
import io
import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line and exit with its status."""
    # A stream that the caller has closed is one without content; no connection may get its descriptor.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # like the standard error stream: not all can write all
    if any(importlib.util.find_spec(name) is None for name in ("click", "rich")):
        print("truecopy: the command line needs the extra cli: pip install 'truecopy[cli]'", file=sys.stderr)
        sys.exit(2)
    from truecopy.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()

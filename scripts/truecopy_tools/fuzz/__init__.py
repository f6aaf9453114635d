"""Fuzzing of the emulator, or of a real server, against the specs: `make fuzz` and its siblings (docs/fuzzing.md).

`targets` says what is fuzzed and where, `worker` runs schemathesis on one target in a process of its own, `hooks` is
what schemathesis loads there, `evidence` is what it writes down, and `verdict` reads that and says what is wrong.
"""

import os

# Else hypothesis imports trio, and with it pytest, to seed what nothing here uses: a tenth of a second.
os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")

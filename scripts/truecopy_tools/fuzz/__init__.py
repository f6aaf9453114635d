"""Fuzzing of the emulator, or of a real server, against the specs: `make fuzz` and its siblings (docs/fuzzing.md).

`targets` says what is fuzzed and where, `worker` runs schemathesis on one target in a process of its own, `hooks` is
what schemathesis loads there, `evidence` is what it writes down, and `verdict` reads that and says what is wrong.
"""

"""The version of truecopy."""

__version__ = "0.1.0"

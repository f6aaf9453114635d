"""Where examples that failed are kept, in hypothesis' own databases, so that machines can share them:

- a folder;
- `redis://…` (also `rediss://` and `unix://`): one Redis for all machines;
- `github:owner/repository`: what the workflow's artifact `hypothesis-example-db` has, read with the token GITHUB_TOKEN;
  what fails here is kept in a folder, for the workflow to upload.
"""

from __future__ import annotations

from pathlib import Path

import hypothesis
from hypothesis.database import (
    DirectoryBasedExampleDatabase,
    ExampleDatabase,
    GitHubArtifactDatabase,
    MultiplexedDatabase,
    ReadOnlyDatabase,
)

from .targets import UsageError

REDIS = ("redis://", "rediss://", "unix://")
PREFIX = b"truecopy-fuzz:"


def is_folder(place: str) -> bool:
    """The place is a path."""
    return not place.startswith((*REDIS, "github:"))


def check(place: str) -> None:
    """Refuse a place that cannot be one.

    Raises:
        UsageError: it is said to be a repository, and is not the name of one.
    """
    if place.startswith("github:") and not all(place.removeprefix("github:").partition("/")):
        raise UsageError(f"FUZZ_DATABASE is {place!r}; a repository is github:owner/name")


def database(place: str, folder: Path) -> ExampleDatabase:
    """The database of a place.

    Args:
        place: as above.
        folder: where to keep examples that the place itself cannot take.
    """
    check(place)
    if is_folder(place):
        return DirectoryBasedExampleDatabase(place)
    if place.startswith("github:"):
        owner, _, repository = place.removeprefix("github:").partition("/")
        shared = ReadOnlyDatabase(GitHubArtifactDatabase(owner, repository))
        return MultiplexedDatabase(DirectoryBasedExampleDatabase(folder), shared)
    from hypothesis.extra.redis import RedisExampleDatabase
    from redis import Redis

    return RedisExampleDatabase(Redis.from_url(place), key_prefix=PREFIX)


def use(place: str, folder: Path) -> None:
    """Make hypothesis use it in this process; without a place nothing is kept. Where hypothesis sees a CI service it
    would keep nothing and draw the same examples each time: here a run says itself what it keeps and which seed it has.
    """
    hypothesis.settings.register_profile(
        "truecopy-fuzz",
        hypothesis.settings.get_profile("default"),
        derandomize=False,
        database=database(place, folder) if place else None,
    )
    hypothesis.settings.load_profile("truecopy-fuzz")

"""Where examples that failed are kept, in hypothesis' own databases, so that machines can share them:

- a folder;
- `redis://…` (also `rediss://` and `unix://`): one Redis for all machines;
- `github:owner/repository`: what the workflow's artifact `hypothesis-example-db` has, read with the token GITHUB_TOKEN;
  what fails here is kept in a folder, for the workflow to upload.
"""

from __future__ import annotations

import re
from pathlib import Path

import hypothesis
from hypothesis.database import (
    DirectoryBasedExampleDatabase,
    ExampleDatabase,
    GitHubArtifactDatabase,
    MultiplexedDatabase,
    ReadOnlyDatabase,
)
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from .targets import UsageError

REDIS = ("redis://", "rediss://", "unix://")
PREFIX = b"truecopy-fuzz:"


def is_folder(place: str) -> bool:
    """The place is a path."""
    return not place.startswith((*REDIS, "github:"))


def check(place: str) -> None:
    """Refuse a place that cannot be one.

    Raises:
        UsageError: it is said to be a repository, and is not the name of one; it is a URL of something else; no Redis
            answers there.
    """
    if place.startswith("github:") and not all(place.removeprefix("github:").partition("/")):
        raise UsageError(f"FUZZ_DATABASE is {place!r}; a repository is github:owner/name")
    if place.startswith(REDIS):
        from redis import Redis
        from redis.exceptions import RedisError

        try:
            Redis.from_url(place, socket_connect_timeout=5).ping()
        except (RedisError, ValueError, OSError) as error:
            raise UsageError(
                f"FUZZ_DATABASE: no Redis answers at {_shown(place)} ({error}); start it, or name a folder"
            ) from None
    elif "://" in place:
        raise UsageError(f"FUZZ_DATABASE is {_shown(place)!r}; it is a folder, redis://… or github:owner/name")


def _shown(place: str) -> str:
    """A URL without what may be its password."""
    return re.sub(r"//[^/@]*@", "//", place)


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
    # hypothesis also draws the constants of the modules that are loaded, so that what a seed runs would be another with
    # each edit of ours.
    providers._get_local_constants = Constants

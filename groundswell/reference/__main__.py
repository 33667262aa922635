"""Write the generated reference pages, or tell which are stale: `python -m groundswell.reference`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from flink_jobs.content.options import ENV_PREFIX as CONTENT_PREFIX
from flink_jobs.content.options import ContentOptions
from flink_jobs.feed.options import ENV_PREFIX as FEED_PREFIX
from flink_jobs.feed.options import FeedOptions
from flink_jobs.interests.options import ENV_PREFIX as INTERESTS_PREFIX
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.trending.options import ENV_PREFIX, TrendingOptions
from groundswell.reference import cli_page, http_page, options_page, redis_page

PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/trending-options.md": lambda: options_page.page(
        "trending", TrendingOptions(), ENV_PREFIX, "trend.burst.alert_score"
    ),
    "docs/reference/content-options.md": lambda: options_page.page(
        "content", ContentOptions(), CONTENT_PREFIX, "tagger.min_prob"
    ),
    "docs/reference/interests-options.md": lambda: options_page.page(
        "interests", InterestsOptions(), INTERESTS_PREFIX, "join.window_ms"
    ),
    "docs/reference/feed-options.md": lambda: options_page.page(
        "feed", FeedOptions(), FEED_PREFIX, "pools.topic_items"
    ),
    "docs/reference/redis.md": redis_page.page,
    "docs/reference/http.md": http_page.page,
    "docs/reference/cli.md": cli_page.page,
}


def stale(root: Path) -> dict[str, str]:
    """Return path -> text of the pages that are not what the code says."""
    texts = {path: make() for path, make in PAGES.items()}
    return {
        path: text
        for path, text in texts.items()
        if not (root / path).exists() or (root / path).read_text("utf-8") != text
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 = nothing to do or written, 1 = stale with `--check`, 2 = no such folder."""
    parser = argparse.ArgumentParser(prog="python -m groundswell.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a page is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    if not (options.root / "docs" / "reference").is_dir():
        sys.stderr.write(f"groundswell.reference: {options.root} has no docs/reference; give --root\n")
        return 2
    old = stale(options.root)
    for path, text in old.items():
        if not options.check:
            (options.root / path).write_text(text, "utf-8")
        said = "stale; run python -m groundswell.reference" if options.check else "written"
        sys.stdout.write(f"{path}: {said}\n")
    return 1 if options.check and old else 0


if __name__ == "__main__":
    sys.exit(main())

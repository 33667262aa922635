"""Settings of the feed's policy. They are logged with every decision, so that it can be made again."""

from dataclasses import dataclass
from typing import Final

POLICY: Final = "feed-1"  # another number whenever the same inputs give another slate


@dataclass(frozen=True, slots=True)
class FeedConfig:
    """How a slate is made.

    Attributes:
        depth: Places of a slate at most; a multiple of block.
        in_network: Candidates of followed creators at most.
        interest: Candidates by interest at most.
        trending: Candidates of trending topics at most.
        popular: Popular candidates at most.
        new: Candidates of new creators at most.
        max_age_ms: Older items are left out.
        out_of_network: Factor of items of creators that the person does not follow.
        author_decay: Each item of a creator lowers the factor of the creator's next one towards author_floor.
        author_floor: Least factor.
        author_share: A creator has at most 1 + author_share x n of the first n places while others are left.
        topic_decay: The same for items of a topic.
        topic_floor: Least factor.
        tired: Factor of a creator right after an item of its was hidden; rises to 1.
        tired_ms: In this time.
        block: In each so many places one is given to a new creator's item: the exploration budget.
        block_start: Places of the first block that stay as ranked.
        explore_met: Met by so many people, a new item is drawn half as often.
    """

    depth: int = 60
    in_network: int = 80
    interest: int = 80
    trending: int = 30
    popular: int = 40
    new: int = 30
    max_age_ms: int = 7 * 86_400_000
    out_of_network: float = 0.75
    author_decay: float = 0.5
    author_floor: float = 0.25
    author_share: float = 0.2
    topic_decay: float = 0.8
    topic_floor: float = 0.5
    tired: float = 0.2
    tired_ms: int = 14 * 86_400_000
    block: int = 20
    block_start: int = 2
    explore_met: float = 20.0

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        shares = ("out_of_network", "author_decay", "author_floor", "topic_decay", "topic_floor", "tired")
        counts = ("in_network", "interest", "trending", "popular", "new")
        checks = (
            *((0 < getattr(self, name) <= 1, f"{name}: expected above 0, at most 1") for name in shares),
            *((getattr(self, name) >= 0, f"{name}: expected 0 or more") for name in counts),
            (0 < self.author_share <= 1, "author_share: expected above 0, at most 1"),
            (self.max_age_ms >= 1, "max_age_ms: expected 1 or more"),
            (self.tired_ms >= 1, "tired_ms: expected 1 or more"),
            (self.block > self.block_start >= 0, "block_start: expected 0 or more, below block"),
            (self.block >= 1 and self.depth >= 1, "block and depth: expected 1 or more"),
            (self.depth % max(self.block, 1) == 0, "depth: expected a multiple of block"),
            (self.explore_met > 0, "explore_met: expected above 0"),
        )
        if problems := [text for ok, text in checks if not ok]:
            raise ValueError("\n".join(problems))

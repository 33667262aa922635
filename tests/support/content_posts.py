"""Posts in plain English about a few topics, from a seed: enough for a tagger to learn from."""

import numpy as np

TOPICS = {
    "coffee": "espresso roast beans barista crema grinder kettle brewing arabica latte",
    "football": "striker goalkeeper penalty midfield referee kickoff stadium defender league header",
    "gardening": "tomatoes compost seedlings pruning greenhouse mulch watering perennials roses soil",
    "astronomy": "telescope nebula galaxy eclipse comet orbit saturn constellation supernova moon",
}
_FRAMES = (
    "I was thinking about the {} and the {} with my {} this morning",
    "why does nobody talk about {} when the {} is so much better than any {}",
    "today we finally found a good {} near the {} and then some {} as well",
    "my friends say that {} without {} is like {} in the rain",
    "there is something wonderful about {} after a long day of {} and {}",
)


def post_texts(n: int, rng: np.random.Generator) -> list[tuple[str, list[str]]]:
    """Return n texts, each with the one tag that it is about."""
    out = []
    for _ in range(n):
        topic = str(rng.choice(list(TOPICS)))
        words = rng.choice(TOPICS[topic].split(), 3, replace=False)
        out.append((str(rng.choice(_FRAMES)).format(*words), [topic]))
    return out

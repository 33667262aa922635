"""Entities of Mastodon's public API, as far as trends need them: its documentation, "Entities"."""

from typing import Any

import msgspec


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A day of a tag or link.

    Attributes:
        day: Its start, seconds since 1970 UTC, as text.
        uses: How often, as text.
        accounts: By how many people, as text.
    """

    day: str
    uses: str
    accounts: str


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that trends.

    Attributes:
        id: Its name.
        name: Its name, without a hash; spaces are underscores.
        url: Its page on the platform.
        history: Seven days, newest first. What is known are the last panes; other days are 0.
    """

    id: str
    name: str
    url: str
    history: tuple[History, ...]


class PreviewCard(msgspec.Struct, frozen=True, kw_only=True):
    """A link that trends. Only its address is known here; what a page says of itself stays empty.

    Attributes:
        url: Its address.
        title: Its address, too.
        provider_name: Host of the address.
        history: As that of a tag.
    """

    url: str
    title: str
    description: str = ""
    type: str = "link"
    author_name: str = ""
    author_url: str = ""
    authors: tuple[Any, ...] = ()
    provider_name: str = ""
    provider_url: str = ""
    html: str = ""
    width: int = 0
    height: int = 0
    image: str | None = None
    image_description: str = ""
    embed_url: str = ""
    blurhash: str | None = None
    published_at: str | None = None
    language: str | None = None
    history: tuple[History, ...]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a post: not known here. The platform that has the posts can fill it in."""

    id: str = "0"
    username: str = "unknown"
    acct: str = "unknown"
    display_name: str = ""
    url: str = ""
    uri: str = ""
    note: str = ""
    avatar: str = ""
    avatar_static: str = ""
    header: str = ""
    header_static: str = ""
    locked: bool = False
    bot: bool = False
    group: bool = False
    created_at: str = "1970-01-01T00:00:00.000Z"
    followers_count: int = 0
    following_count: int = 0
    statuses_count: int = 0
    fields: tuple[Any, ...] = ()
    emojis: tuple[Any, ...] = ()


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A post that trends. Only its id is known here; `create_app(statuses=...)` fills in the rest.

    Attributes:
        id: Id of the post.
        created_at: When it entered the list, unless the platform says otherwise.
        url: Its page on the platform.
        uri: The same.
    """

    id: str
    created_at: str
    url: str
    uri: str
    content: str = ""
    account: Account = Account()
    visibility: str = "public"
    sensitive: bool = False
    spoiler_text: str = ""
    language: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    edited_at: str | None = None
    replies_count: int = 0
    reblogs_count: int = 0
    favourites_count: int = 0
    reblog: None = None
    poll: None = None
    card: None = None
    application: None = None
    media_attachments: tuple[Any, ...] = ()
    mentions: tuple[Any, ...] = ()
    tags: tuple[Any, ...] = ()
    emojis: tuple[Any, ...] = ()


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """What clients ask before anything else.

    Attributes:
        uri: Name of the server.
        domain: The same, where newer clients look.
        version: Version of Mastodon's API that the trends endpoints follow, and ours.
    """

    uri: str
    domain: str
    title: str
    version: str
    description: str
    short_description: str
    email: str = ""
    source_url: str = ""
    languages: tuple[str, ...] = ()
    registrations: bool = False
    approval_required: bool = False
    invites_enabled: bool = False
    urls: dict[str, str] = {}
    stats: dict[str, int] = {}
    rules: tuple[Any, ...] = ()
    configuration: dict[str, Any] = {}
    thumbnail: str | None = None
    contact_account: None = None

"""`groundswell dashboard`: the page of a stack, opened."""

import webbrowser
from typing import Annotated

import typer

from groundswell.verbs._connect import RedisUrl, redis_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, DataDir, say
from groundswell.verbs.serve import Port, start

_LOOPBACK = "127.0.0.1"
_SERVING = "serving on "
NoOpen = Annotated[bool, typer.Option("--no-open", help="Only say where the page is.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def dashboard(
        port: Port = 8080,
        *,
        no_open: NoOpen = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Serve the page of live trends to this machine, and open it in a browser if there is one.

        The same server as `groundswell serve` on its defaults. Ends with Ctrl-C.
        Exit code 1 when the port cannot be used, 2 for wrong use.
        """

        def tell(line: str) -> None:
            say(line)
            if line.startswith(_SERVING) and not no_open:
                webbrowser.open(line.removeprefix(_SERVING))

        from serving.web.options import WebOptions  # noqa: PLC0415 - help must not load a server

        with told():
            start(redis_address(data, redis), WebOptions(), None, (_LOOPBACK, port, 0), tell)

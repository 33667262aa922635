"""A FastAPI endpoint that does one GET from Redis and no more: what `benchmarks/serving.py` compares with."""

import sys

import redis.asyncio
import uvicorn
from fastapi import FastAPI
from starlette.responses import Response


def main() -> None:
    """Serve on loopback until terminated: `python -m benchmarks.serving_bare REDIS PORT`."""
    client = redis.asyncio.Redis.from_url(sys.argv[1], protocol=2)
    app = FastAPI()

    @app.get("/bare")
    async def bare() -> Response:
        """Return the bytes."""
        return Response(await client.get("bench:bare") or b"{}", media_type="application/json")

    uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()

# The integration tests of tests/docker, run inside compose: docker compose --profile test run --rm tests
ARG STANDIN_PREFIX=
FROM ${STANDIN_PREFIX}debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin groundswell
COPY deploy/docker/ca /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY locks/test.txt /locks/test.txt
RUN python3 -m pip install -q --require-hashes --no-deps --target /site -r /locks/test.txt
WORKDIR /src
COPY pyproject.toml docker-compose.yml ./
COPY schemas schemas
COPY state state
COPY producers producers
COPY flink_jobs flink_jobs
COPY serving serving
COPY groundswell groundswell
COPY tests tests
ENV PYTHONPATH=/src:/site PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
USER groundswell
ENTRYPOINT ["python3", "-m", "pytest", "-p", "no:cacheprovider"]
CMD ["tests/docker"]

# Producers, topics, canary and the HTTP server: no Java, no Flink, no shell needed to run.
ARG STANDIN_PREFIX=
FROM ${STANDIN_PREFIX}debian:12-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/ca /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY locks/setup.txt locks/serving.txt locks/
RUN python3 -m pip install -q --require-hashes --no-deps --target /tools -r locks/setup.txt \
 && python3 -m pip install -q --require-hashes --no-deps --target /opt/groundswell/site -r locks/serving.txt
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY state state
COPY producers producers
COPY flink_jobs flink_jobs
COPY serving serving
COPY groundswell groundswell
RUN PYTHONPATH=/tools python3 -m pip wheel -q --no-deps --no-build-isolation -w /wheel . \
 && python3 -m pip install -q --no-deps --no-index --target /opt/groundswell/site /wheel/*.whl

ARG STANDIN_PREFIX=
FROM ${STANDIN_PREFIX}debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin groundswell
COPY --from=build /opt/groundswell /opt/groundswell
ENV PYTHONPATH=/opt/groundswell/site PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
USER groundswell
WORKDIR /tmp
ENTRYPOINT ["python3", "-m", "groundswell.cli"]
CMD ["--help"]

# Flink with the locked Python environment of our jobs, the Kafka connector by checksum, and our wheel.
# Context: the repository. STANDIN_PREFIX is empty but where local stand-ins are used instead of official images.
ARG STANDIN_PREFIX=
FROM ${STANDIN_PREFIX}flink:2.2-java17 AS build
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/ca /usr/local/share/ca-certificates/
RUN update-ca-certificates
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY locks/setup.txt locks/flink.txt locks/
RUN python3 -m pip install -q --require-hashes --no-deps --target /tools -r locks/setup.txt \
 && python3 -m pip install -q --require-hashes --no-deps --target /opt/groundswell/site -r locks/flink.txt
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY state state
COPY producers producers
COPY flink_jobs flink_jobs
COPY serving serving
COPY groundswell groundswell
ARG GROUNDSWELL_MAVEN_REPOSITORY=
RUN PYTHONPATH=/tools python3 -m pip wheel -q --no-deps --no-build-isolation -w /opt/groundswell/wheel . \
 && PYTHONPATH=/src:/opt/groundswell/site python3 -m groundswell.stack.jars --use flink --into /opt/groundswell/jars \
 && PYTHONPATH=/src:/opt/groundswell/site python3 -m groundswell.stack.jars --use metrics --into /opt/groundswell/agent \
 && cp groundswell/stack/kafka_metrics.yml /opt/groundswell/agent/

ARG STANDIN_PREFIX=
FROM ${STANDIN_PREFIX}flink:2.2-java17
USER root
# libpython: Python steps run inside the JVM in thread mode.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 \
 && apt-get install -y --no-install-recommends \
      "libpython$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')" \
 && rm -rf /var/lib/apt/lists/* \
 # On the system class path, or a second thread-mode job in a living TaskManager fails (decision 0006).
 && cp /opt/flink/opt/flink-python-*.jar /opt/flink/lib/ \
 # File systems of the clouds, where the base image has them, as plugins; a read-only root cannot add them later.
 && for jar in /opt/flink/opt/flink-s3-fs-hadoop-*.jar /opt/flink/opt/flink-gs-fs-hadoop-*.jar \
      /opt/flink/opt/flink-azure-fs-hadoop-*.jar; do \
      if [ -e "$jar" ]; then name=$(basename "$jar" .jar); mkdir -p "/opt/flink/plugins/$name" \
        && ln -s "$jar" "/opt/flink/plugins/$name/"; fi; done \
 && mkdir -p /data/checkpoints /data/savepoints /data/ha /zookeeper && chown -R flink:flink /data /zookeeper
COPY --from=build /opt/groundswell /opt/groundswell
RUN cp /opt/groundswell/jars/*.jar /opt/flink/lib/
COPY deploy/docker/submit.sh /opt/groundswell/submit.sh
ENV PYTHONPATH=/opt/groundswell/site PYTHONDONTWRITEBYTECODE=1
USER flink

# One image for every Airflow component, the dispatcher and the one-off `migrate`.
FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/leadhouse
COPY requirements.txt pyproject.toml ./
RUN python -m venv .venv \
 && awk '/^uv==/{f=1} f{print} f&&!/\\$/{exit}' requirements.txt > /tmp/uv.txt \
 && .venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/uv.txt \
 && .venv/bin/uv pip install --no-cache --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation --editable .
# Extraction as machine code; the compiler stays in this stage.
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev \
 && .venv/bin/python -m leadhouse.extraction.build_compiled

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --uid 50000 leadhouse \
 && install -d -o leadhouse -g leadhouse /var/lib/leadhouse
COPY --from=build --chown=root:root /opt/leadhouse /opt/leadhouse
WORKDIR /opt/leadhouse
USER leadhouse
ENV PATH=/opt/leadhouse/.venv/bin:$PATH \
    LEADHOUSE_HOME=/var/lib/leadhouse \
    AIRFLOW_HOME=/var/lib/leadhouse/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/leadhouse/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/leadhouse/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False
ENTRYPOINT []
CMD ["leadhouse", "--help"]

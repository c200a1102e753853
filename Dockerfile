# For the CPU:      docker build -t sfumato .
# For NVIDIA cards: docker build -t sfumato --build-arg DEVICE=cuda .
# docs/running.md says how to run it.
FROM python:3.11-slim-bookworm

ARG DEVICE=cpu
WORKDIR /opt/sfumato

# Packages first: a change of the sources does not install them again. They are compiled here, since
# whoever runs the container may not write them; a few files of theirs are for other Pythons.
COPY pyproject.toml constraints.txt ./
COPY tools/setup_env.py tools/
RUN set -e; \
    case "$DEVICE" in \
        cpu) TORCH="$(grep '^torch==' constraints.txt) --index-url https://download.pytorch.org/whl/cpu" ;; \
        cuda) TORCH="" ;; \
        *) echo "DEVICE is \"$DEVICE\". It is cpu or cuda." >&2; exit 2 ;; \
    esac; \
    export TORCH PIP_NO_CACHE_DIR=1; \
    python tools/setup_env.py; \
    .venv/bin/python -m compileall -q -j 0 .venv/lib || true

COPY . .
RUN .venv/bin/python -m compileall -q main.py engine nodes tools \
    && useradd --uid 1000 --create-home sfumato \
    && install -d -o sfumato -g sfumato /data /data/models /data/input /data/output /data/temp \
       /data/user /data/users /data/cache /data/custom_nodes

USER sfumato
ENV SFUMATO_BASE_DIRECTORY=/data SFUMATO_LISTEN=0.0.0.0
VOLUME /data
EXPOSE 8188
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["/opt/sfumato/.venv/bin/python", "/opt/sfumato/deploy/healthy.py"]

# The models that come along lie beside the sources.
ENTRYPOINT ["/opt/sfumato/.venv/bin/python", "/opt/sfumato/main.py", "--models", "/opt/sfumato/models"]
CMD ["serve"]

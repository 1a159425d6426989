# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without the development packages, the `node` package among them: the image has its own Node 24.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    LATCHKEY_ENV=production \
    LATCHKEY_DATA_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY config config
COPY locales locales
COPY scripts/latchkey.mjs scripts/setup.mjs scripts/
COPY scripts/tools/compile-cache.mjs scripts/tools/
COPY src src
COPY views views
# What is compiled here is not compiled at each start, nor is the list of common passwords made. Node keeps a cache for each user, so it is made as who will run it.
RUN install --directory --owner=node node_modules/.cache/latchkey \
  && setpriv --reuid=node --regid=node --clear-groups \
    node --eval "import('./scripts/setup.mjs').then(({ prepare }) => prepare(process.execPath))" \
  && chown --recursive root:root node_modules/.cache && chmod --recursive a+rX node_modules/.cache
ENV NODE_COMPILE_CACHE=/app/node_modules/.cache/latchkey
# The one place that is written to, and only with the embedded store; everything above belongs to root.
RUN install --directory --owner=node --group=node --mode=700 /data \
  && ln -s /app/scripts/latchkey.mjs /usr/local/bin/latchkey
VOLUME /data
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=15s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LATCHKEY_PORT || 3000}/healthz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "src/main.ts"]

# The dashboard: docker build -t cb-dashboard . — docs/deploy.md says how to run it. `npm run check:packages` goes through these
# steps without Docker (tools/check-image.mjs), so that they stay true.

FROM node:24-slim AS build
WORKDIR /cb
COPY . .
# The pnpm that package.json pins, by npx as `npm start` does it: nothing global, no Corepack.
RUN npx --yes "$(node -p "require('./package.json').packageManager.split('+')[0]")" install --frozen-lockfile --filter-prod "@cb/dashboard..."
RUN npx --yes "$(node -p "require('./package.json').packageManager.split('+')[0]")" --filter-prod "@cb/dashboard..." run build
# What runs, with its dependencies as the lock file has them, and nothing else.
RUN npx --yes "$(node -p "require('./package.json').packageManager.split('+')[0]")" --filter @cb/dashboard --prod --config.inject-workspace-packages=true deploy /out

FROM node:24-slim
ENV NODE_ENV=production
# Reached from outside of the container, so that ingest and view token are asked for: without them it does not start.
ENV CB_DASHBOARD_HOST=0.0.0.0
ENV CB_DASHBOARD_PORT=4600
WORKDIR /app
COPY --from=build /out ./
USER node
EXPOSE 4600
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CB_DASHBOARD_PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/server/main.js"]

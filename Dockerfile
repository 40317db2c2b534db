# A Millrace worker: the image's command is `millrace`, its arguments are those of a subcommand.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/proto ./proto
COPY docker ./docker
RUN mkdir /data && chown node /data
USER node
VOLUME /data
ENTRYPOINT ["node", "dist/bin/millrace.js"]

# Two images. `worker`, which is built without --target, is for a Temporal cluster; its state lies in the bucket that the settings
# name, and a folder bucket can be mounted on /var/lib/longhaul. `standalone` is everything for one machine, with its state there.
# Both run as a user who is not root, and hold no shell. The builder must be BuildKit or Buildah, which fill the build arguments.

FROM --platform=$BUILDPLATFORM golang:1.26.8 AS source
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH
ENV CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH GOFLAGS="-trimpath -buildvcs=auto -ldflags=-s"
RUN mkdir -p /out/var/lib/longhaul

FROM source AS build-standalone
RUN go build -o /out/longhaul ./standalone

FROM source AS build-worker
RUN go build -o /out/longhaul-worker ./worker \
 && go build -o /out/longhaul-starter ./starter

# Temporal and its UI listen on 127.0.0.1 only, for they have no logins. With `--network host` that is the host's own.
FROM gcr.io/distroless/static-debian12:nonroot AS standalone
COPY --from=build-standalone /out/longhaul /usr/local/bin/longhaul
COPY --from=build-standalone --chown=65532:65532 /out/var/lib/longhaul /var/lib/longhaul
ENV LONGHAUL_DATA_DIR=/var/lib/longhaul
USER 65532:65532
ENTRYPOINT ["longhaul"]
CMD ["serve", "--config", "/etc/longhaul/longhaul.yaml"]

FROM gcr.io/distroless/static-debian12:nonroot AS worker
COPY --from=build-worker /out/longhaul-worker /out/longhaul-starter /usr/local/bin/
# A named volume takes its owner from here: the user of this image, who is not root.
COPY --from=build-worker --chown=65532:65532 /out/var/lib/longhaul /var/lib/longhaul
USER 65532:65532
ENTRYPOINT ["longhaul-worker"]
CMD ["--config", "/etc/longhaul/longhaul.yaml"]

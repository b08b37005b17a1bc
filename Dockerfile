# The worker for a real Temporal cluster. Its state lies in the bucket that the settings name; a folder bucket can be
# mounted on /var/lib/longhaul.

FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=auto -o /out/ ./worker ./starter \
 && mkdir -p /out/var/lib/longhaul

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/worker /usr/local/bin/longhaul-worker
COPY --from=build /out/starter /usr/local/bin/longhaul-starter
# A named volume takes its owner from here: the user of this image, who is not root.
COPY --from=build --chown=65532:65532 /out/var/lib/longhaul /var/lib/longhaul
USER 65532:65532
ENTRYPOINT ["longhaul-worker"]
CMD ["--config", "/etc/longhaul/longhaul.yaml"]

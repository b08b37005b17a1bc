package server

import (
	"io"
	"net/http"
	"strconv"
)

// failUpload is a delivery that a fault strikes. A body is read before a refusal, so that the caller sees the refusal
// and not a connection that breaks under what it still sends.
func (s *Server) failUpload(w http.ResponseWriter, r *http.Request, path string, hit *strike) (status int) {
	switch hit.kind.damage {
	case resetFirst:
		hold(r.Context(), hit.delay)
		hangUp(r)
		return 0
	case resetLast:
		status, _ = s.vault.receive(r, path)
		hold(r.Context(), hit.delay)
		hangUp(r)
		return status
	case late:
		status, message := s.vault.receive(r, path)
		hold(r.Context(), hit.delay)
		tellDelivery(w, status, message)
		return status
	case recast:
		status, message := s.vault.receive(r, path)
		if status == http.StatusOK {
			status = hit.kind.Status
		}
		tellDelivery(w, status, message)
		return status
	default:
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, s.vault.most)) // a torn body is refused like a whole one
		hold(r.Context(), hit.delay)
		if hit.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(hit.retryAfter))
		}
		if hit.kind.Body == BodyHTML {
			hit.kind.writePage(w)
			return hit.kind.Status
		}
		if hit.kind.Body == BodyGraphQL { // errors beside a status of success
			answer := hit.publicReply()
			w.Header().Set("Content-Type", answer.media)
			w.WriteHeader(answer.status)
			_, _ = w.Write(answer.body) // a caller that has gone away is its own trouble
			return answer.status
		}
		if hit.kind.Status == http.StatusFound {
			w.Header().Set("Location", portalAddress)
			w.WriteHeader(hit.kind.Status)
			return hit.kind.Status
		}
		tellDelivery(w, hit.kind.Status, hit.kind.Message)
		return hit.kind.Status
	}
}

// tellDelivery answers a delivery.
func tellDelivery(w http.ResponseWriter, status int, message string) {
	if status >= http.StatusBadRequest {
		w.Header().Set("Connection", "close") // what remains of the body is not read
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	tell(w, status, message)
}

package catalog

import (
	"io"
	"net/http"
	"strconv"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/wire"
)

// portalAddress is where the redirect of a login portal leads.
const portalAddress = "https://portal.simulated-network.invalid/login?from=catalog"

// fail answers a delivery that a fault strikes. The body is read before a refusal, so that the caller sees
// the refusal and not a connection that breaks while it sends.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, path string, hit *faults.Strike) (status int) {
	switch hit.Kind.Damage {
	case wire.ResetBeforeBody:
		wire.Hold(r.Context(), hit.Delay)
		wire.HangUp(r)
		return 0
	case wire.ResetAfterBody:
		status, _ = s.store.receive(r, path)
		wire.Hold(r.Context(), hit.Delay)
		wire.HangUp(r)
		return status
	case wire.Delayed:
		status, message := s.store.receive(r, path)
		wire.Hold(r.Context(), hit.Delay)
		answerDelivery(w, status, message)
		return status
	case wire.StatusChanged:
		status, message := s.store.receive(r, path)
		if status == http.StatusOK {
			status = hit.Kind.Status
		}
		answerDelivery(w, status, message)
		return status
	default:
		return s.refuse(w, r, hit)
	}
}

// refuse answers a delivery and keeps nothing of it.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, hit *faults.Strike) (status int) {
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, s.store.MaxUpload)) // a body that breaks off is refused like a whole one
	wire.Hold(r.Context(), hit.Delay)
	if hit.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(hit.RetryAfter))
	}
	switch {
	case hit.Kind.Body == faults.BodyHTML:
		hit.WritePage(w)
	case hit.Kind.Body == faults.BodyGraphQL: // errors beside a status of success
		answer := hit.PublicReply()
		writePublic(w, &answer)
	case hit.Kind.Status == http.StatusFound:
		w.Header().Set("Location", portalAddress)
		w.WriteHeader(hit.Kind.Status)
	default:
		answerDelivery(w, hit.Kind.Status, hit.Kind.Message)
	}
	return hit.Kind.Status
}

// answerDelivery answers a delivery in one sentence.
func answerDelivery(w http.ResponseWriter, status int, message string) {
	if status >= http.StatusBadRequest {
		w.Header().Set("Connection", "close") // what remains of the body is not read
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "POST")
	}
	wire.WriteMessage(w, status, message)
}

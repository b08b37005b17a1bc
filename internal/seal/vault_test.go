package seal_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	_ "gocloud.dev/secrets/hashivault"

	"longhaul/internal/fault"
	"longhaul/internal/seal"
)

const vaultToken = "s.a-token-of-vault"

// vault answers as the transit engine of Vault does, for one key; what it encrypts is the text with a mark before it.
func vault(t *testing.T, status *atomic.Int64) *httptest.Server {
	t.Helper()
	const mark = "vault:v1:"
	answer := func(w http.ResponseWriter, code int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(body)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Plaintext, Ciphertext string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		refuse := func(code int, why string) { answer(w, code, map[string]any{"errors": []string{why}}) }
		text, ours := strings.CutPrefix(in.Ciphertext, mark)
		switch {
		case status.Load() == http.StatusNotFound: // as Vault answers where it has nothing to say
			answer(w, http.StatusNotFound, map[string]any{"errors": []string{}})
		case status.Load() != 0:
			refuse(int(status.Load()), "as the test wants it")
		case r.Header.Get("X-Vault-Token") != vaultToken:
			refuse(http.StatusForbidden, "permission denied")
		case r.Method != http.MethodPut:
			refuse(http.StatusMethodNotAllowed, "unsupported operation")
		case r.URL.Path == "/v1/transit/encrypt/longhaul":
			answer(w, http.StatusOK, map[string]any{"data": map[string]any{"ciphertext": mark + in.Plaintext}})
		case r.URL.Path == "/v1/transit/decrypt/longhaul" && ours:
			answer(w, http.StatusOK, map[string]any{"data": map[string]any{"plaintext": text}})
		case r.URL.Path == "/v1/transit/decrypt/longhaul":
			refuse(http.StatusBadRequest, "invalid ciphertext: no prefix")
		default:
			refuse(http.StatusNotFound, "no handler for route")
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// TestVault is one test, as the driver reads its environment once.
func TestVault(t *testing.T) {
	var status atomic.Int64
	server := vault(t, &status)
	t.Setenv("VAULT_ADDR", server.URL)
	t.Setenv("VAULT_TOKEN", vaultToken)
	k := keeper(t, seal.Config{Keeper: "hashivault://longhaul?engine=transit"})
	s := sealed(t, k)
	if s.Keeper != "hashivault://longhaul" || s.Key != "" || strings.Contains(string(s.Data)+string(s.DataKey), secret) {
		t.Errorf("sealed as %+v", s)
	}
	if plain, err := k.Open(t.Context(), s); err != nil || string(plain) != secret {
		t.Errorf("got %q, %v", plain, err)
	}
	for code, row := range map[int64]struct {
		class fault.Class
		says  string
	}{
		http.StatusForbidden:          {fault.Invalid, "the keeper hashivault://longhaul refuses to open"},
		http.StatusNotFound:           {fault.Invalid, "has no such key"},
		http.StatusBadRequest:         {fault.Invalid, "cannot open this"},
		http.StatusServiceUnavailable: {fault.Transient, "does not answer"}, // sealed, as Vault calls it
	} {
		status.Store(code)
		_, err := k.Open(t.Context(), s)
		says(t, err, row.class, row.says)
		if strings.Contains(err.Error(), vaultToken) {
			t.Errorf("the token is shown: %v", err)
		}
	}
	status.Store(0)
	_, err := keeper(t, seal.Config{Keeper: "hashivault://another"}).Open(t.Context(), s)
	says(t, err, fault.Invalid, "sealed by hashivault://longhaul", "this process is hashivault://another")
	_, err = keeper(t, seal.Config{Keeper: "awskms://alias/x"}).Seal(t.Context(), nil)
	says(t, err, fault.Invalid, "its build lacks the driver of awskms")

	// From a key of a file to a key service.
	old := sealed(t, keeper(t, local("a")))
	before := local("a")
	moved := keeper(t, seal.Config{Keeper: "hashivault://longhaul", Previous: &before})
	if plain, err := moved.Open(t.Context(), old); err != nil || string(plain) != secret {
		t.Errorf("got %q, %v", plain, err)
	}
	server.Close()
	_, err = k.Open(t.Context(), s)
	says(t, err, fault.Transient, "does not answer", "bring the key service back")
	if _, err := moved.Open(t.Context(), old); err != nil {
		t.Errorf("what the previous key sealed: %v", err)
	}
}

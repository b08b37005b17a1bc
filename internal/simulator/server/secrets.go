package server

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"math/big"

	"github.com/google/uuid"
)

// Secrets are what clients log in with.
type Secrets struct {
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	SecurityToken string `json:"security_token"`
	SourceID      string `json:"source_id"`
	CatalogToken  string `json:"catalog_token"`
}

// fill makes up at random what is empty.
func (s *Secrets) fill() error {
	for _, secret := range []struct {
		value  *string
		prefix string
		length int
	}{
		{&s.ClientID, "3MVG9", 80},
		{&s.ClientSecret, "", 64},
		{&s.Password, "Pw-", 20},
		{&s.SecurityToken, "", 24},
		{&s.CatalogToken, "", 40},
	} {
		if *secret.value != "" {
			continue
		}
		text, err := randomText(secret.length)
		if err != nil {
			return err
		}
		*secret.value = secret.prefix + text
	}
	s.Username = cmp.Or(s.Username, "catalog.bot@simulated-org.invalid")
	if s.SourceID == "" {
		id, err := uuid.NewRandom()
		if err != nil {
			return fmt.Errorf("making a source id: %w", err)
		}
		s.SourceID = id.String()
	}
	return nil
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func randomText(length int) (string, error) {
	out := make([]byte, length)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			return "", fmt.Errorf("making a secret: %w", err)
		}
		out[i] = letters[n.Int64()]
	}
	return string(out), nil
}

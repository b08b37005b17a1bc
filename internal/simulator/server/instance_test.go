package server

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at asks for the limits at a host, and gives the status.
func (c *caller) at(host, token string) int {
	c.t.Helper()
	return c.do("GET", host+"/services/data/v59.0/limits", "", "Authorization", "Bearer "+token).status
}

// grantAt logs in at a host.
func (c *caller) grantAt(host string) (token, instance string) {
	c.t.Helper()
	var granted struct {
		AccessToken string `json:"access_token"`
		InstanceURL string `json:"instance_url"`
	}
	ready := c.s.Ready()
	form := "grant_type=client_credentials&client_id=" + ready.ClientID + "&client_secret=" + ready.ClientSecret
	c.do("POST", host+"/services/oauth2/token", form,
		"Content-Type", formType, "Authorization", "").decode(c.t, &granted)
	return granted.AccessToken, granted.InstanceURL
}

func TestMoveInstance_tokensAreGoodAtTheNewHostOnly(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"plain": {}, "TLS": {TLSDir: filepath.Join(t.TempDir(), "ca")}} {
		c := startTrusting(t, o)
		login := c.s.Ready().Salesforce
		if token, instance := c.grantAt(login); instance != login || c.at(login, token) != 200 {
			t.Errorf("%s: before the move the instance is %s", name, instance)
		}
		old := c.token
		next, err := c.s.MoveInstance()
		if err != nil || next == login {
			t.Fatalf("%s: it moves to %s, %v", name, next, err)
		}
		token, instance := c.grantAt(login)
		got := []int{c.at(login, old), c.at(next, old), c.at(login, token), c.at(next, token)}
		if diff := cmp.Diff([]int{401, 401, 401, 200}, got); diff != "" || instance != next {
			t.Errorf("%s: the old token at both hosts and the new one at both, named %s (-want +got):\n%s", name, instance, diff)
		}
		if again, _ := c.grantAt(next); c.at(next, again) != 200 {
			t.Errorf("%s: a login at the new host is no good", name)
		}
	}
}

func TestMoveInstance_byItsRouteAndNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	login := c.s.Ready().Salesforce
	var state struct {
		Login       string
		InstanceURL string `json:"instance_url"`
	}
	c.do("POST", "/simulator/instance", "").decode(t, &state)
	token, instance := c.grantAt(login)
	if state.Login != login || state.InstanceURL != instance || c.at(instance, token) != 200 {
		t.Errorf("it answers %+v, and a login names %s", state, instance)
	}
	for range maxInstances - 2 {
		if _, err := c.s.MoveInstance(); err != nil {
			t.Fatal(err)
		}
	}
	if a := c.do("POST", "/simulator/instance", ""); a.status != 400 || !strings.Contains(string(a.body), "as often as it can") {
		t.Errorf("one move more answers %d %s", a.status, a.body)
	}
}

func TestSecondInstance_fromTheStart(t *testing.T) {
	t.Parallel()
	c := start(t, Options{SecondInstance: true})
	token, instance := c.grantAt(c.s.Ready().Salesforce)
	if instance == c.s.Ready().Salesforce || c.at(instance, token) != 200 || c.at(c.s.Ready().Salesforce, token) != 401 {
		t.Errorf("the instance is %s", instance)
	}
	if err := c.s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.s.MoveInstance(); err == nil {
		t.Error("a closed simulator moves")
	}
}

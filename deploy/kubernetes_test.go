package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"longhaul/internal/config"
)

// object is one of Kubernetes, as far as the tests need it.
type object struct {
	Kind     string
	Metadata struct {
		Name, Namespace string
		Labels          map[string]string
	}
	Data map[string]string
	Spec struct {
		Replicas int
		Selector selector
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     pod
		}
		JobLabel            string                  `yaml:"jobLabel"`
		PodSelector         selector                `yaml:"podSelector"`
		PodMetricsEndpoints []struct{ Port string } `yaml:"podMetricsEndpoints"`
		MinAvailable        int                     `yaml:"minAvailable"`
	}
}

type selector struct {
	MatchLabels map[string]string `yaml:"matchLabels"`
}

type pod struct {
	ServiceAccountName string `yaml:"serviceAccountName"`
	Grace              int    `yaml:"terminationGracePeriodSeconds"`
	SecurityContext    struct {
		RunAsNonRoot   bool                  `yaml:"runAsNonRoot"`
		RunAsUser      int                   `yaml:"runAsUser"`
		SeccompProfile struct{ Type string } `yaml:"seccompProfile"`
	} `yaml:"securityContext"`
	Containers []struct {
		Name, Image string
		Args        []string
		EnvFrom     []struct {
			ConfigMapRef struct{ Name string } `yaml:"configMapRef"`
		} `yaml:"envFrom"`
		Ports []struct {
			Name          string
			ContainerPort int `yaml:"containerPort"`
		}
		LivenessProbe   probe `yaml:"livenessProbe"`
		ReadinessProbe  probe `yaml:"readinessProbe"`
		Resources       struct{ Requests, Limits map[string]string }
		SecurityContext struct {
			Escalation   *bool                   `yaml:"allowPrivilegeEscalation"`
			ReadOnly     bool                    `yaml:"readOnlyRootFilesystem"`
			Capabilities struct{ Drop []string } `yaml:"capabilities"`
		} `yaml:"securityContext"`
	}
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

// objects are those of deploy/kubernetes, by kind and name.
func objects(t *testing.T) map[string]object {
	t.Helper()
	var list struct{ Resources []string }
	if err := yaml.Unmarshal(read(t, "kubernetes/kustomization.yaml"), &list); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]object{}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "kustomization.yaml" {
			continue
		}
		if !slices.Contains(list.Resources, name) {
			t.Errorf("kustomization.yaml does not list %s", name)
		}
		for decoder := yaml.NewDecoder(bytes.NewReader(read(t, file))); ; {
			var o object
			err := decoder.Decode(&o)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if o.Metadata.Namespace != "longhaul" && o.Kind != "Namespace" {
				t.Errorf("%s %s is in namespace %q", o.Kind, o.Metadata.Name, o.Metadata.Namespace)
			}
			all[o.Kind+" "+o.Metadata.Name] = o
		}
	}
	return all
}

func TestKubernetes_givesPodsNoMoreThanTheyNeed(t *testing.T) {
	t.Parallel()
	all := objects(t)
	for _, name := range []string{"Deployment longhaul-worker", "Job longhaul-search-attributes"} {
		p := all[name].Spec.Template.Spec
		if s := p.SecurityContext; !s.RunAsNonRoot || s.RunAsUser == 0 || s.SeccompProfile.Type != "RuntimeDefault" {
			t.Errorf("%s runs as %+v", name, s)
		}
		if len(p.Containers) != 1 {
			t.Fatalf("%s has %d containers", name, len(p.Containers))
		}
		c := p.Containers[0]
		s := c.SecurityContext
		if s.Escalation == nil || *s.Escalation || !s.ReadOnly || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
			t.Errorf("%s may do more than it needs: %+v", name, s)
		}
		if c.Resources.Requests["cpu"] == "" || c.Resources.Requests["memory"] == "" || c.Resources.Limits["memory"] == "" {
			t.Errorf("%s takes what it likes: %+v", name, c.Resources)
		}
		if _, tag, _ := strings.Cut(c.Image, ":"); !strings.Contains(tag, ".") {
			t.Errorf("%s runs %s, which is no version", name, c.Image)
		}
	}
}

// The parts find each other by names, labels and ports.
func TestKubernetes_partsFitTogether(t *testing.T) {
	t.Parallel()
	all := objects(t)
	deployment := all["Deployment longhaul-worker"].Spec
	labels := deployment.Template.Metadata.Labels
	for name, s := range map[string]selector{
		"Deployment": deployment.Selector, "PodDisruptionBudget": all["PodDisruptionBudget longhaul-worker"].Spec.Selector,
		"PodMonitor": all["PodMonitor longhaul"].Spec.Selector, "NetworkPolicy": all["NetworkPolicy longhaul"].Spec.PodSelector,
	} {
		if len(s.MatchLabels) == 0 {
			t.Errorf("the %s selects every pod", name)
		}
		for label, value := range s.MatchLabels {
			if labels[label] != value {
				t.Errorf("the %s looks for %s=%s, and the workers have %v", name, label, value, labels)
			}
		}
	}
	if least := all["PodDisruptionBudget longhaul-worker"].Spec.MinAvailable; deployment.Replicas != 2 || least != 1 {
		t.Errorf("of %d workers %d stay while nodes are drained", deployment.Replicas, least)
	}
	if _, found := all["ServiceAccount "+deployment.Template.Spec.ServiceAccountName]; !found {
		t.Errorf("there is no account %q", deployment.Template.Spec.ServiceAccountName)
	}
	const drain = 15 // seconds that the compose file gives
	if deployment.Template.Spec.Grace < drain {
		t.Errorf("a worker is killed %d s after SIGTERM", deployment.Template.Spec.Grace)
	}
	worker := deployment.Template.Spec.Containers[0]
	for probe, path := range map[probe]string{worker.LivenessProbe: "/healthz", worker.ReadinessProbe: "/readyz"} {
		if probe.HTTPGet.Path != path || probe.HTTPGet.Port != worker.Ports[0].Name {
			t.Errorf("a probe asks %+v, want %s", probe.HTTPGet, path)
		}
	}
	monitor := all["PodMonitor longhaul"].Spec
	if monitor.PodMetricsEndpoints[0].Port != worker.Ports[0].Name || labels[monitor.JobLabel] != "longhaul" {
		t.Errorf("Prometheus asks %+v as job %q", monitor.PodMetricsEndpoints, labels[monitor.JobLabel])
	}
	for _, ref := range worker.EnvFrom {
		if name := ref.ConfigMapRef.Name; name != "" && all["ConfigMap "+name].Data["TEMPORAL_ADDRESS"] == "" {
			t.Errorf("%s does not say where Temporal is", name)
		}
	}
}

// The settings of the ConfigMap are whole, and say that metrics are served where the probes ask.
func TestKubernetes_settingsAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings := objects(t)["ConfigMap longhaul"].Data["longhaul.yaml"]
	if err := os.WriteFile(filepath.Join(dir, "longhaul.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	read, _, err := config.Read(config.Input{Dir: dir, NeedStorage: true, NeedSources: true})
	if err != nil || len(read.Warnings) > 0 {
		t.Fatalf("%v, warnings %q", err, read.Warnings)
	}
	port := objects(t)["Deployment longhaul-worker"].Spec.Template.Spec.Containers[0].Ports[0].ContainerPort
	if port != 9464 || !strings.Contains(settings, "address: 0.0.0.0:9464") {
		t.Errorf("probes ask port %d, and the settings are:\n%s", port, settings)
	}
	for line := range strings.SplitSeq(settings, "\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if secret := key == "client_secret" || key == "token"; secret && !strings.HasPrefix(value, "file:/run/secrets/longhaul/") {
			t.Errorf("%s is no file of the Secret", key)
		}
	}
}

// The search attributes are those that the workflows set, as the compose file makes them.
func TestKubernetes_makesTheSearchAttributesOfTheComposeFile(t *testing.T) {
	t.Parallel()
	compose := string(read(t, "../docker-compose.yml"))
	args := objects(t)["Job longhaul-search-attributes"].Spec.Template.Spec.Containers[0].Args[0]
	made := 0
	for part := range strings.SplitSeq(args, "--name ") {
		attribute := strings.Trim(strings.TrimSpace(part), "\\\n ")
		if strings.HasPrefix(attribute, "Longhaul") {
			made++
			if !strings.Contains(compose, attribute) {
				t.Errorf("%s is not made by the compose file", attribute)
			}
		}
	}
	if want := strings.Count(compose, "--name Longhaul"); made != want || made == 0 {
		t.Errorf("%d are made, want %d", made, want)
	}
}

// The policy has the rights that docs/configuration.md names, on one bucket, and no other.
func TestKubernetes_policyHasTheRightsOfTheBucket(t *testing.T) {
	t.Parallel()
	var policy struct {
		Statement []struct {
			Effect   string
			Action   any
			Resource string
		}
	}
	if err := json.Unmarshal(read(t, "kubernetes/s3-policy.json"), &policy); err != nil {
		t.Fatal(err)
	}
	documented := string(read(t, "../docs/configuration.md"))
	var got []string
	for _, statement := range policy.Statement {
		actions, many := statement.Action.([]any)
		if !many {
			actions = []any{statement.Action}
		}
		for _, action := range actions {
			name, _ := action.(string)
			got = append(got, name)
			if !strings.Contains(documented, "`"+name+"`") {
				t.Errorf("docs/configuration.md does not name %s", name)
			}
		}
		if statement.Effect != "Allow" || !strings.HasPrefix(statement.Resource, "arn:aws:s3:::longhaul-acme") {
			t.Errorf("%s %v on %s", statement.Effect, statement.Action, statement.Resource)
		}
	}
	slices.Sort(got)
	if want := []string{"s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"}; !slices.Equal(got, want) {
		t.Errorf("the rights are %q, want %q", got, want)
	}
}

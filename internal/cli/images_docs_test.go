package cli

import (
	"encoding/json"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// stage is a part of a Dockerfile: what it is made from, and its instructions, a list of words each.
type stage struct {
	from         string
	instructions [][]string
}

// argument is the list of words that an instruction gives as JSON, of its last occurrence.
func (s stage) argument(t *testing.T, instruction string) (words []string) {
	t.Helper()
	for _, line := range s.instructions {
		if line[0] == instruction {
			words = nil
			if err := json.Unmarshal([]byte(strings.Join(line[1:], " ")), &words); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
	}
	return words
}

// stages reads the Dockerfile, whose base images, build stages and images are all named.
func stages(t *testing.T) map[string]stage {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	found, name := map[string]stage{}, ""
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case words[0] == "FROM":
			words = slices.DeleteFunc(words[1:], func(word string) bool { return strings.HasPrefix(word, "--") })
			name = words[2]
			found[name] = stage{from: words[0]}
		default:
			now := found[name]
			now.instructions = append(now.instructions, words)
			found[name] = now
		}
	}
	return found
}

// made are the paths that a stage and those below it leave.
func made(all map[string]stage, name string) (paths []string) {
	for is := true; is; name, is = all[name].from, all[all[name].from].from != "" {
		for _, line := range all[name].instructions {
			for i, word := range line[:len(line)-1] {
				if word == "-o" || word == "-p" {
					paths = append(paths, line[i+1])
				}
			}
		}
	}
	return paths
}

// TestImages_startAsTheProgramsTake holds the Dockerfile to the programs, as no test builds an image: each image has what it copies, starts
// a program that is in it by a command that this takes, and is not root.
func TestImages_startAsTheProgramsTake(t *testing.T) {
	t.Parallel()
	programs, all := servedBy(t), stages(t)
	for _, image := range []string{"standalone", "worker"} {
		var has []string // of programs that are found by their names
		user := ""
		for _, line := range all[image].instructions {
			switch from, copies := strings.CutPrefix(line[1], "--from="); {
			case line[0] == "USER":
				user = line[1]
			case copies:
				line = slices.DeleteFunc(line[1:], func(word string) bool { return strings.HasPrefix(word, "--") })
				for _, file := range line[:len(line)-1] {
					if !slices.Contains(made(all, from), file) {
						t.Errorf("%s copies %s, which %s does not make", image, file, from)
					}
					if place := line[len(line)-1]; place == "/usr/local/bin/" || place == "/usr/local/bin/"+path.Base(file) {
						has = append(has, path.Base(file))
					}
				}
			}
		}
		if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
			t.Errorf("%s runs as %q: Kubernetes knows only by a number that it is not root", image, user)
		}
		words := slices.Concat(all[image].argument(t, "ENTRYPOINT"), all[image].argument(t, "CMD"))
		if len(words) == 0 || !slices.Contains(has, words[0]) {
			t.Fatalf("%s starts %q and has %q", image, words, has)
		}
		if err := takes(programs, words, true); err != nil {
			t.Errorf("%s starts %q: %v", image, words, err)
		}
	}
	for name, one := range all {
		for _, line := range one.instructions {
			if folder := line[len(line)-1]; slices.Contains(line, "build") {
				if _, err := os.Stat(path.Join("../..", folder, "main.go")); err != nil {
					t.Errorf("%s builds %s: %v", name, folder, err)
				}
			}
		}
	}
}

// TestImages_areStartedAsTheProgramsTake is for those who start the images otherwise than these say.
func TestImages_areStartedAsTheProgramsTake(t *testing.T) {
	t.Parallel()
	programs, all := servedBy(t), stages(t)
	var compose struct {
		Services map[string]struct {
			Build   struct{ Target string }
			Command []string
		}
	}
	decode(t, "../../docker-compose.yml", &compose)
	worker := compose.Services["worker"]
	if _, built := all[worker.Build.Target]; !built || len(worker.Command) > 0 {
		t.Errorf("docker-compose.yml builds %q and starts %q", worker.Build.Target, worker.Command)
	}
	var deployment struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct{ Args []string }
				}
			}
		}
	}
	decode(t, "../../deploy/kubernetes/worker.yaml", &deployment)
	containers := deployment.Spec.Template.Spec.Containers
	if len(containers) != 1 {
		t.Fatalf("there are %d containers", len(containers))
	}
	if err := takes(programs, slices.Concat(all["worker"].argument(t, "ENTRYPOINT"), containers[0].Args), true); err != nil {
		t.Error(err)
	}
}

// decode reads the first document of a file.
func decode(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

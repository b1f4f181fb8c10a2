package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/polsync/polsync/state/declare/config"
)

// manifest is what of a Kubernetes object is looked at.
type manifest struct {
	Kind string
	Data map[string]string
	Spec struct {
		Replicas int
		Template struct {
			Spec struct {
				Grace      int `yaml:"terminationGracePeriodSeconds"`
				Containers []struct {
					Args         []string
					VolumeMounts []struct {
						Name      string
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				}
				Volumes []struct{ Name string }
			}
		}
	}
}

// TestKubernetesManifests: what they configure is a configuration, the daemon knows its flags, and it may stop in peace.
func TestKubernetesManifests(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "deploy", "kubernetes", "polsync.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]manifest{}
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var m manifest
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		kinds[m.Kind] = m
	}
	c, err := config.Parse("polsync.yaml", []byte(kinds["ConfigMap"].Data["polsync.yaml"]), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if c.State.File != "" || c.HTTP.Listen == "" || len(c.Daemon.On("snow")) != 4 {
		t.Errorf("%+v", c)
	}
	pod := kinds["Deployment"].Spec.Template.Spec
	if n := kinds["Deployment"].Spec.Replicas; n != 2 || len(pod.Containers) != 1 {
		t.Fatalf("%d replicas of %d containers", n, len(pod.Containers))
	}
	if time.Duration(pod.Grace)*time.Second <= stopWithin {
		t.Errorf("killed after %d seconds; the daemon may take %s to stop", pod.Grace, stopWithin)
	}
	for _, m := range pod.Containers[0].VolumeMounts {
		found := false
		for _, v := range pod.Volumes {
			found = found || v.Name == m.Name
		}
		if !found {
			t.Errorf("%s is mounted from no volume", m.MountPath)
		}
	}
	args := pod.Containers[0].Args
	command, flags, err := newApp(io.Discard, io.Discard, os.LookupEnv, time.Now).root().Find(args)
	if err != nil || command.Name() != "daemon" {
		t.Fatalf("%v, %v", command, err)
	}
	if err := command.ParseFlags(flags); err != nil {
		t.Error(err)
	}
	grace, err := time.ParseDuration(args[len(args)-1])
	if err != nil || grace <= c.Platforms[0].Timeout {
		t.Errorf("a successor waits %s for a statement that may take %s", grace, c.Platforms[0].Timeout)
	}
}

// TestServiceUnit: systemd gives the daemon the time it needs to stop, and its reload is the daemon's.
func TestServiceUnit(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "deploy", "systemd", "polsync.service"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nTimeoutStopSec=20\n", "\nExecReload=/bin/kill -HUP $MAINPID\n", "\nExecStart=/usr/local/bin/polsync -c /etc/polsync/polsync.yaml daemon\n", "\nStateDirectory=polsync\n"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no line %q", strings.TrimSpace(want))
		}
	}
}

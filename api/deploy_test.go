package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/schedule"
)

var figure = regexp.MustCompile(`polsync_[a-z_]+`)

// TestDashboardAndAlertsNameFiguresThatAreThere: a renamed figure would leave a panel empty and an alert silent.
func TestDashboardAndAlertsNameFiguresThatAreThere(t *testing.T) {
	m := NewMetrics("v")
	m.Run("snow", &reconcile.Result{Plan: &plan.Plan{}, Steps: []reconcile.StepResult{{Status: reconcile.Done}}}, nil)
	m.Run("snow", nil, &plan.GuardError{})
	m.Job(schedule.Event{Platform: "snow", Job: "reconcile"}, ResultDone, time.Now())
	m.Watch(func() []schedule.Status {
		return []schedule.Status{{Job: "reconcile", Platform: "snow", Next: time.Now()}}
	})
	there := expose(t, m)
	unused := map[string]bool{}
	for _, name := range regexp.MustCompile(`(?m)^# TYPE (polsync_[a-z_]+) `).FindAllStringSubmatch(there, -1) {
		unused[name[1]] = true
	}
	for _, file := range []string{"grafana/polsync.json", "prometheus/alerts.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", "deploy", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range figure.FindAllString(string(text), -1) {
			if !strings.Contains(there, "\n"+name+"{") && !strings.Contains(there, "\n"+name+" ") {
				t.Errorf("%s names %s, which is no figure", file, name)
			}
			delete(unused, strings.TrimSuffix(name, "_bucket"))
		}
	}
	delete(unused, "polsync_last_run_timestamp_seconds") // of use beside the last success only
	for name := range unused {
		t.Errorf("neither dashboard nor alerts show %s", name)
	}
}

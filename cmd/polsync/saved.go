package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// savedFormat is the version of the file that plan --out writes.
const savedFormat = 1

// savedFile is what plan --out writes: one plan for each platform.
type savedFile struct {
	Format int         `json:"format"`
	Plans  []savedPlan `json:"plans"`
}

// savedPlan is one platform's plan, with its statements so that a person can read the file.
type savedPlan struct {
	reconcile.Saved
	Statements []plan.Statement `json:"statements"`
}

func savePlan(r *reconcile.Result, identity string, made time.Time) savedPlan {
	s := savedPlan{Saved: reconcile.Saved{Format: savedFormat, Platform: r.Platform, Identity: identity, Base: r.Plan.Base,
		Digest: reconcile.Digest(r.Plan), Made: made.UTC()}, Statements: []plan.Statement{}}
	for _, step := range r.Plan.Steps {
		s.Statements = append(s.Statements, step.Statements...)
	}
	return s
}

// fits returns why the platform is not the one the plan was made from, nil where it is.
func (s *savedPlan) fits(now *state.State) error {
	switch {
	case now.Identity != s.Identity:
		return refusef("the saved plan is for %s, this is %s", s.Identity, now.Identity)
	case plan.Fingerprint(now) != s.Base:
		return refusef("the platform has moved since the plan was saved; plan again")
	}
	return nil
}

// same returns why a plan made now is not the saved one, nil where it is.
func (s *savedPlan) same(p *plan.Plan) error {
	if reconcile.Digest(p) != s.Digest {
		return refusef("%s: what would run now is not what the saved plan shows: the policy files or what is ours have changed; plan again", s.Platform)
	}
	return nil
}

func (s *savedPlan) fresh(now time.Time, age time.Duration) error {
	if old := now.Sub(s.Made); old > age {
		return refusef("%s: the saved plan is %s old, older than %s (guards.plan_age); plan again", s.Platform, old.Round(time.Minute), age)
	}
	return nil
}

func (s *savedPlan) has(st plan.Statement) bool { return slices.Contains(s.Statements, st) }

func readSaved(path string) (*savedFile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the saved plan: %w", err)
	}
	var f savedFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read the saved plan %s: %w", path, err)
	}
	if f.Format != savedFormat {
		return nil, fmt.Errorf("read the saved plan %s: it has format %d, this program knows %d", path, f.Format, savedFormat)
	}
	return &f, nil
}

func (f *savedFile) of(platform string) *savedPlan {
	for i := range f.Plans {
		if f.Plans[i].Platform == platform {
			return &f.Plans[i]
		}
	}
	return nil
}

// writeWhole writes a file beside and renames it into place, so that a reader sees the old one or the new one whole.
func writeWhole(path string, data []byte, perm os.FileMode) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if _, err = tmp.Write(data); err == nil {
		err = tmp.Chmod(perm)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeWhole(path, append(data, '\n'), 0o600)
}

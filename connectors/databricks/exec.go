package databricks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
)

// Exec implements connectors.Platform. A grant counts as done when reading shows it.
func (p *Platform) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if s.Method == "" {
		id, err := p.statement(ctx, s.SQL)
		if err != nil {
			return connectors.Outcome{QueryID: id}, p.wrap("execute a statement", err)
		}
		p.remember(s.SQL)
		return connectors.Outcome{QueryID: id}, nil
	}
	if strings.HasPrefix(s.Path, "/api/2.0/accounts/") {
		return p.accountExec(ctx, s)
	}
	id, err := p.send(ctx, s)
	if err == nil && s.Method == "POST" && s.Path == tagPoliciesPath {
		p.recent.govern()
	}
	if err == nil && s.Method == "PATCH" && strings.HasPrefix(s.Path, permissionsPath) {
		err = p.awaitGrants(ctx, s)
	}
	if err != nil {
		return connectors.Outcome{QueryID: id}, p.wrap(s.Method+" "+s.Path, err)
	}
	return connectors.Outcome{QueryID: id}, nil
}

// send sends a request to the workspace. A group that this process made may not be known there yet: a grant to it, which
// may be repeated, is then sent again for as long as grants are waited for.
func (p *Platform) send(ctx context.Context, s plan.Statement) (requestID string, err error) {
	var body any
	if s.Body != "" {
		body = []byte(s.Body)
	}
	deadline := time.Now().Add(p.opt.GrantWait)
	for wait := 25 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		requestID, err = p.client.do(ctx, writes, s.Method, s.Path, body, nil)
		if err == nil || !s.Idempotent || !errors.Is(err, connectors.ErrNotFound) || !p.grantsToNew(s) || time.Now().Add(wait).After(deadline) || !sleep(ctx, wait) {
			return requestID, err
		}
	}
}

// grantsToNew reports whether a request grants something to a group that this process made lately.
func (p *Platform) grantsToNew(s plan.Statement) bool {
	var change permissionsChange
	if !strings.HasPrefix(s.Path, permissionsPath) || json.Unmarshal([]byte(s.Body), &change) != nil {
		return false
	}
	for _, c := range change.Changes {
		if p.groups.namedLately(c.Principal) {
			return true
		}
	}
	return false
}

const tagPoliciesPath = "/api/2.1/tag-policies"

// statement runs one that writes. The right to assign a governed tag that was just made comes some half a minute after
// it, so a refusal to tag is taken for final only when that has passed.
func (p *Platform) statement(ctx context.Context, sql string) (string, error) {
	_, tags := dialect.TaggedBy(sql)
	for wait := 25 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		_, id, err := p.client.run(ctx, writes, sql)
		if !tags || !errors.Is(err, connectors.ErrDenied) || !p.recent.governed(p.opt.GrantWait) || !sleep(ctx, wait) {
			return id, err
		}
	}
}

const permissionsPath = "/api/2.1/unity-catalog/permissions/"

type permissionsChange struct {
	Changes []struct {
		Principal   string `json:"principal"`
		Add, Remove []string
	} `json:"changes"`
}

// awaitGrants reads until the change shows: reads follow writes with a delay, and a plan made from an old answer would
// repeat the change. It gives up quietly; the request was answered with success.
func (p *Platform) awaitGrants(ctx context.Context, s plan.Statement) error {
	if p.opt.GrantWait < 0 {
		return nil
	}
	var change permissionsChange
	if err := json.Unmarshal([]byte(s.Body), &change); err != nil {
		return fmt.Errorf("read back a request: %w", err)
	}
	ctx, stop := context.WithTimeout(ctx, p.opt.GrantWait)
	defer stop()
	for wait := 25 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		held, err := p.client.permissions(ctx, s.Path)
		switch {
		case errors.Is(err, connectors.ErrDenied), errors.Is(err, connectors.ErrNotFound):
			return nil // may be changed but not read
		case err == nil && shows(held, change):
			return nil
		case !sleep(ctx, wait):
			p.opt.Logger.Warn().Str("platform", p.opt.Name).Str("path", s.Path).Msg("a written grant does not show in reads yet")
			return nil
		}
	}
}

func shows(held map[string][]string, change permissionsChange) bool {
	for _, c := range change.Changes {
		has := held[strings.ToLower(c.Principal)]
		all := slices.Contains(has, "ALL_PRIVILEGES")
		for _, a := range c.Add {
			if !slices.Contains(has, a) && !all {
				return false
			}
		}
		for _, r := range c.Remove {
			if slices.Contains(has, r) && !all {
				return false
			}
		}
	}
	return true
}

// permissions reads the direct grants behind a permissions path, by principal in lower case.
func (c *client) permissions(ctx context.Context, path string) (map[string][]string, error) {
	held := map[string][]string{}
	for token := ""; ; {
		var page struct {
			Assignments []struct {
				Principal  string   `json:"principal"`
				Privileges []string `json:"privileges"`
			} `json:"privilege_assignments"`
			Next string `json:"next_page_token"`
		}
		if _, err := c.do(ctx, reads, "GET", path+query("page_token", token), nil, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Assignments {
			held[strings.ToLower(a.Principal)] = append(held[strings.ToLower(a.Principal)], a.Privileges...)
		}
		if page.Next == "" || page.Next == token {
			return held, nil
		}
		token = page.Next
	}
}

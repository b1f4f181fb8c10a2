package databricks

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Compute says which SQL warehouse runs the statements, of what size and sort, whether it runs, and when it stops by itself:
// a warehouse that stands is started by the first statement, and costs from then until it stops.
func (p *Platform) Compute(ctx context.Context) (string, error) {
	var w struct {
		Name       string `json:"name"`
		State      string `json:"state"`
		Size       string `json:"cluster_size"`
		Type       string `json:"warehouse_type"`
		Serverless bool   `json:"enable_serverless_compute"`
		Stops      int    `json:"auto_stop_mins"`
	}
	if _, err := p.client.do(ctx, reads, "GET", "/api/2.0/sql/warehouses/"+url.PathEscape(p.opt.WarehouseID), nil, &w); err != nil {
		return "", p.wrap("look at the SQL warehouse", err)
	}
	sort := "classic"
	if w.Serverless {
		sort = "serverless"
	} else if strings.EqualFold(w.Type, "PRO") {
		sort = "pro"
	}
	stops := "it never stops by itself"
	if w.Stops > 0 {
		stops = fmt.Sprintf("it stops after %d minutes without a statement", w.Stops)
	}
	began := ""
	if !strings.EqualFold(w.State, "RUNNING") {
		began = ", so the first statement starts it"
	}
	return fmt.Sprintf("SQL warehouse %s (%s, %s) is %s%s; %s", w.Name, w.Size, sort, strings.ToLower(w.State), began, stops), nil
}
